"""How a tool tip may move: its speed, how fast it turns, where it may be, what it must keep clear of. Pure."""

from __future__ import annotations

import math
from typing import NamedTuple

from sutura.kinematics.capsules import Capsule, keep_clear
from sutura.kinematics.rotations import Quaternion, Vector3, angle_between, slerp
from sutura.kinematics.workspace import Workspace

_ROUNDING = 1e-9  # [m, rad] what lies less beyond a speed is no motion


class LimitedTip(NamedTuple):
    """Where a limited tip goes, and why: the reasons, each with what it was limited by in words."""

    position: Vector3
    orientation: Quaternion
    reasons: tuple[tuple[str, str], ...]


class TipLimits:
    """Limits of one tip.

    speed [m/s]; turn_speed [rad/s]; workspace: None for everywhere; others: capsules of other arms by name, in
    this arm's base frame, that its shaft of `radius` [m] stays `clearance` [m] away from, slowing down before by
    `braking` [m/s²].
    """

    __slots__ = ("_braking", "_clearance", "_half_turn_speed", "_radius", "_speed", "_workspace", "others")

    def __init__(
        self,
        speed: float,
        turn_speed: float,
        workspace: Workspace | None = None,
        *,
        clearance: float = 0.0,
        radius: float = 0.0,
        braking: float = math.inf,
    ) -> None:
        self._speed, self._half_turn_speed = speed, 0.5 * turn_speed
        self._workspace = workspace
        self._clearance, self._radius, self._braking = clearance, radius, braking
        self.others: dict[str, Capsule] = {}

    def limit(
        self, to: tuple[Vector3, Quaternion], before: tuple[Vector3, Quaternion], dt: float
    ) -> LimitedTip | None:
        """Where a tip goes in dt [s] that was at `before` and is wanted at `to`; None: where it is wanted.

        Both are positions [m] and orientations (x, y, z, w) in the arm's base frame.
        """
        (x, y, z), (qx, qy, qz, qw) = to
        (x0, y0, z0), (px, py, pz, pw) = before
        dx, dy, dz, most = x - x0, y - y0, z - z0, self._speed * dt
        half_turn = self._half_turn_speed * dt
        if (
            dx * dx + dy * dy + dz * dz <= most * most
            and (half_turn >= math.pi / 2 or abs(qx * px + qy * py + qz * pz + qw * pw) >= math.cos(half_turn))
            and self._workspace is None
            and not self.others
        ):
            return None
        return self._limited(to, before, dt)

    def _limited(
        self, to: tuple[Vector3, Quaternion], before: tuple[Vector3, Quaternion], dt: float
    ) -> LimitedTip | None:
        reasons: list[tuple[str, str]] = []
        position, orientation = to
        way, most = math.dist(position, before[0]), self._speed * dt
        if way > most + _ROUNDING:
            position = _part_of_way(before[0], position, most / way)
            reasons.append(("tip_speed", ""))
        turn, most = angle_between(before[1], orientation), 2.0 * self._half_turn_speed * dt
        if turn > most + _ROUNDING:
            orientation = slerp(before[1], orientation, most / turn)
            reasons.append(("turn_speed", ""))
        if dt > 0.0:
            position = self._kept(position, before[0], dt, reasons)
        return LimitedTip(position, orientation, tuple(reasons)) if reasons else None

    def _kept(self, position: Vector3, before: Vector3, dt: float, reasons: list[tuple[str, str]]) -> Vector3:
        workspace = self._workspace
        if workspace is not None:
            position, by = workspace.confine(position, before, dt)
            if by:
                reasons.append(("workspace", by))
        if self.others:
            clear, by = keep_clear(position, before, self._radius, self.others, self._clearance, dt, self._braking)
            if by:
                reasons.append(("clearance", by))
                if workspace is not None and workspace.confine(clear, before, dt)[1]:
                    return before
                return clear
        return position


def _part_of_way(a: Vector3, b: Vector3, share: float) -> Vector3:
    return (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2]))
