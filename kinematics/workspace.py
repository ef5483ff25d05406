"""Where a tool tip may be: virtual fixtures of planes and boxes. Pure; positions [m] in one frame.

A tip that is limited goes nowhere farther than it wanted to, and is braked before it must stop. One that starts
outside may come back on any way, and goes no farther out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from sutura.kinematics.braking import braking_speed
from sutura.kinematics.rotations import Vector3

_ROUNDS = 8  # of projections on planes that meet; what is left after them is not moved
_ROUNDING = 1e-12  # [m]
_SKIN = 1e-9  # [m] of a forbidden box, in which one is not within


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
    """Keeps a tip within all of `inside`, on the right side of all `planes`, and out of all of `outside`.

    braking [m/s²]: with which it slows down before it must stop.
    """

    __slots__ = ("_braking", "_outside", "_planes")

    def __init__(
        self,
        planes: Sequence[Plane] = (),
        inside: Sequence[Box] = (),
        outside: Sequence[Box] = (),
        braking: float = math.inf,
    ) -> None:
        self._braking = braking
        self._planes = (*planes, *(side for box in inside for side in _sides(box)))
        self._outside = tuple((box, _core(box)) for box in outside)

    def confine(self, position: Vector3, before: Vector3, dt: float = 1.0) -> tuple[Vector3, str]:
        """The nearest allowed position on the way from `before` that takes dt [s], and what kept it there, empty if
        nothing."""
        bounds = [(n, self._bound(_dot(n, before), offset, dt), name) for n, offset, name in self._planes]
        there, by = _projected(position, bounds)
        for box, core in self._outside:
            ahead = self._ahead(before, there, dt)
            if _is_crossed(before, ahead, core):
                kept = _kept_out(there, before, box, _entry(before, ahead, core)[2], dt, self._braking)
                there, by = kept, by if kept == there else box.name
        if by and not all(_dot(n, there) >= bound - _ROUNDING for n, bound, _ in bounds):
            return before, by
        if by and any(_is_crossed(before, there, core) for _, core in self._outside):
            return before, by
        return there, by

    def _bound(self, height: float, offset: float, dt: float) -> float:
        """How low above a plane a tip may be next that is at `height` now."""
        above = height - offset
        return height - braking_speed(above, dt, self._braking) * dt if above > 0.0 else height

    def _ahead(self, before: Vector3, to: Vector3, dt: float) -> Vector3:
        """Where a way ends that is braked from its end on."""
        way = math.dist(before, to)
        longer = 1.0 + 0.5 * way / (self._braking * dt * dt) if dt > 0.0 else 1.0
        return (
            before[0] + longer * (to[0] - before[0]),
            before[1] + longer * (to[1] - before[1]),
            before[2] + longer * (to[2] - before[2]),
        )


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


def _core(box: Box) -> Box:
    """What is within a box beyond all rounding."""
    (x0, y0, z0), (x1, y1, z1) = box.lower, box.upper
    return Box((x0 + _SKIN, y0 + _SKIN, z0 + _SKIN), (x1 - _SKIN, y1 - _SKIN, z1 - _SKIN), box.name)


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


def _kept_out(to: Vector3, before: Vector3, box: Box, axis: int, dt: float, braking: float) -> Vector3:
    """Not beyond the face where it would go in, nor so near that it could not stop; from within, where it was."""
    if _is_within(before, _core(box)) or axis < 0:
        return before
    at, wanted = before[axis], to[axis]
    if wanted > at:
        kept = min(wanted, at + braking_speed(max(box.lower[axis] - at, 0.0), dt, braking) * dt)
    else:
        kept = max(wanted, at - braking_speed(max(at - box.upper[axis], 0.0), dt, braking) * dt)
    return (to[0] if axis else kept, kept if axis == 1 else to[1], kept if axis == 2 else to[2])


def _depth(position: Vector3, box: Box) -> float:
    return min(min(p - low, high - p) for p, low, high in zip(position, box.lower, box.upper, strict=True))


def _dot(a: Vector3, b: Vector3) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
