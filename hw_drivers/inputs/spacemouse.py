"""A 3Dconnexion SpaceMouse, through hidapi."""

from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from sutura.hw_drivers.inputs.button_operator import ButtonOperator, ButtonOperatorOptions
from sutura.hw_drivers.inputs.controls import AxisMap, ButtonMap
from sutura.hw_drivers.inputs.hid_ports import HidPort, open_hid
from sutura.hw_drivers.inputs.rate_hand import RateHand, RateHandOptions
from sutura.hw_drivers.inputs.spacemouse_reports import AXES, axes_of, buttons_of

_MOST_REPORTS = 32  # in one poll
_BUTTON_NAMES = tuple(f"button_{number}" for number in range(1, 33))

Silence = Annotated[float, Meta(gt=0.0, le=1.0)]


class SpaceMouseButtons(ButtonMap, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`button_1` … `button_32`: the left one says that somebody is there, the right one is the clutch."""

    present: str = "button_1"
    clutch: str = "button_2"

    def check(self, button: str) -> None:
        """Raises ValueError."""
        _check(button, _BUTTON_NAMES)


class SpaceMouseAxes(AxisMap, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cap's own axes (x right, y towards the user, z down) as forward, left, up."""

    x: str = "-y"
    y: str = "-x"
    z: str = "-z"
    roll: str = "-ry"
    pitch: str = "-rx"
    yaw: str = "-rz"

    def check_button(self, button: str) -> None:
        """Raises ValueError."""
        _check(button, _BUTTON_NAMES)

    def check_axis(self, axis: str) -> None:
        """Raises ValueError."""
        _check(axis, AXES)


class SpaceMouseHandOptions(RateHandOptions):
    """device: a path of hidraw, a Unix socket with the same reports, or empty for the only one there is; silence
    [s]: a cap that was pushed and says nothing for so long is let go; else as `RateHandOptions`."""

    device: str = ""
    silence: Silence = 0.2
    map: SpaceMouseButtons = msgspec.field(default_factory=SpaceMouseButtons)
    axes: SpaceMouseAxes = msgspec.field(default_factory=SpaceMouseAxes)


class SpaceMouseOperatorOptions(ButtonOperatorOptions):
    """device: as for the hand; map: which button is which level."""

    device: str = ""
    map: SpaceMouseButtons = msgspec.field(default_factory=SpaceMouseButtons)


class SpaceMouseControls:
    """Keeps where the cap is and which buttons are down.

    A cap that is pushed reports all the time; silence [s] without a report therefore means that it is at rest.
    """

    def __init__(self, port: HidPort, now: Callable[[], int], silence: float) -> None:
        self._port = port
        self._now = now
        self._silence_ns = round(silence * 1e9)
        self._heard_at = now()
        self._axes: dict[str, float] = {}
        self._held: set[int] = set()
        self.knows_buttons = False  # hidraw tells changes only

    def poll(self) -> None:
        """Take all reports that have come. Raises DeviceLost."""
        for _ in range(_MOST_REPORTS):
            report = self._port.read()
            if not report:
                break
            held = buttons_of(report)
            if held is not None:
                self._held, self.knows_buttons = held, True
            axes = axes_of(report)
            if axes:
                self._axes.update(axes)
                self._heard_at = self._now()
        if self._axes and self._now() - self._heard_at > self._silence_ns:
            self._axes.clear()

    def is_held(self, button: str) -> bool:
        """Whether `button_N` is down."""
        return int(button.removeprefix("button_")) in self._held

    def deflection(self, axis: str) -> float:
        """How far the cap is pushed along or turned about an axis of its own, -1 … 1."""
        return self._axes.get(axis, 0.0)

    def close(self) -> None:
        """Give the device back."""
        self._port.close()


class SpaceMouseHand(RateHand):
    """The hand of a SpaceMouse."""

    Options = SpaceMouseHandOptions
    options: SpaceMouseHandOptions

    def _take(self) -> SpaceMouseControls:
        port = open_hid(self.options.device, f"SpaceMouseHand of {self.context.name}")
        return SpaceMouseControls(port, self.context.now, self.options.silence)


class SpaceMouseOperator(ButtonOperator):
    """The levels of a SpaceMouse; it may be the same one as the hand's."""

    Options = SpaceMouseOperatorOptions
    options: SpaceMouseOperatorOptions

    def _take(self) -> SpaceMouseControls:
        port = open_hid(self.options.device, f"SpaceMouseOperator of {self.context.name}")
        return SpaceMouseControls(port, self.context.now, 1.0)


def _check(name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        shown = ", ".join(known) if len(known) < 8 else f"{known[0]} … {known[-1]}"
        raise ValueError(f"expected one of {shown}, came {name!r}")
