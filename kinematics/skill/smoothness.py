"""Smoothness of one movement, by its spectrum and by its jerk: neither knows how large or how long it was.

Balasubramanian, Melendez-Calderon, Roby-Brami and Burdet, On the analysis of movement smoothness, Journal of
NeuroEngineering and Rehabilitation 12:112, 2015.
"""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
CUT_OFF_HZ = 10.0  # what a hand does beyond is not its will
_AMPLITUDE = 0.05  # of the largest: what is below counts as noise
_PADDING = 4  # zeros, in doublings of the length: how finely the spectrum is sampled
_LEAST_SAMPLES = 8


def spectral_arc_length(speed: Array, rate: float) -> float | None:
    """SPARC: minus the length of the normalised spectrum of the speed; nearer to 0 is smoother.

    speed: (n,) [m/s], one movement from rest to rest; rate [Hz]. None where there is no movement. The spectrum is
    taken up to 10 Hz, or to where it last reaches 5 % of its largest value.
    """
    if len(speed) < _LEAST_SAMPLES or not speed.any():
        return None
    size = 2 ** (math.ceil(math.log2(len(speed))) + _PADDING)
    spectrum = np.abs(np.fft.rfft(speed, size))
    frequencies = np.fft.rfftfreq(size, 1.0 / rate)
    seen = frequencies <= CUT_OFF_HZ
    spectrum, frequencies = spectrum[seen] / spectrum.max(), frequencies[seen]
    loud = np.flatnonzero(spectrum >= _AMPLITUDE)
    if len(loud) == 0 or loud[-1] == loud[0]:
        return None
    spectrum, frequencies = spectrum[loud[0] : loud[-1] + 1], frequencies[loud[0] : loud[-1] + 1]
    steps = np.diff(frequencies) / (frequencies[-1] - frequencies[0])
    return -float(np.sum(np.hypot(steps, np.diff(spectrum))))


def log_dimensionless_jerk(velocity: Array, rate: float) -> float | None:
    """LDLJ: minus the logarithm of the squared jerk, made dimensionless by duration and peak speed; nearer to 0 is
    smoother, and a minimum-jerk movement has -ln 204.8 = -5.32.

    velocity: (n, 3) [m/s], one movement; rate [Hz]. None where there is no movement.
    """
    n = len(velocity)
    peak = float(np.linalg.norm(velocity, axis=1).max()) if n else 0.0
    if n < _LEAST_SAMPLES or peak == 0.0:
        return None
    jerk = np.diff(velocity / peak, n=2, axis=0) * rate**2
    total = float(np.sum(jerk * jerk)) / rate * ((n - 1) / rate) ** 3
    return -math.log(total) if total > 0.0 else None
