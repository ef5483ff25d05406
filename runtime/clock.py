"""Where time comes from."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

Clock = Callable[[], int]

# CLOCK_MONOTONIC of this boot [ns]; one for all processes of a host.
monotonic: Clock = time.monotonic_ns


class VirtualClock:
    """Time as a value that somebody sets; it never runs backwards."""

    __slots__ = ("at",)

    def __init__(self, start: int = 1_000_000_000) -> None:
        self.at = start  # the present [ns]

    def now(self) -> int:
        """The present [ns]; as a bound method it costs half of what calling the clock does."""
        return self.at

    __call__ = now

    def advance_to(self, now: int) -> None:
        """Move on to `now` [ns]; an earlier time changes nothing."""
        if now > self.at:
            self.at = now


class JumpingClock:
    """A clock that goes wrong at set times, beside a right one; it is right until `begin`.

    jumps: how far it jumps [ns] at which time [ns after the start].
    """

    __slots__ = ("_jumps", "_right", "offset", "start")

    def __init__(self, right: Clock, jumps: Iterable[tuple[int, int]]) -> None:
        self.start = 0
        self.offset = 0
        self._right = right
        self._jumps = sorted(jumps)

    @property
    def next_at(self) -> int | None:
        """The right time of its next jump [ns]."""
        return self.start + self._jumps[0][0] if self._jumps and self.start else None

    def begin(self, start: int) -> None:
        """Count jumps from `start` [ns]; those that lie in the past of a clock that begins late are left out."""
        since = self._right() - start
        self._jumps = [(at, by) for at, by in self._jumps if at >= since]
        self.start = start

    def now(self) -> int:
        """What it shows [ns]."""
        right = self._right()
        while self.start and self._jumps and right - self.start >= self._jumps[0][0]:
            self.offset += self._jumps.pop(0)[1]
        return right + self.offset

    __call__ = now


def boot_id() -> str:
    """The identity of this boot: times of two boots must not be compared."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
