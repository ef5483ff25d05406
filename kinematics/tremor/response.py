"""What a filter of given taps does, computed from its taps."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_GRID_HZ = 0.01


class FirResponse(NamedTuple):
    """attenuation: least, within the tremor band [dB]; gain: most, anywhere [dB], and gain_at [Hz]; lag: largest
    group delay within the voluntary band [s]; movement_error: largest |H − 1| there, a share."""

    attenuation: float
    gain: float
    gain_at: float
    lag: float
    movement_error: float

    def __str__(self) -> str:
        return (
            f"at least {self.attenuation:.1f} dB off the tremor, a gain of at most {self.gain:.1f} dB "
            f"(at {self.gain_at:.1f} Hz), movement {1e3 * self.lag:.1f} ms late at most and "
            f"{100.0 * self.movement_error:.1f} % off at most"
        )


def fir_response(
    taps: NDArray[np.float64], rate: float, voluntary_band: float, tremor: tuple[float, float]
) -> FirResponse:
    """The response on a grid of 0.01 Hz. taps: newest first; rate, bands [Hz]."""
    size = 1 << int(rate / _GRID_HZ - 1.0).bit_length()
    f = np.fft.rfftfreq(size, 1.0 / rate)
    H = np.fft.rfft(taps, size)
    stop = (f >= tremor[0]) & (f <= tremor[1])
    decibels = 20.0 * np.log10(np.maximum(np.abs(H), 1e-12))
    movement = f <= voluntary_band
    delay = np.fft.rfft(taps * np.arange(taps.size), size)[movement] / H[movement]
    peak = int(np.argmax(decibels))
    return FirResponse(
        attenuation=-float(decibels[stop].max()),
        gain=float(decibels[peak]),
        gain_at=float(f[peak]),
        lag=float(delay.real.max()) / rate,
        movement_error=float(np.abs(H[movement] - 1.0).max()),
    )
