"""What the operator says, as levels repeated at 50 Hz or more: silence means clutched, absent, stopped."""

from sutura.messages.fields import Text
from sutura.messages.message import Message


class Clutch(Message, frozen=True):
    """The clutch pedal. pressed: the hand moves freely and the arm keeps its setpoint."""

    pressed: bool


class OperatorPresence(Message, frozen=True):
    """Whether the operator is at the console, with head and hands where they belong."""

    present: bool


class EmergencyStop(Message, frozen=True):
    """The emergency stop. pressed: everything that moves stops and stays stopped until a reset."""

    pressed: bool


class TeleopState(Message, frozen=True):
    """Whether the hand drives the arm: `following`, `clutched` or `disengaged`, and why."""

    state: Text
    cause: Text = ""
