"""Capsules along instrument shafts: how near two arms are, and how one keeps clear of the other. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from sutura.kinematics.braking import braking_speed
from sutura.kinematics.rotations import Quaternion, Vector3, conjugate, multiply, rotate

_TINY = 1e-18  # [m²] below it a segment is a point
_ROUNDS = 4  # of corrections while sliding along another shaft; then it stays where it was


class Capsule(NamedTuple):
    """All points within `radius` of the segment from `start` to `end` [m]; of a shaft: remote centre to tip."""

    start: Vector3
    end: Vector3
    radius: float


class Placement(NamedTuple):
    """Where an arm's base stands in a frame common to several arms: position [m], orientation x, y, z, w."""

    position: Vector3
    orientation: Quaternion

    def seen_from(self, other: Placement) -> Placement:
        """This base in the frame of another's."""
        back = conjugate(other.orientation)
        return Placement(rotate(back, _minus(self.position, other.position)), multiply(back, self.orientation))

    def place(self, point: Vector3) -> Vector3:
        """A point of this base's frame in the frame in which the base stands."""
        return _plus(self.position, rotate(self.orientation, point))


class Gap(NamedTuple):
    """Between two capsules: distance of their surfaces [m] (negative: they overlap), the unit direction from the
    second's nearest axis point to the first's, and where on the first that is (0: start, 1: end)."""

    distance: float
    direction: Vector3
    share: float


def gap(one: Capsule, other: Capsule) -> Gap:
    """How far two capsules are from one another (closest points of segments: Ericson, Real-Time Collision
    Detection, 5.1.9)."""
    d1, d2, r = _minus(one.end, one.start), _minus(other.end, other.start), _minus(one.start, other.start)
    a, e, f, c, b = _dot(d1, d1), _dot(d2, d2), _dot(d2, r), _dot(d1, r), _dot(d1, d2)
    if a <= _TINY:
        s, t = 0.0, _unit_range(f / e) if e > _TINY else 0.0
    elif e <= _TINY:
        s, t = _unit_range(-c / a), 0.0
    else:
        cross = a * e - b * b
        s = _unit_range((b * f - c * e) / cross) if cross > _TINY * (a + e) else 0.0
        t = (b * s + f) / e
        if not 0.0 <= t <= 1.0:
            t = _unit_range(t)
            s = _unit_range((b * t - c) / a)
    between = _minus(_plus(one.start, _times(d1, s)), _plus(other.start, _times(d2, t)))
    length = math.hypot(*between)
    direction = _times(between, 1.0 / length) if length > 0.0 else (0.0, 0.0, 1.0)
    return Gap(length - one.radius - other.radius, direction, s)


def keep_clear(
    tip: Vector3,
    before: Vector3,
    radius: float,
    others: Mapping[str, Capsule],
    least: float,
    dt: float = 1.0,
    braking: float = math.inf,
) -> tuple[Vector3, str]:
    """The tip of a shaft through the origin, kept so that the shaft stays `least` [m] away from the others.

    It slides along what is in the way, goes no farther than it wanted to, and otherwise stays at `before`. A shaft
    that is too near already may move away, and comes no nearer. It slows down by `braking` [m/s²] before it must
    stop, on a way that takes dt [s]. Returns the tip and the name of who was in the way.
    """
    there, by = tip, ""
    for name, other in others.items():
        allowed = _allowed(gap(_shaft(before, radius), other).distance, least, dt, braking)
        if gap(_shaft(there, radius), other).distance < allowed:
            there, by = _slide(there, before, radius, other, allowed), name
    if by and any(
        gap(_shaft(there, radius), other).distance < min(least, gap(_shaft(before, radius), other).distance)
        for other in others.values()
    ):
        return before, by
    return there, by


def _allowed(distance: float, least: float, dt: float, braking: float) -> float:
    left = distance - least
    return distance - braking_speed(left, dt, braking) * dt if left > 0.0 else distance


def _slide(tip: Vector3, before: Vector3, radius: float, other: Capsule, allowed: float) -> Vector3:
    farthest = math.dist(tip, before)
    for _ in range(_ROUNDS):
        found = gap(_shaft(tip, radius), other)
        if found.distance >= allowed:
            return tip
        if found.share < 0.01:
            break  # near the remote centre no motion of the tip helps
        push = (allowed - found.distance) / found.share * (1.0 + 1e-6) + 1e-12
        tip = _plus(tip, _times(found.direction, push))
        if math.dist(tip, before) > farthest:
            break
    return before


def _shaft(tip: Vector3, radius: float) -> Capsule:
    return Capsule((0.0, 0.0, 0.0), tip, radius)


def _unit_range(value: float) -> float:
    return min(max(value, 0.0), 1.0)


def _minus(a: Vector3, b: Vector3) -> Vector3:
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def _plus(a: Vector3, b: Vector3) -> Vector3:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def _times(a: Vector3, k: float) -> Vector3:
    return (k * a[0], k * a[1], k * a[2])


def _dot(a: Vector3, b: Vector3) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
