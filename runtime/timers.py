"""Timers on an absolute grid: overruns are counted, missed ticks skipped, never caught up in a burst."""

from collections.abc import Callable

from sutura.nodes import Histogram

_NEVER = 2**62


class GridTimer:
    """One timer: its k-th tick is at start + k * period, whatever happened before."""

    __slots__ = ("call", "lateness", "name", "next_at", "node", "order", "overruns", "period", "ticks")

    def __init__(self, node: str, name: str, rate: float, call: Callable[[], None], start: int, order: int) -> None:
        self.node = node
        self.name = name
        self.call = call
        self.order = order
        self.period = round(1e9 / rate)
        self.next_at = start + self.period
        self.ticks = 0
        self.overruns = 0
        self.lateness = Histogram()

    def set_rate(self, rate: float) -> None:
        """Go on at another rate from the last tick."""
        last = self.next_at - self.period
        self.period = round(1e9 / rate)
        self.next_at = last + self.period

    def advance(self, now: int) -> None:
        """Take the tick that is due at `now` and set the next; whole periods that have passed are overruns."""
        late = now - self.next_at
        self.lateness.add_nano(late)
        missed = late // self.period
        self.overruns += missed
        self.next_at += (missed + 1) * self.period
        self.ticks += 1


class TimerWheel:
    """All timers of a place; few enough that looking at each beats any cleverer structure."""

    __slots__ = ("next_at", "timers")

    def __init__(self) -> None:
        self.timers: list[GridTimer] = []
        self.next_at = _NEVER

    def add(self, node: str, name: str, rate: float, call: Callable[[], None], start: int, order: int) -> None:
        """Put a timer on the grid that begins at `start` [ns]; the first tick is one period later."""
        self.timers.append(GridTimer(node, name, rate, call, start, order))
        self.timers.sort(key=lambda timer: timer.order)
        self._set_next()

    def due(self, now: int) -> list[GridTimer]:
        """The timers that are due, in the topology's order, with their next tick set."""
        due, next_at = [], _NEVER
        for timer in self.timers:
            if timer.next_at <= now:
                timer.advance(now)
                due.append(timer)
            if timer.next_at < next_at:
                next_at = timer.next_at
        self.next_at = next_at
        return due

    def set_rate(self, node: str, name: str, rate: float) -> None:
        """Change the rate of a node's timer [Hz]."""
        for timer in self.timers:
            if (timer.node, timer.name) == (node, name):
                timer.set_rate(rate)
        self._set_next()

    def skip_to(self, now: int) -> None:
        """Forget ticks before `now`, for a place that joins a run under way."""
        for timer in self.timers:
            if timer.next_at <= now:
                timer.next_at += ((now - timer.next_at) // timer.period + 1) * timer.period
        self._set_next()

    def _set_next(self) -> None:
        self.next_at = min((timer.next_at for timer in self.timers), default=_NEVER)
