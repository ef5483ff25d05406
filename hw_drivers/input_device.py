"""The interface of everything that a hand moves."""

import msgspec

from sutura.hw_drivers.reader import Reader
from sutura.messages import JointState, Pose


class HandSample(msgspec.Struct, frozen=True, gc=False):
    """One reading of a master: its tip pose in the master's base frame, and the gripper angle [rad].

    joints: its own joints, and held: whether a hand holds it, of a master that knows.
    """

    pose: Pose
    gripper: float
    joints: JointState | None = None
    held: bool | None = None


class InputDevice(Reader[HandSample]):
    """A master. A hand that is not seen says nothing: a pose that stood still would look like a hand that does."""
