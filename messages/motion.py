"""Messages that say where things are and where they shall go."""

import math

from sutura.messages.fields import (
    JointEfforts,
    JointNames,
    JointPositions,
    JointVelocities,
    Metres,
    Position,
    Quaternion,
    Radians,
)
from sutura.messages.message import Message

_UNIT_TOLERANCE = 1e-3
_LEAST, _LARGEST = 1.0 - _UNIT_TOLERANCE, 1.0 + _UNIT_TOLERANCE


class Pose(Message, frozen=True):
    """A pose in the frame that the port names (CRTK `*_cp`).

    position: (3,) [m]; orientation: (4,) unit quaternion x, y, z, w, refused when its norm is off by > 1e-3.
    """

    position: Position
    orientation: Quaternion

    def __post_init__(self) -> None:
        if not _LEAST <= math.hypot(*self.orientation) <= _LARGEST:
            raise ValueError(f"expected a unit quaternion, its norm is {math.hypot(*self.orientation):.6g}")


class JointState(Message, frozen=True):
    """Joints as measured or as set (CRTK `measured_js`, `setpoint_js`).

    name: (n,); position: (n,) [rad or m]; velocity, effort: (n,) [rad/s or m/s, N m or N] or empty.
    """

    name: JointNames
    position: JointPositions
    velocity: JointVelocities = ()
    effort: JointEfforts = ()

    def __post_init__(self) -> None:
        n = len(self.name)
        if len(self.position) != n or len(self.velocity) not in (0, n) or len(self.effort) not in (0, n):
            raise ValueError(
                f"expected {n} values for {n} joints, came position {len(self.position)}, "
                f"velocity {len(self.velocity)}, effort {len(self.effort)}"
            )


class JointCommand(Message, frozen=True):
    """Joint positions to go to at once (CRTK `servo_jp`); it names its joints.

    name: (n,); position: (n,) [rad or m].
    """

    name: JointNames
    position: JointPositions

    def __post_init__(self) -> None:
        if len(self.position) != len(self.name):
            raise ValueError(f"expected {len(self.name)} positions, came {len(self.position)}")


class TrackingError(Message, frozen=True):
    """How far the measured tip is from its command. distance [m]; angle [rad]."""

    distance: Metres
    angle: Radians
