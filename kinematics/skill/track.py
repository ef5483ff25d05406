"""Recorded positions on an even grid, without what no hand can do."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

Array = NDArray[np.float64]
RATE = 200.0  # [Hz]
CUT_OFF_HZ = 20.0
VOLUNTARY_HZ = 3.0  # a hand is still when it only trembles
_LEAST_S = 0.25


class Track(NamedTuple):
    """A point on its way, evenly sampled.

    rate [Hz]; position: (n, 3) [m]; velocity: (n, 3) [m/s]; voluntary: (n,) [m/s], the speed without tremor.
    """

    rate: float
    position: Array
    velocity: Array
    voluntary: Array

    @property
    def duration(self) -> float:
        """Of the whole track [s]."""
        return (len(self.position) - 1) / self.rate


def track_of(times: Array, positions: Array) -> Track | None:
    """The track of stamped positions; None where they last less than a quarter of a second.

    times: (n,) [s], growing; positions: (n, 3) [m]. Both low-passes run there and back, so they shift nothing.
    """
    if len(times) < 2 or times[-1] - times[0] < _LEAST_S:
        return None
    count = int((times[-1] - times[0]) * RATE + 1e-6) + 1
    grid = times[0] + np.arange(count) / RATE
    even = np.stack([np.interp(grid, times, positions[:, axis]) for axis in range(3)], axis=1)
    position = _low_pass(even, CUT_OFF_HZ)
    slow = np.gradient(_low_pass(even, VOLUNTARY_HZ), 1.0 / RATE, axis=0)
    velocity = np.gradient(position, 1.0 / RATE, axis=0)
    return Track(RATE, position, velocity, np.linalg.norm(slow, axis=1))


def _low_pass(values: Array, frequency: float) -> Array:
    sections = butter(2, frequency, fs=RATE, output="sos")
    room = min(len(values) - 1, int(RATE))
    filtered: Array = sosfiltfilt(sections, values, axis=0, padtype="odd", padlen=room)
    return filtered
