"""What the operator says, as levels repeated at 50 Hz or more: silence means clutched, absent, stopped."""

from sutura.messages.fields import Ratio, Text
from sutura.messages.message import Message


class Clutch(Message, frozen=True):
    """The clutch pedal. pressed: the hand moves freely and the arm keeps its setpoint."""

    pressed: bool


class Pedal(Message, frozen=True):
    """A pedal that stops nothing: the camera's, or the one that gives the hands to another arm."""

    pressed: bool


class OperatorPresence(Message, frozen=True):
    """Whether the operator is at the console, with head and hands where they belong."""

    present: bool


class ArmSelection(Message, frozen=True):
    """Which arm a hand drives. A level: in silence it drives none."""

    arm: Text


class EmergencyStop(Message, frozen=True):
    """The emergency stop. pressed: everything that moves stops and stays stopped until a reset."""

    pressed: bool


class MotionLocks(Message, frozen=True):
    """Which parts of the hand's motion do not move the tool. A level: silence means both are locked."""

    rotation: bool
    translation: bool


class TeleopScale(Message, frozen=True):
    """Tool metres per hand metre (CRTK `teleop/scale`), above 0 and up to 1. State, not a level."""

    scale: Ratio


class TeleopState(Message, frozen=True):
    """Whether the hand drives the arm: `following`, `aligning`, `clutched` or `disengaged`, and why.

    scale: tool metres per hand metre; rotation_locked, translation_locked: what does not move the tool.
    """

    state: Text
    cause: Text = ""
    scale: Ratio = 0.0
    rotation_locked: bool = False
    translation_locked: bool = False
