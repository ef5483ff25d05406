"""Velocity feed-forward for drives that take positions only: targets led by what they go in a time."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST_GAP_NS = 50_000_000  # what lies longer before a target says nothing about its speed


class Lead:
    """Leads joint targets by their own speed times a time, so that a drive that lags by that time does not lag.

    The speed is that between targets, way and time smoothed over the same time: noise of a target is at most
    doubled, and that of its time does not count.
    """

    __slots__ = ("_at", "_before", "_lower", "_period", "_step", "_upper")

    def __init__(self, lower: Sequence[float], upper: Sequence[float]) -> None:
        """Take the position limits [rad, m], beyond which no target is led."""
        self._lower, self._upper = tuple(lower), tuple(upper)
        self.reset()

    def reset(self) -> None:
        """Begin anew, at rest."""
        self._before: tuple[float, ...] = ()
        self._step: tuple[float, ...] = (0.0,) * len(self._lower)
        self._period = 0.0
        self._at = 0

    def ahead(self, target: tuple[float, ...], at: int, lead: float) -> tuple[float, ...]:
        """Where the target, of the time `at` [ns], will be in `lead` seconds if it goes on so."""
        step, self._at = at - self._at, at
        before, self._before = self._before, target
        if not before or not 0 < step < _LONGEST_GAP_NS:
            self._step, self._period = (0.0,) * len(target), 0.0
            return target
        dt = step * 1e-9
        period = self._period or dt
        share = period / (period + lead)
        self._period = period = period + share * (dt - period)
        self._step = tuple([s + share * (x - b - s) for x, b, s in zip(target, before, self._step, strict=False)])
        many = lead / period
        led = tuple([x + many * s for x, s in zip(target, self._step, strict=False)])
        for there, low, high in zip(led, self._lower, self._upper, strict=False):
            if not low <= there <= high:
                return self._kept_in(target, led)
        return led

    def _kept_in(self, target: tuple[float, ...], led: tuple[float, ...]) -> tuple[float, ...]:
        """At the limit what is led beyond it; a target that is itself beyond stays: the driver refuses it."""
        rows = zip(target, led, self._lower, self._upper, strict=True)
        return tuple([min(max(there, low), high) if low <= x <= high else x for x, there, low, high in rows])
