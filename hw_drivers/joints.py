"""The joints that a driver moves: the arm's, and the jaw last."""

import math
from collections.abc import Mapping

import msgspec

from sutura.kinematics import TrackedArm, open_arm
from sutura.kinematics.joint_motion import JointBounds

JAW = "jaw"
SPEED_UP_S = 0.05  # an acceleration that nobody gave is the one that reaches the speed limit in this time


class ActuatedJoints(msgspec.Struct, frozen=True):
    """Names and limits in the driver's order.

    lower, upper [rad or m]; velocity [rad/s or m/s]; acceleration [rad/s² or m/s²] by name: a joint without one
    may reach its speed limit in 50 ms, the jaw, whose torque is limited, at once.
    """

    names: tuple[str, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    velocity: tuple[float, ...]
    home: tuple[float, ...]
    acceleration: Mapping[str, float] = {}

    def bounds(self) -> tuple[JointBounds, ...]:
        """The limits joint by joint."""
        rows = zip(self.names, self.lower, self.upper, self.velocity, strict=True)
        return tuple(JointBounds(low, high, v, self._acceleration(name, v)) for name, low, high, v in rows)

    def _acceleration(self, name: str, velocity: float) -> float:
        return self.acceleration.get(name, math.inf if name == JAW else velocity / SPEED_UP_S)


def joints_of_arm(model: str) -> ActuatedJoints:
    """The joints of an arm file, shipped or of one's own, and its jaw. Raises KinematicsError."""
    return joints_of(open_arm(model))


def joints_of(arm: TrackedArm, acceleration: Mapping[str, float] | None = None) -> ActuatedJoints:
    """The joints of an arm, and its jaw."""
    limits, jaw = arm.limits, arm.jaw
    return ActuatedJoints(
        (*arm.joint_names, JAW),
        (*limits.lower, jaw.lower),
        (*limits.upper, jaw.upper),
        (*limits.velocity, jaw.velocity),
        (*arm.home, 0.0),
        acceleration or {},
    )
