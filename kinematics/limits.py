"""Limits of joints, and what exceeds them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

from sutura.kinematics.errors import CountError, NotFiniteError

JointUnit = Literal["rad", "m"]


class JointExcess(NamedTuple):
    """One joint beyond one of its limits."""

    joint: str
    value: float  # [rad] or [m]
    limit: float  # [rad] or [m]
    unit: JointUnit

    @property
    def amount(self) -> float:
        """How far beyond the limit, [rad] or [m], > 0."""
        return abs(self.value - self.limit)

    def __str__(self) -> str:
        side = "above its upper" if self.value > self.limit else "below its lower"
        unit, k = ("mm", 1000.0) if self.unit == "m" else ("rad", 1.0)
        value, amount, limit = (f"{k * number:.6g} {unit}" for number in (self.value, self.amount, self.limit))
        return f"{self.joint} would be {value}, {amount} {side} limit {limit}"


class Saturated(NamedTuple):
    """Joints brought into their limits."""

    joints: tuple[float, ...]  # [rad, m]
    limited: tuple[str, ...]  # names of the joints that were moved; empty when none was


class JointLimits(NamedTuple):
    """Limits of a row of joints, in the joints' order."""

    names: tuple[str, ...]
    units: tuple[JointUnit, ...]
    lower: tuple[float, ...]  # [rad, m]
    upper: tuple[float, ...]  # [rad, m]
    velocity: tuple[float, ...]  # largest speed, [rad/s, m/s]

    def contains(self, q: Sequence[float], tolerance: float = 0.0) -> bool:
        """Whether every joint is within its limits, widened by `tolerance` [rad, m]. NaN is not within."""
        self._check_count(q)
        for value, low, high in zip(q, self.lower, self.upper, strict=True):
            if not low - tolerance <= value <= high + tolerance:
                return False
        return True

    def saturate(self, q: Sequence[float]) -> Saturated:
        """Each joint [rad, m] moved to its nearest limit if it is beyond, and the names of those that moved.

        Raises:
            CountError: another number of joints than names.
            NotFiniteError: a NaN or an infinity; there is no sensible limit to move it to.
        """
        if self.contains(q):
            return Saturated(tuple(q), ())
        self._check_finite(q)
        rows = tuple(zip(q, self.lower, self.upper, strict=True))
        joints = tuple(min(max(value, low), high) for value, low, high in rows)
        limited = tuple(
            name for name, (value, low, high) in zip(self.names, rows, strict=True) if not low <= value <= high
        )
        return Saturated(joints, limited)

    def excess(self, q: Sequence[float], tolerance: float = 0.0) -> tuple[JointExcess, ...]:
        """What lies beyond the limits by more than `tolerance` [rad, m]; empty when nothing does.

        Raises:
            CountError: another number of joints than names.
            NotFiniteError: a NaN or an infinity.
        """
        if self.contains(q, tolerance):
            return ()
        self._check_finite(q)
        found: list[JointExcess] = []
        for value, name, unit, low, high in zip(q, self.names, self.units, self.lower, self.upper, strict=True):
            if value < low - tolerance:
                found.append(JointExcess(name, value, low, unit))
            elif value > high + tolerance:
                found.append(JointExcess(name, value, high, unit))
        return tuple(found)

    def _check_count(self, q: Sequence[float]) -> None:
        if len(q) != len(self.names):
            raise CountError("joints", len(q), self.names)

    def _check_finite(self, q: Sequence[float]) -> None:
        if not all(map(math.isfinite, q)):
            raise NotFiniteError("joints", q)
