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
        b, a1, a2, s1, s2 = self._b, self._a1, self._a2, self._s1, self._s2
        u, v, w = b * position[0], b * position[1], b * position[2]
        x, y, z = u + s1[0], v + s1[1], w + s1[2]
        s1[0], s1[1], s1[2] = 2.0 * u - a1 * x + s2[0], 2.0 * v - a1 * y + s2[1], 2.0 * w - a1 * z + s2[2]
        s2[0], s2[1], s2[2] = u - a2 * x, v - a2 * y, w - a2 * z
        return x, y, z
