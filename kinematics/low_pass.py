"""A causal low-pass filter for poses."""

import math

from sutura.kinematics.rotations import Quaternion, Vector3


class PoseLowPass:
    """Second-order Butterworth on each coordinate, bilinear transform with pre-warping.

    Orientation is filtered on the quaternion's components with their sign kept continuous and normalised after,
    which is accurate while the hand turns little within the filter's memory (some 0.1 s).

    :param cutoff: [Hz], below half of `rate`. :param rate: of the samples [Hz].
    """

    __slots__ = ("_a1", "_a2", "_b", "_s1", "_s2", "_started")

    def __init__(self, cutoff: float, rate: float) -> None:
        if not 0.0 < cutoff < 0.5 * rate:
            raise ValueError(f"expected a cutoff between 0 and {0.5 * rate:g} Hz, came {cutoff:g}")
        k = math.tan(math.pi * cutoff / rate)
        norm = 1.0 / (1.0 + math.sqrt(2.0) * k + k * k)
        self._b = k * k * norm
        self._a1 = 2.0 * (k * k - 1.0) * norm
        self._a2 = (1.0 - math.sqrt(2.0) * k + k * k) * norm
        self._s1 = [0.0] * 7
        self._s2 = [0.0] * 7
        self._started = False

    def reset(self) -> None:
        """Forget everything; the next sample passes as it is."""
        self._started = False

    def step(self, position: Vector3, orientation: Quaternion) -> tuple[Vector3, Quaternion]:
        """One sample in, one out. position [m]; orientation x, y, z, w."""
        if not self._started:
            self._begin((*position, *orientation))
        x, y, z, a, b, c, d = self._filtered((*position, *self._near(orientation)))
        norm = 1.0 / math.sqrt(a * a + b * b + c * c + d * d)
        return (x, y, z), (a * norm, b * norm, c * norm, d * norm)

    def _filtered(self, values: tuple[float, ...]) -> list[float]:
        """Every coordinate in direct form II transposed."""
        b, a1, a2, s1, s2 = self._b, self._a1, self._a2, self._s1, self._s2
        out = []
        for i, v in enumerate(values):
            bv = b * v
            y = bv + s1[i]
            s1[i] = 2.0 * bv - a1 * y + s2[i]
            s2[i] = bv - a2 * y
            out.append(y)
        return out

    def _begin(self, values: tuple[float, ...]) -> None:
        """The state in which the filter would rest at these values."""
        self._s2 = [(self._b - self._a2) * v for v in values]
        self._s1 = [(1.0 - self._b) * v for v in values]
        self._started = True

    def _near(self, q: Quaternion) -> Quaternion:
        """q or -q, whichever is on the side of what the filter holds."""
        s = self._s1
        if q[0] * s[3] + q[1] * s[4] + q[2] * s[5] + q[3] * s[6] < 0.0:
            return (-q[0], -q[1], -q[2], -q[3])
        return q
