"""Designs the tremor filter: a causal FIR that takes the tremor out and leaves slow movement nearly undelayed.

The taps minimise the power of the error, the sum over frequencies of weight × |H(f) − wanted(f)|², where wanted is
1 for movement and 0 for tremor: a symmetric Toeplitz system. The weights are the power expected of movement, of
tremor (with skirts, as a real tremor has) and of the rest. The two limits, attenuation and gain, are kept by
raising the weight wherever the response breaks one and lowering it elsewhere, until both hold (Lawson's algorithm).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_toeplitz

from sutura.kinematics.errors import TremorDesignError
from sutura.kinematics.tremor.response import FirResponse, fir_response

Floats = NDArray[np.float64]

_ROUNDS = 60
_TRIES = 4
_TRANSITION = 0.05  # share of a band's edge by which it is made wider, so that it holds up to the edge
_MOVEMENT = 2e4  # powers per Hz, relative to one another: movement at rest,
_USUAL_ATTENUATION = 27.0  # [dB], for which these powers were tuned
_TREMOR = 4.0  # tremor at the edges of its band,
_BETWEEN = 0.03  # what lies between the bands,
_FAST = 0.3  # and what is faster than any hand
_KNEE = 0.4  # of the voluntary band: above it the power of movement falls with the fourth power of frequency
_SKIRT = 0.125  # of the lower edge: as far outside its band the power of a tremor has fallen to a quarter
_FAST_FROM = 2.25  # times the upper edge
_MARGIN_DB = 0.15  # the limits are aimed at with so much to spare,
_WORST_MOVEMENT_ERROR = 0.1  # and a design that spoils movement by more than this share is none


class FirDesign(NamedTuple):
    """What is wanted. voluntary_band, tremor_low, tremor_high [Hz]; attenuation: at least, within the tremor band
    [dB]; allowed_gain: at most, anywhere [dB]; memory [s]: length of the filter; rate [Hz]."""

    voluntary_band: float
    tremor_low: float
    tremor_high: float
    attenuation: float
    allowed_gain: float
    memory: float
    rate: float


_designed: dict[FirDesign, Floats] = {}


def is_designed(wanted: FirDesign) -> bool:
    """Whether `design_fir` need not work for this any more."""
    return wanted in _designed


def design_fir(wanted: FirDesign) -> Floats:
    """The taps, newest sample first; their sum is 1. Some 0.1 s of work at 1 kHz, once in a process.

    Raises:
        TremorDesignError: no filter keeps these limits; says what was reached.
    """
    if wanted not in _designed:
        _designed[wanted] = _design(wanted)
    return _designed[wanted]


def _design(wanted: FirDesign) -> Floats:
    problem = _Problem(wanted)
    for _ in range(_TRIES):
        taps = problem.improve(_ROUNDS)
        taps /= taps.sum()
        came = fir_response(taps, wanted.rate, wanted.voluntary_band, (wanted.tremor_low, wanted.tremor_high))
        if _keeps(wanted, came):
            taps.setflags(write=False)
            return taps
    raise TremorDesignError(wanted, came)


class _Problem:
    """The frequency grid, the weights on it, and the limits as factors."""

    def __init__(self, d: FirDesign) -> None:
        self.count = round(d.memory * d.rate)
        self._size = 1 << (12 * self.count - 1).bit_length()
        f = np.fft.rfftfreq(self._size, 1.0 / d.rate)
        movement = f <= d.voluntary_band * (1.0 + _TRANSITION)
        self._tremor = (f >= d.tremor_low - _TRANSITION) & (f <= d.tremor_high + _TRANSITION)
        self._rest = ~(movement | self._tremor)
        pass_power = np.where(f > _FAST_FROM * d.tremor_high, _FAST, _BETWEEN)
        pass_power[movement] = _MOVEMENT / (1.0 + (f[movement] / (_KNEE * d.voluntary_band)) ** 2) ** 2
        pass_power[self._tremor] = 0.0
        self._wanted = pass_power
        tremor_power = _TREMOR * 10.0 ** (min(0.0, d.attenuation - _USUAL_ATTENUATION) / 10.0)
        away = np.maximum(d.tremor_low - f, f - d.tremor_high) / (_SKIRT * d.tremor_low)
        stop_power = np.where(movement, 0.0, tremor_power / (1.0 + np.maximum(away, 0.0) ** 4) ** 2)
        self._fixed = pass_power + stop_power
        self._stop = np.where(self._tremor, 30.0, 0.0)
        self._gain = np.where(self._rest, 1e-3, 0.0)
        self._least = 10.0 ** (-(d.attenuation + _MARGIN_DB) / 20.0)
        self._most = 10.0 ** ((d.allowed_gain - _MARGIN_DB) / 20.0)

    def improve(self, rounds: int) -> Floats:
        """Solve and weigh anew so many times; returns the last taps."""
        for _ in range(rounds):
            taps = self._solve()
            self._reweight(taps)
        return taps

    def _solve(self) -> Floats:
        """The taps for the present weights."""
        row = np.fft.irfft(self._fixed + self._stop + self._gain)[: self.count]
        right = np.fft.irfft(self._wanted)[: self.count]
        return np.asarray(solve_toeplitz(row, right), dtype=np.float64)

    def _reweight(self, taps: Floats) -> None:
        """More weight where a limit is broken, less where there is room."""
        size = np.abs(np.fft.rfft(taps, self._size))
        tremor, rest = self._tremor, self._rest
        self._stop[tremor] = np.maximum(self._stop[tremor] * size[tremor] / self._least, 1e-2)
        self._gain[rest] = np.clip(self._gain[rest] * (size[rest] / self._most) ** 4, 1e-5, 1e3)


def _keeps(wanted: FirDesign, came: FirResponse) -> bool:
    return (
        came.attenuation >= wanted.attenuation
        and came.gain <= wanted.allowed_gain
        and came.movement_error <= _WORST_MOVEMENT_ERROR
    )
