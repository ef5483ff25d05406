"""Hands and operator devices on the kernel's input events (evdev): gamepad, keyboard, pedals."""

from typing import ClassVar

import msgspec

from sutura.hw_drivers.context import DriverOptions
from sutura.hw_drivers.inputs.button_operator import ButtonOperator, ButtonOperatorOptions
from sutura.hw_drivers.inputs.controls import AxisMap, ButtonMap
from sutura.hw_drivers.inputs.event_codes import code_of, is_axis
from sutura.hw_drivers.inputs.event_controls import EventControls
from sutura.hw_drivers.inputs.event_ports import open_port
from sutura.hw_drivers.inputs.rate_hand import RateHand, RateHandOptions


class EventButtons(ButtonMap, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Buttons by the kernel's names: `BTN_TL`, `KEY_SPACE`."""

    def check(self, button: str) -> None:
        """Raises ValueError."""
        _check(button, axis=False)


class EventAxes(AxisMap, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Axes by the kernel's names: `-ABS_Y`, or `KEY_W/KEY_S`."""

    def check_button(self, button: str) -> None:
        """Raises ValueError."""
        _check(button, axis=False)

    def check_axis(self, axis: str) -> None:
        """Raises ValueError."""
        _check(axis, axis=True)


class EventHandOptions(RateHandOptions, kw_only=True):
    """device: a path under /dev/input, the device's name, a Unix socket with the kernel's bytes, or empty for the
    only device that has what is mapped; grab: nobody else gets its events; else as `RateHandOptions`."""

    map: EventButtons
    device: str = ""
    grab: bool = False
    axes: EventAxes = msgspec.field(default_factory=EventAxes)


class EventOperatorOptions(ButtonOperatorOptions, kw_only=True):
    """device, grab: as for hands; map: which button is which level."""

    map: EventButtons
    device: str = ""
    grab: bool = False


class EventHand(RateHand):
    """A hand on a device of the kernel's."""

    Options: ClassVar[type[DriverOptions]] = EventHandOptions
    options: EventHandOptions

    def _take(self) -> EventControls:
        o = self.options
        who = f"{type(self).__name__} of {self.context.name}"
        return _open((*o.map.buttons(), *o.axes.names()), o.device, who, o.grab)


class EventOperator(ButtonOperator):
    """Levels on a device of the kernel's."""

    Options: ClassVar[type[DriverOptions]] = EventOperatorOptions
    options: EventOperatorOptions

    def _take(self) -> EventControls:
        o = self.options
        return _open(o.map.buttons(), o.device, f"{type(self).__name__} of {self.context.name}", o.grab)


def _open(names: tuple[str, ...], device: str, who: str, grab: bool) -> EventControls:
    port = open_port(device, names, who, grab)
    try:
        return EventControls(port, names)
    except BaseException:
        port.stream.close()
        raise


def _check(name: str, axis: bool) -> None:
    code_of(name)
    if is_axis(name) != axis:
        wanted, came = ("an axis", "a button") if axis else ("a button", "an axis")
        hint = "; two buttons make an axis: ONE/OTHER" if axis else ""
        raise ValueError(f"expected {wanted}, {name} is {came}{hint}")
