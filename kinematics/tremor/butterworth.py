"""The well-known low-pass, for comparison."""

import math

from sutura.kinematics.rotations import Vector3
from sutura.kinematics.tremor.position_filter import PositionFilter


class Butterworth(PositionFilter):
    """Second order, bilinear transform with pre-warping, direct form II transposed. cutoff, rate [Hz].

    It costs about 0.225 / cutoff seconds of delay.
    """

    __slots__ = ("_a1", "_a2", "_b", "_s1", "_s2")

    def __init__(self, cutoff: float, rate: float) -> None:
        super().__init__()
        k = math.tan(math.pi * cutoff / rate)
        norm = 1.0 / (1.0 + math.sqrt(2.0) * k + k * k)
        self._b = k * k * norm
        self._a1 = 2.0 * (k * k - 1.0) * norm
        self._a2 = (1.0 - math.sqrt(2.0) * k + k * k) * norm
        self._s1 = [0.0, 0.0, 0.0]
        self._s2 = [0.0, 0.0, 0.0]

    def _begin(self, position: Vector3) -> None:
        self._s2 = [(self._b - self._a2) * v for v in position]
        self._s1 = [(1.0 - self._b) * v for v in position]

    def _step(self, position: Vector3) -> Vector3:
        x, y, z = position
        return self._axis(0, x), self._axis(1, y), self._axis(2, z)

    def _axis(self, axis: int, v: float) -> float:
        s1, s2 = self._s1, self._s2
        bv = self._b * v
        y = bv + s1[axis]
        s1[axis] = 2.0 * bv - self._a1 * y + s2[axis]
        s2[axis] = bv - self._a2 * y
        return y
