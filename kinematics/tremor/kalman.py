"""A Kalman filter that knows tremor as a few damped oscillators beside a hand of nearly constant velocity.

In steady state, so that the gains are computed once.
"""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from sutura.kinematics.rotations import Vector3
from sutura.kinematics.tremor.position_filter import PositionFilter

Floats = NDArray[np.float64]

_OSCILLATORS = 4
_DOUBLINGS = 50  # 2⁵⁰ samples
_ROUNDING = 1e-14
_TREMOR_M = 2e-4  # RMS of all oscillators together
_NOISE_M = 5e-6  # RMS of a reading
_JERKINESS = 1e-5  # of movement: power density of its acceleration at a voluntary band of 1 Hz [m²/s³]


class Kalman(PositionFilter):
    """band [Hz]: of the tremor; voluntary_band [Hz]: how lively the hand moves; adaptation [s]: how long a tremor
    stays in phase with itself; rate [Hz]."""

    __slots__ = ("_gain", "_state", "_step_matrix")

    def __init__(self, band: tuple[float, float], voluntary_band: float, adaptation: float, rate: float) -> None:
        super().__init__()
        F, Q = _model(band, voluntary_band, adaptation, 1.0 / rate)
        H = np.zeros((1, len(F)))
        H[0, 0] = H[0, 2::2] = 1.0
        P = steady_covariance(F, H, Q, _NOISE_M**2)
        K = P @ H.T / (H @ P @ H.T + _NOISE_M**2)
        self._step_matrix = np.ascontiguousarray((np.eye(len(F)) - K @ H) @ F)
        self._gain = K
        self._state = np.zeros((len(F), 3))

    def _begin(self, position: Vector3) -> None:
        self._state.fill(0.0)
        self._state[0] = position

    def _step(self, position: Vector3) -> Vector3:
        self._state = self._step_matrix @ self._state
        self._state += self._gain * position
        x, y, z = self._state[0].tolist()
        return x, y, z


def steady_covariance(F: Floats, H: Floats, Q: Floats, noise: float) -> Floats:
    """The covariance of the prediction in steady state, for one reading (H is 1 × n) of a variance `noise`.

    The doubling algorithm (B. D. O. Anderson, 1978): 0.3 ms, where `scipy.linalg.solve_discrete_are` takes up to 40
    between the threads of its BLAS, too long for a change in a run.
    """
    A, G, P = F.T, H.T @ H / noise, Q
    for _ in range(_DOUBLINGS):
        W = np.linalg.inv(np.eye(len(F)) + G @ P)
        grown = P + A.T @ P @ W @ A
        A, G = A @ W @ A, G + A @ W @ G @ A.T
        if np.abs(grown - P).max() <= _ROUNDING * np.abs(grown).max():
            break
        P = grown
    return np.asarray(grown)


def _model(band: tuple[float, float], voluntary_band: float, adaptation: float, dt: float) -> tuple[Floats, Floats]:
    """How the state goes on in a step, and the power of what is not foreseen."""
    width = (band[1] - band[0]) / _OSCILLATORS
    blocks = [np.array([[1.0, dt], [0.0, 1.0]])]
    jerkiness = _JERKINESS * voluntary_band**4
    powers = [jerkiness * np.array([[dt**3 / 3.0, dt**2 / 2.0], [dt**2 / 2.0, dt]])]
    decay = math.exp(-dt / adaptation)
    for i in range(_OSCILLATORS):
        turn = 2.0 * math.pi * (band[0] + (i + 0.5) * width) * dt
        c, s = decay * math.cos(turn), decay * math.sin(turn)
        blocks.append(np.array([[c, -s], [s, c]]))
        powers.append(np.eye(2) * _TREMOR_M**2 / _OSCILLATORS * (1.0 - decay**2))
    return np.asarray(block_diag(*blocks)), np.asarray(block_diag(*powers))
