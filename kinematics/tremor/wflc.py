"""The weighted-frequency Fourier linear combiner.

C. N. Riviere, R. S. Rader, N. V. Thakor, "Adaptive canceling of physiological tremor for improved precision in
microsurgery" (IEEE Transactions on Biomedical Engineering, 1998).
"""

import math

from sutura.kinematics.rotations import Vector3
from sutura.kinematics.tremor.band_pass import BandPass
from sutura.kinematics.tremor.position_filter import PositionFilter

_LEAST_POWER = 1e-12  # [m²] below it there is no tremor whose frequency could be followed


class Wflc(PositionFilter):
    """Each axis takes off one sine whose frequency follows a band-passed copy of the hand by least mean squares.

    band [Hz]: where the frequency may be; adaptation [s]: time constant in which amplitude and frequency follow;
    rate [Hz].
    """

    __slots__ = ("_axes",)

    def __init__(self, band: tuple[float, float], adaptation: float, rate: float) -> None:
        super().__init__()
        self._axes = tuple(_Axis(band, adaptation, rate) for _ in range(3))

    def _begin(self, position: Vector3) -> None:
        for axis, value in zip(self._axes, position, strict=True):
            axis.begin(value)

    def _step(self, position: Vector3) -> Vector3:
        x, y, z = self._axes
        return x.step(position[0]), y.step(position[1]), z.step(position[2])


class _Axis:
    __slots__ = ("_band", "_c", "_gain", "_high", "_low", "_origin", "_phase", "_s", "_tone_c", "_tone_s", "_turn")

    def __init__(self, band: tuple[float, float], adaptation: float, rate: float) -> None:
        self._gain = 2.0 / (adaptation * rate)
        self._low, self._high = (2.0 * math.pi * edge / rate for edge in band)
        self._band = BandPass(band, rate)
        self.begin(0.0)

    def begin(self, value: float) -> None:
        self._origin = value
        self._phase = 0.0
        self._turn = 0.5 * (self._low + self._high)
        self._s = self._c = self._tone_s = self._tone_c = 0.0
        self._band.begin(value)

    def step(self, value: float) -> float:
        self._phase = (self._phase + self._turn) % math.tau
        s, c = math.sin(self._phase), math.cos(self._phase)
        self._follow(self._band.step(value), s, c)
        rest = value - self._origin - self._s * s - self._c * c
        self._s += self._gain * rest * s
        self._c += self._gain * rest * c
        return rest + self._origin

    def _follow(self, tremor: float, s: float, c: float) -> None:
        """Turn frequency, and the inner weights that it is told from, to the band-passed hand."""
        a, b = self._tone_s, self._tone_c
        error = tremor - a * s - b * c
        power = max(a * a + b * b, _LEAST_POWER)
        turn = self._turn + self._gain * self._gain * error * (a * c - b * s) / power
        self._turn = min(max(turn, self._low), self._high)
        self._tone_s = a + self._gain * error * s
        self._tone_c = b + self._gain * error * c
