"""Fades a filter out while the hand makes a movement that no tremor makes."""

import math

from sutura.kinematics.rotations import Vector3
from sutura.kinematics.tremor.butterworth import Butterworth
from sutura.kinematics.tremor.position_filter import PositionFilter

_SLOW_SHARE = 0.375  # of the lowest tremor frequency: what is slower in a correction does not come from tremor
_FALL_S = 0.1  # at once would jerk
_RETURN_S = 0.6


class Fading(PositionFilter):
    """What a filter takes off is tremor as long as it swings about zero; fast, deliberate movement makes a part of
    it slow. From `deliberate` on [m] the filter is faded out within 0.1 s, at twice that the hand passes as it is;
    after that it comes back within 0.6 s. tremor_low, rate [Hz].
    """

    __slots__ = ("_deliberate", "_fall_step", "_filter", "_return_step", "_share", "_slow")

    def __init__(self, inner: PositionFilter, deliberate: float, tremor_low: float, rate: float) -> None:
        super().__init__()
        self._filter = inner
        self._deliberate = deliberate
        self._slow = Butterworth(_SLOW_SHARE * tremor_low, rate)
        self._fall_step = 1.0 / (_FALL_S * rate)
        self._return_step = 1.0 / (_RETURN_S * rate)
        self._share = 1.0

    def _begin(self, position: Vector3) -> None:
        self._filter.reset()
        self._slow.reset()
        self._share = 1.0

    def _step(self, position: Vector3) -> Vector3:
        x, y, z = position
        fx, fy, fz = self._filter.step(position)
        cx, cy, cz = fx - x, fy - y, fz - z
        share = min(1.0, self._share + self._return_step)
        size = math.hypot(*self._slow.step((cx, cy, cz)))
        if size > self._deliberate:
            share = min(share, max(0.0, 2.0 - size / self._deliberate, self._share - self._fall_step))
        self._share = share
        if share == 1.0:
            return fx, fy, fz
        weight = share * share * (3.0 - 2.0 * share)
        return x + weight * cx, y + weight * cy, z + weight * cz
