"""Where a tool tip may be: virtual fixtures of planes and boxes. Pure; positions [m] in one frame.

A tip that is limited goes nowhere farther than it wanted to. One that starts outside may come back on any way, and
goes no farther out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from sutura.kinematics.rotations import Vector3

_ROUNDS = 8  # of projections on planes that meet; what is left after them is not moved
_ROUNDING = 1e-12  # [m]


class Plane(NamedTuple):
    """The side of a plane that is allowed: where unit `normal` · position ≥ `offset` [m]. A name is not empty."""

    normal: Vector3
    offset: float
    name: str = "a plane"


class Box(NamedTuple):
    """A box along the axes of the frame, from `lower` to `upper` [m]."""

    lower: Vector3
    upper: Vector3
    name: str = "a box"


class Workspace:
    """Keeps a tip within all of `inside`, on the right side of all `planes`, and out of all of `outside`."""

    __slots__ = ("_outside", "_planes")

    def __init__(
        self, planes: Sequence[Plane] = (), inside: Sequence[Box] = (), outside: Sequence[Box] = ()
    ) -> None:
        self._planes = (*planes, *(side for box in inside for side in _sides(box)))
        self._outside = tuple(outside)

    def confine(self, position: Vector3, before: Vector3) -> tuple[Vector3, str]:
        """The nearest allowed position on the way from `before`, and what kept it there, empty if nothing."""
        bounds = [(n, min(offset, _dot(n, before)), name) for n, offset, name in self._planes]
        there, by = _projected(position, bounds)
        for box in self._outside:
            if _is_crossed(before, there, box):
                there, by = _kept_out(there, before, box), box.name
        if by and not all(_dot(n, there) >= bound - _ROUNDING for n, bound, _ in bounds):
            return before, by
        if by and any(_is_crossed(before, there, box) for box in self._outside):
            return before, by
        return there, by


def _projected(position: Vector3, bounds: Sequence[tuple[Vector3, float, str]]) -> tuple[Vector3, str]:
    """Onto one plane after the other until all hold. Each projection comes nearer to every allowed position."""
    there, by = position, ""
    for _ in range(_ROUNDS):
        moved = False
        for n, bound, name in bounds:
            short = bound - _dot(n, there)
            if short > _ROUNDING:
                there = (there[0] + short * n[0], there[1] + short * n[1], there[2] + short * n[2])
                moved, by = True, by or name
        if not moved:
            break
    return there, by


def _sides(box: Box) -> tuple[Plane, ...]:
    (x0, y0, z0), (x1, y1, z1) = box.lower, box.upper
    return (
        Plane((1.0, 0.0, 0.0), x0, box.name),
        Plane((0.0, 1.0, 0.0), y0, box.name),
        Plane((0.0, 0.0, 1.0), z0, box.name),
        Plane((-1.0, 0.0, 0.0), -x1, box.name),
        Plane((0.0, -1.0, 0.0), -y1, box.name),
        Plane((0.0, 0.0, -1.0), -z1, box.name),
    )


def _is_within(position: Vector3, box: Box) -> bool:
    return all(low < p < high for p, low, high in zip(position, box.lower, box.upper, strict=True))


def _entry(before: Vector3, to: Vector3, box: Box) -> tuple[float, float, int]:
    """When a straight way enters and leaves a box, as shares of it, and the axis of the face it enters by."""
    enters, leaves, axis = -math.inf, math.inf, -1
    for i, (a, b, low, high) in enumerate(zip(before, to, box.lower, box.upper, strict=True)):
        way = b - a
        if way == 0.0:
            if not low < a < high:
                return 1.0, 0.0, -1
            continue
        first, last = sorted(((low - a) / way, (high - a) / way))
        if first > enters:
            enters, axis = first, i
        leaves = min(leaves, last)
    return enters, leaves, axis


def _is_crossed(before: Vector3, to: Vector3, box: Box) -> bool:
    """Whether a way goes through the inside of a box it was not in; or, from within, deeper into it."""
    if _is_within(before, box):
        return _is_within(to, box) and _depth(to, box) > _depth(before, box)
    enters, leaves, _ = _entry(before, to, box)
    return enters < leaves and enters < 1.0 and leaves > 0.0 and enters >= 0.0


def _kept_out(to: Vector3, before: Vector3, box: Box) -> Vector3:
    """On the face where it would go in; from within, where it was."""
    _, _, axis = _entry(before, to, box)
    if _is_within(before, box) or axis < 0:
        return before
    face = box.lower[axis] if to[axis] > before[axis] else box.upper[axis]
    return (to[0] if axis else face, face if axis == 1 else to[1], face if axis == 2 else to[2])


def _depth(position: Vector3, box: Box) -> float:
    return min(min(p - low, high - p) for p, low, high in zip(position, box.lower, box.upper, strict=True))


def _dot(a: Vector3, b: Vector3) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
