"""The band-limited multiple Fourier linear combiner.

K. C. Veluvolu, U. X. Tan, W. T. Latt, C. Y. Shee, W. T. Ang, "Bandlimited multiple Fourier linear combiner for
real-time tremor compensation" (EMBC 2007).
"""

import numpy as np

from sutura.kinematics.rotations import Vector3
from sutura.kinematics.tremor.position_filter import PositionFilter

_SPACING_HZ = 0.5


class Bmflc(PositionFilter):
    """Tremor is a sum of sines 0.5 Hz apart across its band, whose amplitudes follow by least mean squares.

    band [Hz]; adaptation [s]: time constant in which an amplitude follows; rate [Hz].
    """

    __slots__ = ("_gain", "_origin", "_turns", "_waves", "_weights")

    def __init__(self, band: tuple[float, float], adaptation: float, rate: float) -> None:
        super().__init__()
        count = round((band[1] - band[0]) / _SPACING_HZ) + 1
        self._turns = np.exp(2j * np.pi * np.linspace(*band, count) / rate)
        self._gain = 2.0 / (adaptation * rate)
        self._waves = np.ones(count, dtype=np.complex128)
        self._weights = np.zeros((3, count), dtype=np.complex128)
        self._origin = np.zeros(3)

    def _begin(self, position: Vector3) -> None:
        self._waves.fill(1.0)
        self._weights.fill(0.0)
        self._origin[:] = position

    def _step(self, position: Vector3) -> Vector3:
        waves = self._waves
        waves *= self._turns
        rest = position - self._origin - (self._weights @ waves).real
        self._weights += np.outer(self._gain * rest, waves.conj())
        x, y, z = (rest + self._origin).tolist()
        return x, y, z
