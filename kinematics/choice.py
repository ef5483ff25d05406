"""Choosing among the branches and turns that have one pose: nearness, limits, whole turns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import cast

from sutura.kinematics.chain import Joints
from sutura.kinematics.limits import JointExcess, JointLimits

LIMIT_TOLERANCE = 1e-9  # [rad, m] rounding at a limit is not beyond it; such joints are set to the limit
_RAD_PER_M = 10.0  # 100 mm count as one radian where joints are compared
# A branch differs from any other by a half turn of yaw, wrist pitch or wrist yaw, modulo whole turns. If no joint
# moved more than this, the distance squared is at most 5 (pi/4)^2 + 0.25 = 3.34, any other branch's at least
# (3 pi/4)^2 = 5.55: this branch is the nearest, and the others need no look.
_NEAR_TURN = 0.25 * math.pi  # [rad]
_NEAR_SLIDE = 0.05  # [m]


def plainly_nearest(joints: Joints, near: Sequence[float]) -> bool:
    """Whether no other branch or turn can be nearer to `near`. False for NaN."""
    a1, a2, a3, a4, a5, a6 = joints
    b1, b2, b3, b4, b5, b6 = near
    return (
        -_NEAR_TURN < a1 - b1 < _NEAR_TURN
        and -_NEAR_TURN < a2 - b2 < _NEAR_TURN
        and -_NEAR_SLIDE < a3 - b3 < _NEAR_SLIDE
        and -_NEAR_TURN < a4 - b4 < _NEAR_TURN
        and -_NEAR_TURN < a5 - b5 < _NEAR_TURN
        and -_NEAR_TURN < a6 - b6 < _NEAR_TURN
    )


def nearest(candidates: Iterable[Joints], near: Sequence[float], limits: JointLimits) -> Joints:
    """The candidate at the least distance from `near`."""
    weights = [_RAD_PER_M if unit == "m" else 1.0 for unit in limits.units]

    def distance(joints: Joints) -> float:
        return math.hypot(*(k * (a - b) for k, a, b in zip(weights, joints, near, strict=True)))

    return min(candidates, key=distance)


def least_excess(candidates: Iterable[Joints], limits: JointLimits) -> tuple[JointExcess, ...]:
    """What exceeds the limits for the candidate whose worst joint exceeds them least."""

    def worst(excess: tuple[JointExcess, ...]) -> float:
        return max(one.amount * (_RAD_PER_M if one.unit == "m" else 1.0) for one in excess)

    return min((limits.excess(one, LIMIT_TOLERANCE) for one in candidates), key=worst)


def turns(joints: Joints, limits: JointLimits) -> Iterator[Joints]:
    """The same joints with every combination of whole turns within the limits.

    A joint with no turn within them has the one that exceeds them least.
    """
    rows = zip(joints, limits.units, limits.lower, limits.upper, strict=True)
    choices = [[value] if unit == "m" else _turns(value, low, high) for value, unit, low, high in rows]
    for choice in product(*choices):
        yield cast(Joints, choice)


def _turns(value: float, lower: float, upper: float) -> list[float]:
    first = math.ceil((lower - LIMIT_TOLERANCE - value) / math.tau)
    last = math.floor((upper + LIMIT_TOLERANCE - value) / math.tau)
    if first <= last:
        return [value + math.tau * turn for turn in range(first, last + 1)]
    below, above = value + math.tau * last, value + math.tau * first
    return [below if lower - below <= above - upper else above]
