"""A keyboard, by the kernel's events: a terminal does not say when a key is let go, so it can hold no dead-man."""

from typing import Annotated

import msgspec
from msgspec import Meta

from sutura.hw_drivers.inputs.event_devices import (
    EventAxes,
    EventButtons,
    EventHand,
    EventHandOptions,
    EventOperator,
    EventOperatorOptions,
)


class KeyboardButtons(EventButtons, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Space: somebody is there; left shift: clutch; escape: stop; tab: swap; C: camera."""

    present: str = "KEY_SPACE"
    clutch: str = "KEY_LEFTSHIFT"
    estop: str = "KEY_ESC"
    camera: str = "KEY_C"
    swap: str = "KEY_TAB"


class KeyboardAxes(EventAxes, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """W, S: forward and back; A, D: left and right; R, F: up and down; arrows, Q and E: turns; X, Z: gripper."""

    x: str = "KEY_W/KEY_S"
    y: str = "KEY_A/KEY_D"
    z: str = "KEY_R/KEY_F"
    roll: str = "KEY_E/KEY_Q"
    pitch: str = "KEY_UP/KEY_DOWN"
    yaw: str = "KEY_LEFT/KEY_RIGHT"
    gripper: str = "KEY_X/KEY_Z"


class KeyboardHandOptions(EventHandOptions):
    """As `EventHandOptions`; slower, since a key knows only full deflection."""

    speed: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.05
    turn: Annotated[float, Meta(gt=0.0, le=6.3)] = 0.4
    map: KeyboardButtons = msgspec.field(default_factory=KeyboardButtons)
    axes: KeyboardAxes = msgspec.field(default_factory=KeyboardAxes)


class KeyboardOperatorOptions(EventOperatorOptions):
    """As `EventOperatorOptions`."""

    map: KeyboardButtons = msgspec.field(default_factory=KeyboardButtons)


class KeyboardHand(EventHand):
    """The hand of a keyboard."""

    Options = KeyboardHandOptions
    options: KeyboardHandOptions


class KeyboardOperator(EventOperator):
    """The levels of a keyboard; it may be the same one as the hand's."""

    Options = KeyboardOperatorOptions
    options: KeyboardOperatorOptions
