"""The closed form of an arm with a remote centre: yaw, pitch and insertion through one point, then a wrist.

With theta the DH angles (joint + offset), X, Y, Z turns about those axes, and `reach` the sum of insertion's offset
and roll's d:

    depth  = insertion + reach                                      the wrist past the remote centre
    m      = a6 - depth sin theta5
    base_R_n = Y(-theta1) Z(theta2) Y(-theta4) Z(theta5) Y(theta6)
    g      = (m cos theta6, -depth cos theta5, m sin theta6)        from the centre to the last joint, seen in n

Frame n is the last joint's frame turned by +pi/2 about its x. This is the product of the modified DH transforms,
shortened by X(pi/2) Z(t) X(-pi/2) = Y(-t). A pose gives base_R_n and g; g alone gives theta6, depth and theta5, and
what is then left of base_R_n are Euler angles Y Z Y: theta1, theta2, theta4. Three signs choose among eight
branches.

Nothing is divided by what may vanish, so the joints always have the pose. Where it leaves a joint undetermined, the
joint keeps its value from `near`: wrist pitch when the wrist is on the centre, wrist yaw when its axis meets the
centre, yaw when the shaft is along the yaw axis. A straight wrist is no such place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import atan2, cos, hypot, remainder, sin

from sutura.kinematics import rotations
from sutura.kinematics.arm_file import ArmModel
from sutura.kinematics.rotations import Quaternion, Vector3

Joints = tuple[float, float, float, float, float, float]  # [rad, m], in the arm file's order
Branch = tuple[float, float, float]  # signs of: m, depth, sin theta2
Twist = tuple[float, float, float, float, float, float]  # linear [m/s], angular [rad/s]
Wrist = tuple[Quaternion, Vector3]  # base_R_n, g

_SIGNS = (1.0, -1.0)
BRANCHES: tuple[Branch, ...] = tuple((m, depth, s2) for m in _SIGNS for depth in _SIGNS for s2 in _SIGNS)

_UNDETERMINED = 1e-13  # [m, 1] closer to a singular place, the joint is held; the tip is off by no more than this
_X_BACK: Quaternion = (-math.sqrt(0.5), 0.0, 0.0, math.sqrt(0.5))  # X(-pi/2)


class RemoteCentreChain:
    """Forward and inverse kinematics of one arm on tuples. Limits are the caller's business."""

    __slots__ = ("_a6", "_n_R_tip", "_n_tip", "_o1", "_o2", "_o4", "_o5", "_o6", "_tip_R_n", "reach")

    def __init__(self, model: ArmModel) -> None:
        """Take the numbers of a model that `check_structure` let pass."""
        yaw, pitch, insertion, roll, wrist_pitch, wrist_yaw = model.joints
        self._o1, self._o2, self._o4 = yaw.offset, pitch.offset, roll.offset
        self._o5, self._o6, self._a6 = wrist_pitch.offset, wrist_yaw.offset, wrist_yaw.a
        self.reach = insertion.offset + roll.d  # [m] depth of the wrist at zero insertion
        self._n_R_tip = rotations.multiply(_X_BACK, rotations.from_matrix(model.tip.rotation))
        self._tip_R_n = rotations.conjugate(self._n_R_tip)
        x, y, z = model.tip.translation
        self._n_tip: Vector3 = (x, z, -y)

    def forward(self, q: Sequence[float]) -> tuple[Vector3, Quaternion]:
        """base_T_tip as position [m] and quaternion; both change smoothly with the joints (no sign flips)."""
        q1, q2, q3, q4, q5, q6 = q
        h1, h2, h4 = -0.5 * (q1 + self._o1), 0.5 * (q2 + self._o2), -0.5 * (q4 + self._o4)
        h5, t6 = 0.5 * (q5 + self._o5), q6 + self._o6
        s1, c1, s2, c2, s4, c4 = sin(h1), cos(h1), sin(h2), cos(h2), sin(h4), cos(h4)
        s5, c5, s6, c6 = sin(h5), cos(h5), sin(0.5 * t6), cos(0.5 * t6)
        # Z(theta5) Y(theta6) after Y(-theta4), then all of it after Y(-theta1) Z(theta2)
        ax, ay, az, aw = s1 * s2, s1 * c2, c1 * s2, c1 * c2
        x, y, z, w = s4 * s5, s4 * c5, c4 * s5, c4 * c5
        bx, by, bz, bw = x * c6 - z * s6, y * c6 + w * s6, z * c6 + x * s6, w * c6 - y * s6
        base_R_n = (
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
            aw * bw - ax * bx - ay * by - az * bz,
        )
        depth = q3 + self.reach
        m = self._a6 - depth * 2.0 * s5 * c5
        nx, ny, nz = self._n_tip
        g = (m * cos(t6) + nx, depth * (s5 - c5) * (s5 + c5) + ny, m * sin(t6) + nz)
        return rotations.rotate(base_R_n, g), rotations.multiply(base_R_n, self._n_R_tip)

    def wrist(self, position: Vector3, orientation: Quaternion) -> Wrist:
        """base_R_n and g of a tip pose; the quaternion must have length 1."""
        ax, ay, az, aw = orientation
        bx, by, bz, bw = self._tip_R_n
        x = aw * bx + ax * bw + ay * bz - az * by
        y = aw * by - ax * bz + ay * bw + az * bx
        z = aw * bz + ax * by - ay * bx + az * bw
        w = aw * bw - ax * bx - ay * by - az * bz
        px, py, pz = position
        tx, ty, tz = 2.0 * (z * py - y * pz), 2.0 * (x * pz - z * px), 2.0 * (y * px - x * py)
        nx, ny, nz = self._n_tip
        gx = px + w * tx + z * ty - y * tz - nx
        gy = py + w * ty + x * tz - z * tx - ny
        gz = pz + w * tz + y * tx - x * ty - nz
        return (x, y, z, w), (gx, gy, gz)

    def branch(self, q: Sequence[float]) -> Branch:
        """The branch on which the joints lie."""
        _, q2, q3, _, q5, _ = q
        depth = q3 + self.reach
        return (
            1.0 if self._a6 >= depth * sin(q5 + self._o5) else -1.0,
            1.0 if depth >= 0.0 else -1.0,
            1.0 if sin(q2 + self._o2) >= 0.0 else -1.0,
        )

    def joints(self, wrist: Wrist, branch: Branch, near: Sequence[float]) -> Joints:
        """The joints of one branch, each turning joint within half a turn of `near`, whatever the limits."""
        (x, y, z, w), (gx, gy, gz) = wrist
        sign_m, sign_depth, sign_s2 = branch
        near1, _, _, near4, near5, near6 = near
        size = hypot(gx, gz)
        t6 = atan2(sign_m * gz, sign_m * gx) if size > _UNDETERMINED else near6 + self._o6
        r = self._a6 - sign_m * size  # depth sin theta5
        depth = sign_depth * hypot(r, gy)
        t5 = atan2(sign_depth * r, -sign_depth * gy) if abs(depth) > _UNDETERMINED else near5 + self._o5
        s, c = sin(0.5 * t6), cos(0.5 * t6)
        x, y, z, w = x * c + z * s, y * c - w * s, z * c - x * s, w * c + y * s
        s, c = sin(0.5 * t5), cos(0.5 * t5)
        x, y, z, w = x * c - y * s, y * c + x * s, z * c - w * s, w * c + z * s
        t1, t2, t4 = _euler_yzy(x, y, z, w, sign_s2, near1 + self._o1)
        q1, q2, q4, q5, q6 = t1 - self._o1, t2 - self._o2, t4 - self._o4, t5 - self._o5, t6 - self._o6
        near2 = near[1]
        return (
            near1 + remainder(q1 - near1, math.tau),
            near2 + remainder(q2 - near2, math.tau),
            depth - self.reach,
            near4 + remainder(q4 - near4, math.tau),
            near5 + remainder(q5 - near5, math.tau),
            near6 + remainder(q6 - near6, math.tau),
        )

    def turned(self, wrist: Wrist, q: Sequence[float]) -> Joints:
        """Yaw, pitch and insertion of `q`, and the wrist that then has the orientation, on its branch and near it.

        What is left of base_R_n without Y(-theta1) Z(theta2) are Euler angles too: Y(-theta4) Z(theta5) Y(theta6).
        """
        q1, q2, q3, near4, near5, near6 = q
        s1, c1 = sin(0.5 * (q1 + self._o1)), cos(0.5 * (q1 + self._o1))
        s2, c2 = sin(-0.5 * (q2 + self._o2)), cos(-0.5 * (q2 + self._o2))
        x, y, z, w = rotations.multiply((-s2 * s1, c2 * s1, s2 * c1, c2 * c1), wrist[0])
        sign_s5 = 1.0 if sin(near5 + self._o5) >= 0.0 else -1.0
        t4, t5, minus_t6 = _euler_yzy(x, y, z, w, sign_s5, near4 + self._o4)
        q4, q5, q6 = t4 - self._o4, t5 - self._o5, -minus_t6 - self._o6
        return (
            q1,
            q2,
            q3,
            near4 + remainder(q4 - near4, math.tau),
            near5 + remainder(q5 - near5, math.tau),
            near6 + remainder(q6 - near6, math.tau),
        )

    def screws(self, q: Sequence[float]) -> tuple[Twist, ...]:
        """Twist of the tip, in the base frame at the tip, for unit speed of each joint: the Jacobian's columns.

        A turning joint about axis u through point o gives (u x (tip - o), u), the prismatic one (u, 0) (Craig,
        Introduction to Robotics, chapter 5). Axes and arms are written in frame n and turned to the base.
        """
        q1, _, _, _, q5, q6 = q
        position, orientation = self.forward(q)
        n = rotations.multiply(orientation, self._tip_R_n)
        s1, c1 = sin(q1 + self._o1), cos(q1 + self._o1)
        s5, c5, s6, c6 = sin(q5 + self._o5), cos(q5 + self._o5), sin(q6 + self._o6), cos(q6 + self._o6)
        shaft = rotations.rotate(n, (-s5 * c6, -c5, -s5 * s6))
        nx, ny, nz = self._n_tip
        wrist_to_tip = rotations.rotate(n, (self._a6 * c6 + nx, ny, self._a6 * s6 + nz))
        return (
            _turning((0.0, -1.0, 0.0), position),
            _turning((-s1, 0.0, c1), position),
            (*shaft, 0.0, 0.0, 0.0),
            _turning(shaft, wrist_to_tip),
            _turning(rotations.rotate(n, (-s6, 0.0, c6)), wrist_to_tip),
            _turning(rotations.rotate(n, (0.0, 1.0, 0.0)), rotations.rotate(n, self._n_tip)),
        )


def _turning(axis: Vector3, arm: Vector3) -> Twist:
    """Twist at the end of `arm` [m] for 1 rad/s about `axis`."""
    (ux, uy, uz), (rx, ry, rz) = axis, arm
    return (uy * rz - uz * ry, uz * rx - ux * rz, ux * ry - uy * rx, ux, uy, uz)


def _euler_yzy(x: float, y: float, z: float, w: float, sign_s2: float, held1: float) -> tuple[float, float, float]:
    """theta1, theta2, theta4 of Y(-theta1) Z(theta2) Y(-theta4) = (x, y, z, w); `held1` where undetermined."""
    sine, cosine = hypot(x, z), hypot(y, w)  # of theta2 / 2
    half_sum, half_difference = atan2(y, w), atan2(x, z)
    t2 = sign_s2 * 2.0 * atan2(sine, cosine)
    if sine > _UNDETERMINED and cosine > _UNDETERMINED:
        turn = 0.0 if sign_s2 > 0.0 else math.pi
        return -half_sum - half_difference - turn, t2, half_difference - half_sum + turn
    if sine <= _UNDETERMINED:
        return held1, t2, -2.0 * half_sum - held1
    return held1, t2, held1 + 2.0 * half_difference
