"""What is to happen at set times of a run."""

import heapq
from collections.abc import Callable

_NEVER = float("inf")


class Agenda:
    """Calls by the time [s of the run] at which they are due; of equal times the one that was added first."""

    def __init__(self) -> None:
        self._calls: list[tuple[float, int, Callable[[], None]]] = []
        self._added = 0

    @property
    def next_at(self) -> float:
        """When the next call is due; infinity where there is none."""
        return self._calls[0][0] if self._calls else _NEVER

    def add(self, at: float, call: Callable[[], None]) -> None:
        """Have something happen at `at` [s]."""
        heapq.heappush(self._calls, (at, self._added, call))
        self._added += 1

    def run(self, now: float) -> None:
        """Do all that is due at `now` [s]."""
        while self._calls and self._calls[0][0] <= now:
            heapq.heappop(self._calls)[2]()
