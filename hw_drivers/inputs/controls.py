"""What the drivers of hand-held devices see of one: buttons that are held and axes that are pushed, by name."""

from typing import Protocol

import msgspec


class Controls(Protocol):
    """A device that is open; buttons and axes have the names of its kind."""

    @property
    def knows_buttons(self) -> bool:
        """Whether the device has said yet which buttons are down."""

    def poll(self) -> None:
        """Take what the device has said since; never waits. Raises DeviceLost."""

    def is_held(self, button: str) -> bool:
        """Whether a button is held down."""

    def deflection(self, axis: str) -> float:
        """How far an axis is pushed, -1 … 1."""

    def close(self) -> None:
        """Give the device back."""


class ButtonMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which button is which level; one left empty is never pressed. present: the dead-man button, or a switch that
    is closed while somebody is there."""

    present: str = ""
    clutch: str = ""
    estop: str = ""
    camera: str = ""
    swap: str = ""

    def __post_init__(self) -> None:
        if not self.present:
            raise ValueError("present: expected the button that is held while somebody is there")
        for button in self.buttons():
            self.check(button)

    def check(self, button: str) -> None:
        """Raises ValueError for what is no button of this kind of device."""

    def buttons(self) -> tuple[str, ...]:
        """The buttons in use."""
        return tuple(filter(None, msgspec.structs.astuple(self)))


class AxisMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What moves the hand along and about x (forward), y (left), z (up), and opens the gripper.

    An axis of the device, with a minus sign if it counts the other way, or two buttons: `KEY_W/KEY_S`.
    """

    x: str = ""
    y: str = ""
    z: str = ""
    roll: str = ""
    pitch: str = ""
    yaw: str = ""
    gripper: str = ""

    def __post_init__(self) -> None:
        for entry in filter(None, msgspec.structs.astuple(self)):
            one, slash, other = entry.partition("/")
            if slash:
                self.check_button(one)
                self.check_button(other)
            else:
                self.check_axis(one.removeprefix("-"))

    def check_button(self, button: str) -> None:
        """Raises ValueError for what is no button of this kind of device."""

    def check_axis(self, axis: str) -> None:
        """Raises ValueError for what is no axis of this kind of device."""

    def names(self) -> tuple[str, ...]:
        """The axes and buttons in use, without signs."""
        parts = [part for entry in filter(None, msgspec.structs.astuple(self)) for part in entry.split("/")]
        return tuple(part.removeprefix("-") for part in parts)


def pushed(controls: Controls, entry: str) -> float:
    """What an entry of an axis map says now, -1 … 1."""
    if not entry:
        return 0.0
    one, slash, other = entry.partition("/")
    if slash:
        return float(controls.is_held(one)) - float(controls.is_held(other))
    return -controls.deflection(one[1:]) if one.startswith("-") else controls.deflection(one)


class DeadMan:
    """A dead-man button counts once the device has said that it is up: one that is stuck, or was held by whatever
    lies on it when the device was opened, lets nothing move."""

    __slots__ = ("_seen_released",)

    def __init__(self) -> None:
        self._seen_released = False

    def says_present(self, controls: Controls, button: str) -> bool:
        """Whether the button as it is now says that somebody is there."""
        is_held = controls.is_held(button)
        if not is_held and controls.knows_buttons:
            self._seen_released = True
        return is_held and self._seen_released
