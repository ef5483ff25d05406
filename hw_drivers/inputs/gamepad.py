"""A gamepad: two sticks, a cross and the buttons of an Xbox or PlayStation controller."""

import msgspec

from sutura.hw_drivers.inputs.event_devices import (
    EventAxes,
    EventButtons,
    EventHand,
    EventHandOptions,
    EventOperator,
    EventOperatorOptions,
)


class GamepadButtons(EventButtons, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Left shoulder: somebody is there; right shoulder: clutch; back: stop; north and west: camera and swap."""

    present: str = "BTN_TL"
    clutch: str = "BTN_TR"
    estop: str = "BTN_SELECT"
    camera: str = "BTN_NORTH"
    swap: str = "BTN_WEST"


class GamepadAxes(EventAxes, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Left stick: forward and left; right stick: up, and about the vertical; cross: roll and pitch; east opens the
    gripper, south closes it."""

    x: str = "-ABS_Y"
    y: str = "-ABS_X"
    z: str = "-ABS_RY"
    roll: str = "ABS_HAT0X"
    pitch: str = "-ABS_HAT0Y"
    yaw: str = "-ABS_RX"
    gripper: str = "BTN_EAST/BTN_SOUTH"


class GamepadHandOptions(EventHandOptions):
    """As `EventHandOptions`."""

    map: GamepadButtons = msgspec.field(default_factory=GamepadButtons)
    axes: GamepadAxes = msgspec.field(default_factory=GamepadAxes)


class GamepadOperatorOptions(EventOperatorOptions):
    """As `EventOperatorOptions`."""

    map: GamepadButtons = msgspec.field(default_factory=GamepadButtons)


class GamepadHand(EventHand):
    """The hand of a gamepad."""

    Options = GamepadHandOptions
    options: GamepadHandOptions


class GamepadOperator(EventOperator):
    """The levels of a gamepad; it may be the same one as the hand's."""

    Options = GamepadOperatorOptions
    options: GamepadOperatorOptions
