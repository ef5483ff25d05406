"""The kernel's names of buttons and axes, and what they count from and to where the kernel cannot be asked."""

from collections.abc import Mapping
from difflib import get_close_matches

from sutura.hw_drivers.errors import MissingExtra

KEY_EVENT, AXIS_EVENT, SYNC_EVENT = 1, 3, 0  # EV_KEY, EV_ABS, EV_SYN
SYNC_DROPPED = 3  # SYN_DROPPED
_BUTTONS, _AXES = ("KEY_", "BTN_"), ("ABS_",)
_NAMED_RANGES: Mapping[str, tuple[int, int]] = {"ABS_Z": (0, 255), "ABS_RZ": (0, 255)}
_STICK, _HAT = (-32768, 32767), (-1, 1)


def code_of(name: str) -> int:
    """The code of `KEY_A`, `BTN_TL`, `ABS_X`. Raises MissingExtra, ValueError."""
    codes = _table()
    if name in codes and name.startswith(_BUTTONS + _AXES):
        return codes[name]
    near = get_close_matches(name, [key for key in codes if key.startswith(_BUTTONS + _AXES)], 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"expected the kernel's name of a button or an axis, came {name!r}{hint}")


def is_axis(name: str) -> bool:
    """Whether a name is that of an axis rather than of a button."""
    return name.startswith(_AXES)


def usual_range(name: str) -> tuple[int, int]:
    """From where to where an axis of a gamepad usually counts."""
    return _HAT if name.startswith("ABS_HAT") else _NAMED_RANGES.get(name, _STICK)


def _table() -> Mapping[str, int]:
    try:
        from evdev import ecodes
    except ImportError as error:
        raise MissingExtra("gamepad, keyboard, pedals", "evdev", "evdev") from error
    return ecodes.ecodes
