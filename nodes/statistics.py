"""Figures that are always kept: counters and bounded histograms."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

import msgspec

_SUB_BITS = 6
_SUB = 1 << _SUB_BITS
_BUCKETS = (63 - _SUB_BITS) * _SUB + 2 * _SUB


class Counters(msgspec.Struct):
    """What happened on one connection, seen by the receiver.

    received: taken in; lost: gaps in the writer's sequence; overwritten: replaced before they were handled;
    stale: too old or expired when it was their turn; rejected: refused by the decoder or the checks.
    """

    received: int = 0
    lost: int = 0
    overwritten: int = 0
    stale: int = 0
    rejected: int = 0


class Histogram:
    """Counts of values from 1e-9 upwards in buckets 1.6 % wide: fixed size, one increment a sample.

    Values are SI (s, m, …) and at most 1e-9 of a unit finer than they were given. Negative values count as 0.
    """

    __slots__ = ("counts", "largest", "total")

    def __init__(self) -> None:
        self.counts = [0] * _BUCKETS
        self.total = 0
        self.largest = 0

    def add_nano(self, value: int) -> None:
        """Count a value given in units of 1e-9."""
        if value <= 0:  # in lockstep a message takes no time
            self.counts[0] += 1
            self.total += 1
            return
        if value > self.largest:
            self.largest = value
        shift = value.bit_length() - _SUB_BITS - 1
        self.counts[value if shift <= 0 else (shift << _SUB_BITS) + (value >> shift)] += 1
        self.total += 1

    def add(self, value: float) -> None:
        """Count a value in SI units."""
        self.add_nano(int(value * 1e9) if math.isfinite(value) else 2**62)

    def quantile(self, q: float) -> float:
        """The value below which a share q of the samples lies; NaN without samples."""
        return self._quantiles((q,))[0] if self.total else math.nan

    def summary(self) -> "Summary":
        """Samples, p50, p95, p99 and the maximum, in SI units. Cheap enough to be asked for in a run."""
        if not self.total:
            return Summary()
        p50, p95, p99 = self._quantiles((0.5, 0.95, 0.99))
        return Summary(self.total, p50, p95, p99, self.largest * 1e-9)

    def _quantiles(self, shares: Sequence[float]) -> list[float]:
        seen = list(accumulate(self.counts[: _index(self.largest) + 1]))
        ranks = (max(1, math.ceil(q * self.total)) for q in shares)
        return [min(_middle(bisect_left(seen, rank)), self.largest) * 1e-9 for rank in ranks]


class Summary(msgspec.Struct, frozen=True):
    """A histogram in five figures, SI units; None where nothing was measured."""

    count: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    max: float | None = None


def _index(value: int) -> int:
    """The bucket of a value in units of 1e-9; `add_nano` has the same in line."""
    shift = value.bit_length() - _SUB_BITS - 1
    return value if shift <= 0 else (shift << _SUB_BITS) + (value >> shift)


def _middle(index: int) -> float:
    if index < 2 * _SUB:
        return index
    shift = (index >> _SUB_BITS) - 1
    low = (index - (shift << _SUB_BITS)) << shift
    return low + (1 << shift) / 2
