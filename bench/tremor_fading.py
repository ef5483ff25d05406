"""Fast movement and the start: what fading the filter out and in is worth."""

import math
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from bench.tremor_figures import Step, reach_off, run_through
from bench.tremor_hands import RATE, RECORDED, movement, reach, recorded_movement, tremor
from sutura.kinematics.tremor import PoseFilter, PositionFilter, TremorSettings, make_filter

Array = NDArray[np.float64]
Vector3 = tuple[float, float, float]

REACHES = ((0.02, 0.5), (0.05, 0.5), (0.1, 0.6), (0.05, 0.3))  # metres, seconds
WINDOWS = (0.0, 0.1, 0.2, 0.4, 0.7, 1.2, 2.4)  # seconds after a start
_STARTS = 24
_SPEED_CUTOFF_HZ = 5.0
_FALL_S, _RETURN_S = 0.1, 0.6  # as what is shipped


class ReachFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One way to deal with fast movement. off_mm: farthest off in each of REACHES; surgeon_um: RMS on an axis on a
    recorded surgeon's movement, with_tremor_um: with a drifting tremor on it."""

    off_mm: list[float]
    surgeon_um: float | None
    with_tremor_um: float | None


class StartFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One way to start in the middle of a movement. rms_um, most_um: off on an axis between WINDOWS."""

    rms_um: list[float]
    most_um: list[float]


class SpeedFading(PositionFilter):
    """Fades a filter out with speed [m/s], from half of it on: not shipped, here to be compared."""

    def __init__(self, inner: PositionFilter, speed: float) -> None:
        super().__init__()
        self._inner = inner
        self._slow = make_filter(TremorSettings(filter="butterworth", cutoff=_SPEED_CUTOFF_HZ))
        self._speed = speed
        self._share = 1.0

    def _begin(self, position: Vector3) -> None:
        self._last = position

    def _step(self, position: Vector3) -> Vector3:
        slow, after = self._slow.step(position), self._inner.step(position)
        speed = math.dist(slow, self._last) * RATE
        self._last = slow
        allowed = max(0.0, 2.0 - 2.0 * speed / self._speed, self._share - 1.0 / (_FALL_S * RATE))
        self._share = min(1.0, allowed, self._share + 1.0 / (_RETURN_S * RATE))
        weight = self._share**2 * (3.0 - 2.0 * self._share)
        x, y, z = (a + weight * (b - a) for a, b in zip(position, after, strict=True))
        return x, y, z


def ways() -> dict[str, Step]:
    """Fresh filters that deal with fast movement each in its way."""
    never = TremorSettings(deliberate=0.0)
    slow, fast = (SpeedFading(make_filter(never), speed) for speed in (0.06, 0.12))
    return {
        "no filter": PoseFilter(TremorSettings(filter="none")).step,
        "never faded": PoseFilter(never).step,
        "faded with speed, out at 120 mm/s": lambda p, q: (fast.step(p), q),
        "faded with speed, out at 60 mm/s": lambda p, q: (slow.step(p), q),
        "faded with what tremor cannot be (shipped)": PoseFilter(TremorSettings()).step,
    }


def reaches(seconds: float) -> dict[str, ReachFigures]:
    """Every way on every reach, each begun afresh."""
    return {name: _reach_figures(name, seconds) for name in ways()}


def _reach_figures(name: str, seconds: float) -> ReachFigures:
    off = [reach_off(run_through(ways()[name], reach(*way))[0], *way)[0] for way in REACHES]
    file = RECORDED / "surgeon_psm_joints.npy"
    found = file.is_file()
    return ReachFigures(
        off_mm=off,
        surgeon_um=_surgeon(name, file, seconds, False) if found else None,
        with_tremor_um=_surgeon(name, file, seconds, True) if found else None,
    )


def _surgeon(name: str, file: Path, seconds: float, shaken: bool) -> float:
    moved = recorded_movement(file, seconds)
    hand = moved + tremor("drifting in 20 s", len(moved) / RATE) if shaken else moved
    off = run_through(ways()[name], hand)[0] - moved
    return 1e6 * float(np.sqrt(np.mean(off[round(3.0 * RATE) :] ** 2)))


def starts() -> dict[str, StartFigures]:
    """Starts at many moments of a movement with a drifting tremor."""
    return {
        "no filter": _start_figures(TremorSettings(filter="none"), False),
        "fir, at once": _start_figures(TremorSettings(), True),
        "fir, blended in (shipped)": _start_figures(TremorSettings(), False),
    }


def _bare_step(settings: TremorSettings) -> Step:
    plain = make_filter(settings)
    return lambda position, orientation: (plain.step(position), orientation)


def _start_figures(settings: TremorSettings, bare: bool) -> StartFigures:
    moved, shaken = movement(60.0), tremor("drifting in 20 s", 60.0)
    long = round(WINDOWS[-1] * RATE)
    off = []
    for begin in np.linspace(0, len(moved) - long, _STARTS).astype(int):
        there = slice(int(begin), int(begin) + long)
        step = _bare_step(settings) if bare else PoseFilter(settings).step
        off.append(run_through(step, (moved + shaken)[there])[0] - moved[there])
    windows = [round(edge * RATE) for edge in WINDOWS]
    parts = [1e6 * np.stack(off)[:, a:b] for a, b in pairwise(windows)]
    return StartFigures(
        rms_um=[float(np.sqrt(np.mean(part**2))) for part in parts],
        most_um=[float(np.abs(part).max()) for part in parts],
    )
