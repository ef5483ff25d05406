"""What the control loop needs of an arm, whatever solves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sutura.kinematics.arm_file import Jaw
from sutura.kinematics.limits import JointLimits, Saturated
from sutura.kinematics.rotations import Quaternion, Vector3


class TrackedArm(Protocol):
    """An arm with a closed form, or a serial one. Joints are in their order [rad, m]; poses are `base_T_tip`."""

    name: str
    home: tuple[float, ...]
    jaw: Jaw
    limits: JointLimits

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Names of the joints, in their order."""

    def forward_pose(self, q: Sequence[float]) -> tuple[Vector3, Quaternion]:
        """Position [m] and orientation (x, y, z, w) of the tip. Raises KinematicsError."""

    def track(
        self, position: Vector3, orientation_xyzw: Quaternion, near: Sequence[float], dt: float | None = None
    ) -> Saturated:
        """Joints within the limits that lead on from `near`, `dt` [s] later, and what keeps the tip from the pose.

        Raises KinematicsError.
        """

    def remote_centre_deviation(self, q: Sequence[float]) -> float | None:
        """How far the shaft passes from a programmed remote centre [m]; None where there is none."""
