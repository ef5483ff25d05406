"""The default tremor filter: a long causal FIR with almost no delay on slow movement."""

import numpy as np
from numpy.typing import NDArray

from sutura.kinematics.rotations import Vector3
from sutura.kinematics.tremor.position_filter import PositionFilter


class Fir(PositionFilter):
    """Each axis is the weighted sum of its last samples. taps: newest sample first, their sum 1.

    The last samples of an axis stand twice in a buffer of double length, so that they always stand in one piece.
    """

    __slots__ = ("_at", "_length", "_taps", "_x", "_y", "_z")

    def __init__(self, taps: NDArray[np.float64]) -> None:
        super().__init__()
        self._taps = np.ascontiguousarray(taps[::-1])
        self._length = len(taps)
        self._at = 0
        self._x, self._y, self._z = (np.zeros(2 * self._length) for _ in range(3))

    def _begin(self, position: Vector3) -> None:
        for buffer, value in zip((self._x, self._y, self._z), position, strict=True):
            buffer.fill(value)

    def _step(self, position: Vector3) -> Vector3:
        n, i, dot, xs, ys, zs = self._length, self._at, self._taps.dot, self._x, self._y, self._z
        newest = i + n
        xs[i] = xs[newest] = position[0]
        ys[i] = ys[newest] = position[1]
        zs[i] = zs[newest] = position[2]
        self._at = i = i + 1 if i + 1 < n else 0
        end = i + n
        return float(dot(xs[i:end])), float(dot(ys[i:end])), float(dot(zs[i:end]))
