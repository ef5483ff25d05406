"""Joints that follow targets within limits of position, speed and acceleration; on plain tuples, for hot paths.

A joint goes exactly where its target is while the limits allow the step. Otherwise it approaches as fast as they
allow: at the target's own speed, plus the speed from which it can still stop in what is left of the way. It never
goes so fast towards a position limit that it could not stop before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import copysign
from typing import NamedTuple

from sutura.kinematics.braking import braking_speed


class JointBounds(NamedTuple):
    """The limits of one joint, [rad] or [m], per s and s²; an infinite acceleration is none."""

    lower: float
    upper: float
    velocity: float
    acceleration: float


class JointMotion:
    """Where a row of joints is, how fast it moves, and the next step towards a target.

    position [rad, m]; velocity [rad/s, m/s]; limited: what the last step was limited by, `joint_speed` or
    `joint_acceleration` and the index of the first such joint, or None.
    """

    __slots__ = ("_bounds", "_exact", "_rows", "_target", "limited", "position", "velocity")

    def __init__(self, bounds: Sequence[JointBounds]) -> None:
        self._bounds = tuple(bounds)
        # within these no joint can be fast enough to need its position limit's brake: v²/2a from either limit
        self._rows = tuple(
            (b.lower + _stopping(b), b.upper - _stopping(b), b.velocity, b.acceleration) for b in self._bounds
        )
        self.limited: tuple[str, int] | None = None
        self.rest_at((0.0,) * len(self._bounds))

    def rest_at(self, position: tuple[float, ...]) -> None:
        """Begin anew: at rest, there."""
        self.position = self._target = position
        self.velocity = (0.0,) * len(position)
        self._exact = True

    def follow(self, target: tuple[float, ...], dt: float) -> bool:
        """Go exactly to the target in dt [s], if no limit is anywhere near; else change nothing.

        It lets nothing through that is not a number, or beyond a position limit.
        """
        if not self._exact or dt <= 0.0:
            return False
        rate = 1.0 / dt
        speeds = []
        for x, p, v, (low, high, most, most_change) in zip(
            target, self.position, self.velocity, self._rows, strict=False
        ):
            speed = (x - p) * rate
            if low <= x <= high and -most <= speed <= most and -most_change <= (speed - v) * rate <= most_change:
                speeds.append(speed)
            else:
                return False
        self.position = self._target = target
        self.velocity = tuple(speeds)
        self.limited = None
        return True

    def approach(self, target: tuple[float, ...], dt: float) -> tuple[float, ...]:
        """Go towards targets within the position limits as far as all limits allow in dt [s]; the new position."""
        self.limited = None
        if dt <= 0.0:
            self._exact = False
            return self.position
        rows = zip(target, self._target, self.position, self.velocity, self._bounds, strict=True)
        steps = [_step(*row, dt) for row in rows]
        for index, (_, _, limited) in enumerate(steps):
            if limited:
                self.limited = (limited, index)
                break
        self.position = tuple(position for position, _, _ in steps)
        self.velocity = tuple(velocity for _, velocity, _ in steps)
        self._target = target
        self._exact = self.limited is None
        return self.position

    def was_sent(self, position: tuple[float, ...]) -> None:
        """The device took another position than asked."""
        self.position = position
        self._exact = False


def _stopping(bounds: JointBounds) -> float:
    return 0.5 * bounds.velocity * bounds.velocity / bounds.acceleration


def _step(
    target: float, before: float, position: float, velocity: float, bounds: JointBounds, dt: float
) -> tuple[float, float, str]:
    """One joint's new position and velocity, and what limited it, if anything."""
    lower, upper, most, most_change = bounds
    change = most_change * dt
    direct = (target - position) / dt
    wanted = direct
    left = before - position  # of the way that the target had gone by the last step
    if abs(left) > change * dt:
        own = (target - before) / dt
        wanted = min(max(own, -most), most) + copysign(braking_speed(abs(left), dt, most_change), left)
    speed = min(max(wanted, velocity - change, -most), velocity + change, most)
    speed = min(speed, braking_speed(max(upper - position, 0.0), dt, most_change))
    speed = max(speed, -braking_speed(max(position - lower, 0.0), dt, most_change))
    if speed == direct:
        return target, speed, ""
    reached = min(max(position + speed * dt, min(lower, position)), max(upper, position))  # but for rounding
    return reached, speed, "joint_speed" if abs(direct) > most else "joint_acceleration"
