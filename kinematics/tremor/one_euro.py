"""The One-Euro filter: a low-pass whose cutoff rises with speed.

G. Casiez, N. Roussel, D. Vogel, "1€ filter" (CHI 2012).
"""

import math

from sutura.kinematics.rotations import Vector3
from sutura.kinematics.tremor.position_filter import PositionFilter

_SPEED_CUTOFF_HZ = 1.0  # as published


class OneEuro(PositionFilter):
    """First order on each axis; its cutoff is rest_cutoff [Hz] + speed_gain [Hz per m/s] × smoothed speed.

    rate [Hz].
    """

    __slots__ = ("_gain", "_held", "_last", "_rate", "_rest", "_speed", "_speed_share")

    def __init__(self, rest_cutoff: float, speed_gain: float, rate: float) -> None:
        super().__init__()
        self._rest = rest_cutoff
        self._gain = speed_gain
        self._rate = rate
        self._speed_share = self._share(_SPEED_CUTOFF_HZ)
        self._last = self._held = (0.0, 0.0, 0.0)
        self._speed = [0.0, 0.0, 0.0]

    def _begin(self, position: Vector3) -> None:
        self._last = self._held = position
        self._speed = [0.0, 0.0, 0.0]

    def _step(self, position: Vector3) -> Vector3:
        x, y, z = position
        held = self._axis(0, x), self._axis(1, y), self._axis(2, z)
        self._last, self._held = position, held
        return held

    def _axis(self, axis: int, v: float) -> float:
        speed = self._speed[axis]
        speed += self._speed_share * ((v - self._last[axis]) * self._rate - speed)
        self._speed[axis] = speed
        held = self._held[axis]
        return held + self._share(self._rest + self._gain * abs(speed)) * (v - held)

    def _share(self, cutoff: float) -> float:
        """Of the way to a new sample that a first-order low-pass goes."""
        return 1.0 / (1.0 + self._rate / (2.0 * math.pi * cutoff))
