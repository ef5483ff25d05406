"""An arm: forward and inverse kinematics, Jacobian and limits of one arm file.

Tuples and `math` for hot paths: `forward_pose`, `inverse_pose`, `solve`. Arrays for everything else: `forward`,
`inverse`, `branches`, `jacobian`. Joints are in the arm file's order, [rad] and [m]; poses are `base_T_tip`, the
base frame at the remote centre.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutura.kinematics import choice, rotations
from sutura.kinematics.arm_file import ArmModel, Jaw
from sutura.kinematics.chain import BRANCHES, Joints, RemoteCentreChain, Wrist
from sutura.kinematics.choice import LIMIT_TOLERANCE
from sutura.kinematics.errors import Unreachable
from sutura.kinematics.inputs import check_vector, joints_of, pose_of
from sutura.kinematics.limits import JointExcess, JointLimits, JointUnit, Saturated
from sutura.kinematics.rotations import Quaternion, Vector3

_POSITION_ROUNDS = 2  # each leaves about a tenth of what a limited wrist shifts the tip
_UNIT_ROUNDING = 1e-15  # a quaternion whose squared length is this near to 1 needs no scaling


class Solution(NamedTuple):
    """Joints that have a pose, within the limits or not."""

    joints: Joints  # [rad, m]
    excess: tuple[JointExcess, ...]  # what lies beyond the limits; empty when nothing does
    wrist_depth: float  # [m] the wrist past the remote centre; negative before it


class Arm:
    """Kinematics of one arm. It has no state: one instance serves all."""

    def __init__(self, model: ArmModel) -> None:
        """Take a model that `read_arm_file` and `check_structure` let pass; `load_arm` does all three."""
        self.model = model
        self.name: str = model.name
        self.home: tuple[float, ...] = model.home
        self.jaw: Jaw = model.jaw
        self.min_wrist_depth: float = model.min_wrist_depth  # [m] for Cartesian commands
        self._chain = RemoteCentreChain(model)
        self.limits: JointLimits = _limits(model)
        self.cartesian_limits: JointLimits = _deep_limits(self.limits, model, self._chain.reach)
        self._shallowest = self.cartesian_limits.lower[2]

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Names of the joints, in their order."""
        return self.limits.names

    def forward_pose(self, q: Sequence[float]) -> tuple[Vector3, Quaternion]:
        """Position [m] and orientation (x, y, z, w) of the tip in the base, at joints within the limits or not.

        The quaternion changes smoothly with the joints; its w may be negative.

        Raises:
            CountError: not six numbers.
            NotFiniteError: a NaN or an infinity.
        """
        if len(q) != 6 or not math.isfinite(q[0] + q[1] + q[2] + q[3] + q[4] + q[5]):
            check_vector("joints", q, self.joint_names)
        return self._chain.forward(q)

    def inverse_pose(self, position: Vector3, orientation_xyzw: Quaternion, near: Sequence[float]) -> Joints:
        """The joints within the limits that have the pose; of several, those nearest to `near`.

        While the pose moves smoothly and `near` is the last answer, the joints move smoothly. At a limit of the
        roll it may answer with another turn of it; to track, use `solve`, which never does.

        Raises:
            Unreachable: no joints within the limits have it; says which joint lacks how much.
            CountError, NotFiniteError, NotARotationError: the input is no pose or no joints.
        """
        wrist, joints = self._follow(position, orientation_xyzw, near)
        if joints is not None and self._within(joints):
            return joints
        return self._nearest_within(self._all_branches(wrist, near), near)

    def solve(self, position: Vector3, orientation_xyzw: Quaternion, near: Sequence[float]) -> Solution:
        """The joints that lead on from `near` to the pose, beyond the limits if need be, and what exceeds them.

        For tracking: it keeps the turn of every joint. When the pose jumps (some joint by more than 45 degrees or
        50 mm) it takes the nearest branch, one within the limits before others. Every pose has such joints.

        Raises:
            CountError, NotFiniteError, NotARotationError: the input is no pose or no joints.
        """
        wrist, joints = self._follow(position, orientation_xyzw, near)
        if joints is not None and self._within(joints):
            return Solution(joints, (), joints[2] + self._chain.reach)
        if joints is None:
            start = self.limits.saturate(near).joints
            found = self._all_branches(wrist, start)
            within = [one for one in found if self.limits.contains(one, LIMIT_TOLERANCE)]
            joints = choice.nearest(within or found, start, self.limits)
        excess = self.limits.excess(joints, LIMIT_TOLERANCE)
        return Solution(joints if excess else self._settled(joints), excess, joints[2] + self._chain.reach)

    def track(
        self, position: Vector3, orientation_xyzw: Quaternion, near: Sequence[float], dt: float | None = None
    ) -> Saturated:
        """One step of following a moving pose: joints within the limits, on the branch of `near`, the last answer.

        Limits are those for Cartesian commands: a wrist nearer to the remote centre than they allow may stay
        there and come away from it. A limited position keeps the orientation, a limited wrist the position. Speed
        is the driver's business, so `dt` [s] counts only for arms of other kinds.

        Raises:
            CountError, NotFiniteError, NotARotationError: the input is no pose or no joints.
        """
        wrist, joints = self._follow(position, orientation_xyzw, near)
        if joints is not None and joints[2] >= self._shallowest and self._within(joints):
            return Saturated(joints, ())
        if joints is None:  # the pose has jumped
            joints = self.solve(position, orientation_xyzw, near).joints
        return self._kept_within(joints, wrist, position, near)

    def saturate(self, q: Sequence[float]) -> Saturated:
        """Joints moved into the limits, and the names of those that had to be; see `JointLimits.saturate`."""
        return self.limits.saturate(q)

    def remote_centre_deviation(self, q: Sequence[float]) -> None:
        """None: the remote centre is mechanical."""

    def wrist_depth(self, q: Sequence[float]) -> float:
        """How far the wrist is past the remote centre [m]; Cartesian commands need `min_wrist_depth`."""
        return q[2] + self._chain.reach

    def forward(self, q: ArrayLike) -> NDArray[np.float64]:
        """`base_T_tip`, 4 x 4 [m], of six joints; raises as `forward_pose` does."""
        position, orientation = self.forward_pose(joints_of(q, self.joint_names))
        base_T_tip = np.eye(4)
        base_T_tip[:3, :3] = rotations.to_matrix(orientation)
        base_T_tip[:3, 3] = position
        return base_T_tip

    def inverse(self, base_T_tip: ArrayLike, near: ArrayLike) -> NDArray[np.float64]:
        """Six joints of a 4 x 4 pose, nearest to `near` within the limits; raises as `inverse_pose` does."""
        position, orientation = pose_of(base_T_tip)
        return np.array(self.inverse_pose(position, orientation, joints_of(near, self.joint_names)))

    def branches(self, base_T_tip: ArrayLike) -> NDArray[np.float64]:
        """All joints within the limits that have the pose, turns of the roll included: n x 6, n may be 0.

        Joints that the pose leaves undetermined are as in `home`.
        """
        wrist, _ = self._follow(*pose_of(base_T_tip), self.home)
        found = [
            self._settled(turned)
            for joints in self._all_branches(wrist, self.home)
            for turned in choice.turns(joints, self.limits)
            if self.limits.contains(turned, LIMIT_TOLERANCE)
        ]
        return np.array(found, dtype=np.float64).reshape(-1, 6)

    def jacobian(self, q: ArrayLike) -> NDArray[np.float64]:
        """6 x 6: joint speeds to the tip's linear [m/s] (rows 0-2) and angular [rad/s] (3-5) velocity, base frame.

        Raises as `forward_pose` does.
        """
        return np.array(self._chain.screws(joints_of(q, self.joint_names))).T

    def _follow(
        self, position: Vector3, orientation: Quaternion, near: Sequence[float]
    ) -> tuple[Wrist, Joints | None]:
        """The pose at the wrist, and the joints on the branch of `near` unless another may be nearer."""
        try:
            x, y, z, w = orientation
            if not abs(x * x + y * y + z * z + w * w - 1.0) <= _UNIT_ROUNDING:
                orientation = rotations.unit(orientation)
            wrist = self._chain.wrist(position, orientation)
            joints = self._chain.joints(wrist, self._chain.branch(near), near)
            if choice.plainly_nearest(joints, near):
                return wrist, joints
        except ValueError:  # a wrong count, or the sine of an infinity: say which
            rotations.unit(orientation)
            check_vector("position", position, ("x", "y", "z"))
            check_vector("near", near, self.joint_names)
            raise
        check_vector("position", position, ("x", "y", "z"))
        check_vector("near", near, self.joint_names)
        return wrist, None

    def _kept_within(self, joints: Joints, wrist: Wrist, position: Vector3, near: Sequence[float]) -> Saturated:
        """What `track` answers for joints beyond the limits, and what of them is beyond by more than rounding.

        Saturated joints alone would turn the tool while the hand pushes sideways, and shift it while the hand
        turns; what the limited joints do not hold back, orientation or position, is kept.
        """
        branch = self._chain.branch(near)
        if self._chain.branch(joints) != branch and self.wrist_depth(near) >= self.min_wrist_depth:
            joints = self._chain.joints(wrist, branch, near)  # another branch, as all are beyond the limits
        limits = self._limits_from(near)
        limited = tuple(one.joint for one in limits.excess(joints, LIMIT_TOLERANCE))
        kept = limits.saturate(joints).joints
        if any(name in limited for name in self.joint_names[:3]):
            kept = limits.saturate(self._chain.turned(wrist, kept)).joints
        else:
            for _ in range(_POSITION_ROUNDS):
                wrist = self._chain.wrist(position, self._chain.forward(kept)[1])
                kept = limits.saturate(self._chain.joints(wrist, branch, kept)).joints
        return Saturated(kept, limited)

    def _limits_from(self, near: Sequence[float]) -> JointLimits:
        """The limits for Cartesian commands, widened to where the wrist already is."""
        limits, insertion = self.cartesian_limits, near[2]
        if insertion >= limits.lower[2]:
            return limits
        shallow = max(insertion, self.limits.lower[2])
        return limits._replace(lower=(*limits.lower[:2], shallow, *limits.lower[3:]))

    def _within(self, joints: Joints) -> bool:
        q1, q2, q3, q4, q5, q6 = joints
        l1, l2, l3, l4, l5, l6 = self.limits.lower
        u1, u2, u3, u4, u5, u6 = self.limits.upper
        return (
            l1 <= q1 <= u1
            and l2 <= q2 <= u2
            and l3 <= q3 <= u3
            and l4 <= q4 <= u4
            and l5 <= q5 <= u5
            and l6 <= q6 <= u6
        )

    def _all_branches(self, wrist: Wrist, near: Sequence[float]) -> list[Joints]:
        return [self._chain.joints(wrist, branch, near) for branch in BRANCHES]

    def _nearest_within(self, found: Sequence[Joints], near: Sequence[float]) -> Joints:
        turned = [one for joints in found for one in choice.turns(joints, self.limits)]
        within = [one for one in turned if self.limits.contains(one, LIMIT_TOLERANCE)]
        if not within:
            raise Unreachable(self.name, choice.least_excess(turned, self.limits))
        return self._settled(choice.nearest(within, near, self.limits))

    def _settled(self, joints: Joints) -> Joints:
        """Joints that are within the limits but for rounding, made to be within."""
        return cast(Joints, self.limits.saturate(joints).joints)


def _limits(model: ArmModel) -> JointLimits:
    units: dict[str, JointUnit] = {"revolute": "rad", "prismatic": "m"}
    return JointLimits(
        names=tuple(row.name for row in model.joints),
        units=tuple(units[row.type] for row in model.joints),
        lower=tuple(row.lower for row in model.joints),
        upper=tuple(row.upper for row in model.joints),
        velocity=tuple(row.velocity for row in model.joints),
    )


def _deep_limits(limits: JointLimits, model: ArmModel, reach: float) -> JointLimits:
    """The limits with the insertion kept deep enough for Cartesian commands."""
    lower = list(limits.lower)
    lower[2] = max(lower[2], model.min_wrist_depth - reach)
    return limits._replace(lower=tuple(lower))
