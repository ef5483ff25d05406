"""How often a camera takes pictures, and how large, so that it keeps to its share of one core."""

from dataclasses import dataclass

_SMOOTHING = 0.2  # of a new cost in the mean
_HURRY = 1.1  # a mean so far above what may be counts at once
_EASE = 0.8  # what would be used of the share after going up
_WARMING = 3  # first pictures, at which things are loaded once
_DWELL = 50  # pictures before it goes up again
_SCALES = (1.0, 0.75, 0.5)


@dataclass(frozen=True)
class Pace:
    """Every `divisor`-th tick, at `scale` of the full width and height."""

    divisor: int = 1
    scale: float = 1.0


class FrameBudget:
    """Lowers the rate first, to `least_rate`, then the size, then the rate further; goes up again slowly.

    The cost of a picture is the time it took, waiting for the processor included: on a busy machine a camera that
    yields to everybody takes long, and so takes fewer.
    """

    def __init__(self, rate: float, share: float, least_rate: float, scales: bool) -> None:
        """rate, least_rate [Hz]; share: of one core; scales: whether the size can change."""
        self.pace = Pace()
        self._rate, self._share = rate, share
        self._most = max(1, int(rate / least_rate))
        self._scales = _SCALES if scales else _SCALES[:1]
        self._cost = 0.0
        self._since = 0
        self._warming = _WARMING

    @property
    def rate(self) -> float:
        """Pictures a second [Hz]."""
        return self._rate / self.pace.divisor

    def spent(self, seconds: float) -> bool:
        """Count the cost of a picture; True where the pace has changed."""
        if self._warming:
            self._warming -= 1
            return False
        self._cost += (seconds - self._cost) * (_SMOOTHING if self._since else 1.0)
        self._since += 1
        if self._cost * self.rate > self._share * _HURRY:
            return self._turn(self._fitting(1.0, self._scales.index(self.pace.scale)))
        if self._since < _DWELL:
            return False
        higher = self._fitting(_EASE, 0)
        return self._turn(higher) if self._is_more(higher) else False

    def _fitting(self, ease: float, first: int) -> Pace:
        """The best pace, of the scales from `first` on, that the share allows, if costs go with the area."""
        for scale in self._scales[first:]:
            cost = self._cost * (scale / self.pace.scale) ** 2
            divisor = self._divisor(cost, ease)
            if divisor <= self._most or scale == self._scales[-1]:
                return Pace(divisor, scale)
        return self.pace

    def _divisor(self, cost: float, ease: float) -> int:
        return max(1, -int(-self._rate * cost // (self._share * ease)))

    def _is_more(self, other: Pace) -> bool:
        mine = self.pace
        return (other.scale, -other.divisor) > (mine.scale, -mine.divisor)

    def _turn(self, pace: Pace) -> bool:
        changed = pace != self.pace
        if changed:
            self._since = 0
        self.pace = pace
        return changed
