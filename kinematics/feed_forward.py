"""Velocity feed-forward for drives that take positions only: targets led by what they go in a time."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST_GAP_NS = 50_000_000  # what lies longer before a target says nothing about its speed


class Lead:
    """Leads joint targets by their own speed times a time, so that a drive that lags by that time does not lag.

    The speed is that between targets, smoothed over the same time: noise of a target is at most doubled.
    """

    __slots__ = ("_at", "_before", "_lower", "_speed", "_upper")

    def __init__(self, lower: Sequence[float], upper: Sequence[float]) -> None:
        """Take the position limits [rad, m], beyond which no target is led."""
        self._lower, self._upper = tuple(lower), tuple(upper)
        self.reset()

    def reset(self) -> None:
        """Begin anew, at rest."""
        self._before: tuple[float, ...] = ()
        self._speed: tuple[float, ...] = (0.0,) * len(self._lower)
        self._at = 0

    def ahead(self, target: tuple[float, ...], at: int, lead: float) -> tuple[float, ...]:
        """Where the target, of the time `at` [ns], will be in `lead` seconds if it goes on so."""
        step, self._at = at - self._at, at
        before, self._before = self._before, target
        if not before or not 0 < step < _LONGEST_GAP_NS:
            self._speed = (0.0,) * len(target)
            return target
        dt = step * 1e-9
        share, rate = dt / (dt + lead), 1.0 / dt
        speeds, led = [], []
        for x, b, v, low, high in zip(target, before, self._speed, self._lower, self._upper, strict=True):
            v += share * ((x - b) * rate - v)
            there = x + lead * v
            speeds.append(v)
            # a target beyond its limit stays there: the driver refuses it, and says so
            led.append(there if low <= there <= high else x if not low <= x <= high else low if v < 0.0 else high)
        self._speed = tuple(speeds)
        return tuple(led)
