"""Messages of the safety chain: evidence of life, permits to move, states and trips."""

from enum import Enum

from sutura.messages.fields import Count, Name, Nanoseconds, Text
from sutura.messages.message import Message


class Heartbeat(Message, frozen=True):
    """Evidence that a node makes progress.

    handled: handler and timer calls finished so far; fault: why it can no longer do its work, else empty.
    """

    node: Name
    handled: Count
    fault: Text = ""


class Evidence(Message, frozen=True):
    """One piece of what a permit rests on: the message `seq` of `writer`, made at `stamp` [ns]."""

    writer: Text
    seq: Count
    stamp: Nanoseconds


class MotionPermit(Message, frozen=True):
    """Leave to move until the envelope's `expires`; only ever sent while it is granted.

    epoch: changed by an operator's reset only and never used twice, the time [ns] of that reset;
    basis: the evidence it rests on.
    """

    epoch: Nanoseconds
    basis: tuple[Evidence, ...] = ()


class WatchdogPhase(Enum):
    """Where the watchdog stands."""

    LATCHED = "latched"
    WAITING = "waiting"
    GRANTING = "granting"


class WatchdogState(Message, frozen=True):
    """The watchdog's phase, the epoch it grants [ns] (0 before the first reset), the trips so far and the cause of
    the last one in words."""

    phase: WatchdogPhase
    epoch: Nanoseconds
    trips: Count
    cause: Text = ""


class ArmState(Enum):
    """The CRTK operating states."""

    DISABLED = "DISABLED"
    ENABLED = "ENABLED"
    PAUSED = "PAUSED"
    FAULT = "FAULT"


class OperatingState(Message, frozen=True):
    """CRTK `operating_state`: is_busy while a motion command is being followed; cause in words."""

    state: ArmState
    is_homed: bool
    is_busy: bool
    cause: Text = ""


class TaskState(Message, frozen=True):
    """What the simulator saw of the ring task: rings set on another peg, rings let fall."""

    rings_transferred: Count
    drops: Count
