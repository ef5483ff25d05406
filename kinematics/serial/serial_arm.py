"""A serial arm: forward and differential inverse kinematics, limits, null-space posture, remote centre."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sutura.kinematics import rotations
from sutura.kinematics.arm_file import Jaw
from sutura.kinematics.errors import Unreachable
from sutura.kinematics.inputs import check_vector, joints_of
from sutura.kinematics.limits import JointLimits, Saturated
from sutura.kinematics.rotations import Quaternion, Vector3
from sutura.kinematics.serial import tip_task
from sutura.kinematics.serial.box_least_squares import solve_between
from sutura.kinematics.serial.serial_chain import SerialChain
from sutura.kinematics.serial.serial_file import SerialArmModel

Floats = NDArray[np.float64]
REACH = "reach"  # named as limited where the arm is stretched out, or singular, and no joint is at its limit
_DAMPING = 1e-4  # [m] below a singular value of this size, a direction is given up softly
_MET = 1e-9  # [m] weighted error at which a pose is met
_SHORT = 1e-5  # [m] weighted error from which a limit is told
_PULLED = 1e-3  # of the greatest pull that a joint can have
_TRACK_ROUNDS = 4
_SOLVE_ROUNDS = 200
_LONGEST_TURN = 0.3  # [rad, m] of a joint in one round, where no speed bounds it
_POSTURE_RATE = 1.0  # [1/s] at which the arm goes back to its posture where the tip leaves it free


class _Found(NamedTuple):
    joints: Floats
    error: float  # [m], weighted
    pull: Floats  # where each joint would have to go for less of it


class SerialArm:
    """Kinematics of one serial arm. Between two calls it keeps nothing that counts; one thread may use it."""

    def __init__(self, model: SerialArmModel, chain: SerialChain) -> None:
        """Take a model and its chain; `load_serial_arm` makes both."""
        self.model = model
        self.name = model.name
        self.model_file: Path = chain.model_file
        self.home: tuple[float, ...] = tuple(joint.home for joint in model.joints)
        self.jaw: Jaw = model.jaw
        self.limits: JointLimits = chain.limits
        self.remote_centre: Vector3 | None = model.remote_centre
        self._chain = chain
        self._centre = None if model.remote_centre is None else np.array(model.remote_centre)
        self._lower, self._upper = np.array(self.limits.lower), np.array(self.limits.upper)
        self._velocity = np.array(self.limits.velocity)
        self._posture = np.array([j.home if j.posture is None else j.posture for j in model.joints])

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Names of the joints, in their order."""
        return self.limits.names

    def forward_pose(self, q: Sequence[float]) -> tuple[Vector3, Quaternion]:
        """Position [m] and orientation (x, y, z, w) of the tip in the base, at joints within the limits or not.

        Raises CountError, NotFiniteError.
        """
        check_vector("joints", q, self.joint_names)
        at = self._chain.place(np.array(q))
        x, y, z = at.position.tolist()
        return (x, y, z), at.orientation

    def forward(self, q: ArrayLike) -> Floats:
        """`base_T_tip`, 4 x 4 [m]; raises as `forward_pose` does."""
        at = self._chain.place(np.array(joints_of(q, self.joint_names)))
        base_T_tip = np.eye(4)
        base_T_tip[:3, :3], base_T_tip[:3, 3] = at.axes, at.position
        return base_T_tip

    def jacobian(self, q: ArrayLike) -> Floats:
        """6 x n: joint speeds to the tip's linear [m/s] (rows 0-2) and angular [rad/s] (3-5) velocity, base frame.

        Raises as `forward_pose` does.
        """
        at = self._chain.place(np.array(joints_of(q, self.joint_names)))
        return np.concatenate(self._chain.jacobian(at.position))

    def remote_centre_deviation(self, q: Sequence[float]) -> float | None:
        """How far the tool's shaft passes from the remote centre [m]; None for an arm without one."""
        if self._centre is None:
            return None
        check_vector("joints", q, self.joint_names)
        return tip_task.deviation(self._chain.place(np.array(q)), self._centre)

    def saturate(self, q: Sequence[float]) -> Saturated:
        """Joints moved into the limits, and the names of those that had to be; see `JointLimits.saturate`."""
        return self.limits.saturate(q)

    def inverse_pose(
        self, position: Vector3, orientation_xyzw: Quaternion, near: Sequence[float]
    ) -> tuple[float, ...]:
        """Joints within the limits that have the pose, found by going there from `near`.

        Where the arm has a remote centre, only the roll of the orientation about the shaft counts.

        Raises:
            Unreachable: not found from there; says how much the tip lacks.
            CountError, NotFiniteError, NotARotationError: the input is no pose or no joints.
        """
        start, goal, orientation = self._checked(position, orientation_xyzw, near)
        found = self._go(start, goal, orientation, self._lower, self._upper, _SOLVE_ROUNDS)
        if found.error > _SHORT:
            raise Unreachable(self.name, (), lacking=found.error)
        return tuple(found.joints.tolist())

    def track(
        self, position: Vector3, orientation_xyzw: Quaternion, near: Sequence[float], dt: float | None = None
    ) -> Saturated:
        """One step of following a moving pose, from `near`, the last answer.

        No joint goes beyond its limits, or further than its speed allows in `dt` [s] (None: as far as it likes). If
        the tip cannot be where it shall be because of limits, they are named, `reach` for an arm stretched out; the
        remote centre is kept before the tip. What the tip leaves free goes towards the posture.

        Raises:
            CountError, NotFiniteError, NotARotationError: the input is no pose or no joints.
        """
        start, goal, orientation = self._checked(position, orientation_xyzw, near)
        lower, upper = self._lower, self._upper
        if dt is not None:
            most = self._velocity * dt
            lower, upper = np.maximum(lower, start - most), np.minimum(upper, start + most)
        found = self._go(start, goal, orientation, lower, upper, _TRACK_ROUNDS, _POSTURE_RATE * (dt or 0.0))
        return Saturated(tuple(found.joints.tolist()), self._limited(found, lower, upper))

    def _checked(
        self, position: Vector3, orientation: Quaternion, near: Sequence[float]
    ) -> tuple[Floats, Floats, Quaternion]:
        check_vector("position", position, ("x", "y", "z"))
        check_vector("near", near, self.joint_names)
        return np.clip(near, self._lower, self._upper), np.array(position), rotations.unit(orientation)

    def _go(
        self,
        q: Floats,
        goal: Floats,
        orientation: Quaternion,
        lower: Floats,
        upper: Floats,
        rounds: int,
        to_posture: float = 0.0,
    ) -> _Found:
        """Gauss-Newton steps from q towards the goal, between the bounds."""
        rows = self._rows(q, goal, orientation)
        for number in range(rounds):
            if number and np.linalg.norm(rows.error) < _MET:
                break
            share = to_posture if number == 0 else 0.0
            q = q + self._step(rows, lower - q, upper - q, share * (self._posture - q))
            rows = self._rows(q, goal, orientation)
        return _Found(q, float(np.linalg.norm(rows.error)), rows.matrix.T @ rows.error)

    def _rows(self, q: Floats, goal: Floats, orientation: Quaternion) -> tip_task.Rows:
        at = self._chain.place(q)
        if self._centre is None:
            return tip_task.free_rows(self._chain, at, goal, orientation)
        return tip_task.pivoted_rows(self._chain, at, goal, orientation, self._centre)

    def _step(self, rows: tip_task.Rows, lower: Floats, upper: Floats, aside: Floats) -> Floats:
        """The damped least-squares step between the bounds, plus as much of `aside` as the rows leave free.

        The damping grows with what is lacking (T. Sugihara, 2011), so that an arm stretched out comes to rest.
        """
        u, s, vt = np.linalg.svd(rows.matrix)
        size = len(s)
        damping = _DAMPING**2 + float(rows.error @ rows.error)
        step: Floats = vt[:size].T @ (s / (s * s + damping) * (u.T @ rows.error)[:size])
        free = vt[size:]
        if len(free):
            step = step + free.T @ (free @ aside)
        longest = float(np.abs(step).max())
        if longest > _LONGEST_TURN:
            shorter = _LONGEST_TURN / longest
            step, rows = shorter * step, rows._replace(error=shorter * rows.error)
        if (step >= lower).all() and (step <= upper).all():
            return step
        matrix = rows.matrix
        return solve_between(matrix.T @ matrix + damping * np.eye(len(step)), matrix.T @ rows.error, lower, upper)

    def _limited(self, found: _Found, lower: Floats, upper: Floats) -> tuple[str, ...]:
        """What keeps the tip from its goal, but for speed, which only makes it late."""
        if found.error <= _SHORT:
            return ()
        q, pull = found.joints, found.pull / found.error
        at_limit = ((q <= self._lower) & (pull < -_PULLED)) | ((q >= self._upper) & (pull > _PULLED))
        if at_limit.any():
            return tuple(name for name, is_at in zip(self.joint_names, at_limit, strict=True) if is_at)
        late = (q <= lower) | (q >= upper)
        return () if late.any() else (REACH,)
