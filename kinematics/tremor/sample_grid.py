"""Which samples are missing from a stream, told from the times at which they were taken."""

_TOO_FAST = 1.1
_JITTER = 50


class SampleGrid:
    """Counts samples against a grid of a rate [Hz] that begins at the first one.

    is_too_fast: whether clearly more samples come than the rate says.
    """

    __slots__ = ("_count", "_most", "_rate", "_start", "is_too_fast")

    def __init__(self, rate: float, most: float) -> None:
        """most [s]: a longer gap is not filled in."""
        self._rate = 1e-9 * rate
        self._most = round(most * rate)
        self.reset()

    def reset(self) -> None:
        """The next sample is the first."""
        self._start: int | None = None
        self._count = 0
        self.is_too_fast = False

    def missed(self, stamp: int) -> int:
        """How many samples are missing just before the one taken at `stamp` [ns]; 0 where it comes early."""
        if self._start is None:
            self._start = stamp
            return 0
        self._count += 1
        due = round((stamp - self._start) * self._rate)
        missed = max(0, due - self._count)
        self._count += missed
        self.is_too_fast = self._count > _TOO_FAST * due + _JITTER
        return min(missed, self._most)
