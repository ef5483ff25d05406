"""Figures that are always kept: counters and bounded histograms."""

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate

import msgspec
import numpy as np
from numpy.typing import NDArray

_SUB_BITS = 6
_SUB = 1 << _SUB_BITS
_MOST = 2**62
_TOLD = (0.5, 0.95, 0.99, 1.0)
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
    """Counts of values from 1e-9 upwards in buckets 1.6 % wide, of fixed size once they are `settle`d.

    Values are SI (s, m, …) and at most 1e-9 of a unit finer than they were given. Negative values count as 0.
    add_nano: takes a value in units of 1e-9; an append and no more, as it stands on every hot path. Whoever runs
    the node settles its figures in the slack; reading one settles it too.
    """

    __slots__ = ("_counts", "_fresh", "_largest", "_total", "add_nano")

    def __init__(self) -> None:
        self._counts = np.zeros(_BUCKETS, np.int64)
        self._fresh: list[int] = []
        self._largest = 0
        self._total = 0
        self.add_nano: Callable[[int], None] = self._fresh.append

    def add(self, value: float) -> None:
        """Count a value in SI units."""
        self.add_nano(min(int(value * 1e9), _MOST) if math.isfinite(value) else _MOST)

    @property
    def counts(self) -> NDArray[np.int64]:
        """Samples by bucket."""
        self.settle()
        return self._counts

    @property
    def total(self) -> int:
        """All samples."""
        return self._total + len(self._fresh)

    @property
    def largest(self) -> int:
        """The largest value in units of 1e-9, 0 without any."""
        self.settle()
        return self._largest

    def settle(self) -> None:
        """Put what was added into its buckets."""
        if not self._fresh:
            return
        values = np.maximum(np.array(self._fresh, np.int64), 0)
        self._fresh.clear()
        shift = np.maximum(np.frexp(values.astype(np.float64))[1] - _SUB_BITS - 1, 0).astype(np.int64)
        found = np.bincount((shift << _SUB_BITS) + (values >> shift))
        self._counts[: len(found)] += found
        self._total += len(values)
        self._largest = max(self._largest, int(values.max()))

    def quantile(self, q: float) -> float:
        """The value below which a share q of the samples lies; NaN without samples."""
        return self._quantiles((q,))[0] if self.total else math.nan

    def summary(self) -> "Summary":
        """Samples, p50, p95, p99 and the maximum, in SI units. Cheap enough to be asked for in a run."""
        if not self.total:
            return Summary()
        p50, p95, p99 = self._quantiles((0.5, 0.95, 0.99))
        return Summary(self._total, p50, p95, p99, self._largest * 1e-9)

    def buckets(self) -> dict[int, int]:
        """Samples by bucket, only those that have some: two of these tell what came between them, see `between`."""
        counts = self.counts
        filled = np.flatnonzero(counts)
        return dict(zip(filled.tolist(), counts[filled].tolist(), strict=True))

    def _quantiles(self, shares: Sequence[float]) -> list[float]:
        self.settle()
        seen = np.cumsum(self._counts)
        ranks = [max(1, math.ceil(q * self._total)) for q in shares]
        return [min(_middle(k), self._largest) * 1e-9 for k in np.searchsorted(seen, ranks).tolist()]


class Summary(msgspec.Struct, frozen=True):
    """A histogram in five figures, SI units; None where nothing was measured."""

    count: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    max: float | None = None


def between(before: Mapping[int, int], now: Mapping[int, int]) -> Summary:
    """What was measured between two looks at the buckets of one histogram; the maximum to its bucket's width."""
    came = sorted((k, count - before.get(k, 0)) for k, count in now.items() if count > before.get(k, 0))
    total = sum(count for _, count in came)
    if not total:
        return Summary()
    seen = list(accumulate(count for _, count in came))
    p50, p95, p99, most = (_middle(came[bisect_left(seen, math.ceil(q * total))][0]) * 1e-9 for q in _TOLD)
    return Summary(total, p50, p95, p99, most)


def _middle(index: int) -> float:
    if index < 2 * _SUB:
        return index
    shift = (index >> _SUB_BITS) - 1
    low = (index - (shift << _SUB_BITS)) << shift
    return low + (1 << shift) / 2
