"""Hands for the tremor bench: movement and tremor that are known apart, made up or recorded. Arrays are (n, 3) at
1 kHz in metres."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from sutura.kinematics import load_arm

Array = NDArray[np.float64]

RATE = 1000.0
TREMOR_M = 3e-4  # amplitude of a made-up tremor
RECORDED = Path("../shared/data")
_MOVEMENT_M = 0.01  # RMS
_GRAVITY = 9.81
_HAND_BAND = (2.0, 15.0)  # what is kept of a recorded acceleration [Hz]
_SCALE = 0.2  # tool metres per hand metre

KINDS = (
    "fixed 10 Hz",
    "fixed 8.4 Hz",
    "amplitude-modulated",
    "drifting in 20 s",
    "drifting in 5 s",
    "jumping",
    "two tones",
    "narrow noise",
    "wide noise",
)


def movement(seconds: float, seed: int = 0, fastest: float = 1.0) -> Array:
    """Twenty sines up to the fastest [Hz] on each axis, 10 mm RMS."""
    random, t = np.random.default_rng(seed), times(seconds)
    f = np.clip(np.linspace(0.05, fastest, 20) + random.uniform(-0.02, 0.02, (3, 20)), 0.03, fastest)
    size = 1.0 / (1.0 + (f / 0.4) ** 2)
    phase = random.uniform(0.0, 2.0 * np.pi, (3, 20))
    moved = np.stack([np.sin(2.0 * np.pi * t[:, None] * f[i] + phase[i]) @ size[i] for i in range(3)], axis=1)
    return np.asarray(_MOVEMENT_M * moved / moved.std(axis=0))


def tremor(kind: str, seconds: float, seed: int = 1) -> Array:
    """A tremor of a kind, other phases on each axis."""
    t, random = times(seconds), np.random.default_rng(seed)
    return TREMOR_M * np.stack([_axis(kind, t, random) for _ in range(3)], axis=1)


def times(seconds: float) -> Array:
    """[s]"""
    return np.arange(round(seconds * RATE)) / RATE


def _axis(kind: str, t: Array, random: np.random.Generator) -> Array:
    phase = random.uniform(0.0, 2.0 * np.pi)
    frequencies: dict[str, Callable[[], Array]] = {
        "fixed 10 Hz": lambda: np.full(t.size, 10.0),
        "fixed 8.4 Hz": lambda: np.full(t.size, 8.4),
        "amplitude-modulated": lambda: np.full(t.size, 9.5),
        "drifting in 20 s": lambda: 10.0 + 2.0 * np.sin(2.0 * np.pi * t / 20.0 + phase),
        "drifting in 5 s": lambda: 10.0 + 2.0 * np.sin(2.0 * np.pi * t / 5.0 + phase),
        "jumping": lambda: np.where((t // 10.0) % 2.0 == 0.0, 8.5, 11.5),
    }
    if kind in frequencies:
        wave = np.sin(2.0 * np.pi * np.cumsum(frequencies[kind]()) / RATE + phase)
        return wave * (0.5 + 0.5 * np.sin(2.0 * np.pi * 0.3 * t)) if kind == "amplitude-modulated" else wave
    if kind == "two tones":
        return 0.6 * np.sin(2.0 * np.pi * 8.6 * t + phase) + 0.4 * np.sin(2.0 * np.pi * 11.3 * t + 2.0 * phase)
    order, band = {"narrow noise": (2, (8.5, 11.5)), "wide noise": (4, (8.0, 12.0))}[kind]
    noise = signal.sosfiltfilt(_band(order, band), random.normal(size=t.size))
    return np.asarray(noise / (np.sqrt(2.0) * noise.std()))


def _band(order: int, band: tuple[float, float]) -> Array:
    return np.asarray(signal.butter(order, band, "bandpass", fs=RATE, output="sos"))


def recorded_tremor(file: Path, seconds: float) -> Array:
    """Recorded acceleration [g] of a hand, integrated twice between 2 and 15 Hz, and repeated."""
    table = np.genfromtxt(file, delimiter=",", names=True)
    axes = [table[f"userAcceleration_{axis}"] for axis in "xyz"]
    t = table["t_s"]
    grid = np.arange(t[0], t[-1], 1.0 / RATE)
    acceleration = _GRAVITY * np.stack([np.interp(grid, t, axis) for axis in axes], axis=1)
    acceleration *= signal.windows.tukey(len(grid), 0.1)[:, None]
    f = np.fft.rfftfreq(len(grid), 1.0 / RATE)
    kept = (f >= _HAND_BAND[0]) & (f <= _HAND_BAND[1])
    spectrum = np.fft.rfft(acceleration, axis=0)
    spectrum[~kept] = 0.0
    spectrum[kept] /= -((2.0 * np.pi * f[kept, None]) ** 2)
    moved = np.fft.irfft(spectrum, len(grid), axis=0)
    return np.tile(moved, (1 + round(seconds * RATE) // len(moved), 1))[: round(seconds * RATE)]


def recorded_movement(file: Path, seconds: float, rate: float = 30.0) -> Array:
    """A surgeon's hand, from the recorded joints of the arm that it moved."""
    arm = load_arm("psm_classic_lnd")
    tips = np.array([arm.forward_pose(q)[0] for q in np.load(file)[: round(seconds * rate) + 8]]) / _SCALE
    smooth = signal.resample_poly(tips - tips[0], round(RATE / rate * 3.0), 3, axis=0)
    return np.asarray(smooth[: round(seconds * RATE)])


def reach(metres: float, seconds: float, before: float = 3.0, after: float = 3.0) -> Array:
    """Rest, one minimum-jerk movement along x, rest."""
    s = np.clip((times(before + seconds + after) - before) / seconds, 0.0, 1.0)
    moved = np.zeros((len(s), 3))
    moved[:, 0] = metres * (10.0 * s**3 - 15.0 * s**4 + 6.0 * s**5)
    return moved
