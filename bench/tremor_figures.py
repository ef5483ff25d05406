"""What a filter does to a hand: figures from what went in and what came out."""

import timeit
from collections.abc import Callable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import signal

from bench import tremor_turns as turns
from bench.tremor_hands import KINDS, RATE, movement, reach, recorded_movement, recorded_tremor, tremor
from bench.tremor_hands import RECORDED as DATA
from sutura.kinematics.tremor import PoseFilter, TremorSettings, make_filter

Array = NDArray[np.float64]
Step = Callable[[tuple[float, float, float], tuple[float, float, float, float]], tuple[object, object]]

NOISE_M = 2e-6  # of each reading, RMS
SETTLED = 8000  # samples until every filter has learnt what it can
TURN_PER_M = 30.0  # turning per metre of movement [rad]: 0.3 rad RMS about each axis
SHAKE_PER_M = 10.0  # the same of tremor: 3 mrad
_END = -1000
_SWAY = signal.butter(4, (5.0, 20.0), "bandpass", fs=RATE, output="sos")
_SLOW = signal.butter(4, 3.0, fs=RATE, output="sos")


class KindFigures(msgspec.Struct, frozen=True):
    """Of one kind of tremor. attenuation_db: of position, turn_attenuation_db: of orientation; lag_ms: on movement;
    error_um: RMS on an axis; turn_error_urad: likewise."""

    attenuation_db: float
    turn_attenuation_db: float
    lag_ms: float
    error_um: float
    turn_error_urad: float


class FilterFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one filter. recorded_db: off 8-12 Hz of recorded hands; reach_mm: farthest off, and overshoot_percent, in
    a reach of 50 mm in 0.5 s; surgeon_um: RMS on a recorded surgeon's movement; us: of one 3-D sample; pose_us: of
    a pose."""

    kinds: dict[str, KindFigures]
    recorded_db: dict[str, float]
    reach_mm: float
    overshoot_percent: float
    surgeon_um: float | None
    us: float
    pose_us: float

    @property
    def worst_db(self) -> float:
        """Off the kind of tremor that it attenuates least."""
        return min(kind.attenuation_db for kind in self.kinds.values())


def run(settings: TremorSettings, hand: Array, orientation: Array | None = None) -> tuple[Array, Array]:
    """A hand through a fresh filter as it is shipped: positions and orientations."""
    return run_through(PoseFilter(settings).step, hand, orientation)


def run_through(step: Step, hand: Array, orientation: Array | None = None) -> tuple[Array, Array]:
    """A hand through one step after the other."""
    if orientation is None:
        orientation = np.tile([0.0, 0.0, 0.0, 1.0], (len(hand), 1))
    out = [
        step((x, y, z), (a, b, c, d))
        for (x, y, z), (a, b, c, d) in zip(hand.tolist(), orientation.tolist(), strict=True)
    ]
    return np.array([position for position, _ in out]), np.array([turned for _, turned in out])


def measure(settings: TremorSettings, seconds: float) -> FilterFigures:
    """Everything about one filter."""
    far, over = reach_figures(settings)
    us, pose_us = time_of(settings)
    return FilterFigures(
        kinds={kind: kind_figures(settings, kind, seconds) for kind in KINDS},
        recorded_db=recorded_figures(settings, seconds),
        reach_mm=far,
        overshoot_percent=over,
        surgeon_um=surgeon_figure(settings, seconds),
        us=us,
        pose_us=pose_us,
    )


def kind_figures(settings: TremorSettings, kind: str, seconds: float) -> KindFigures:
    """A hand that moves and turns, with tremor in both."""
    moved, shaken = movement(seconds), tremor(kind, seconds)
    noise = np.random.default_rng(9).normal(0.0, NOISE_M, moved.shape)
    meant = turns.from_vectors(TURN_PER_M * moved)
    orientation = turns.product(meant, turns.from_vectors(SHAKE_PER_M * (shaken + noise)))
    out, turned = run(settings, moved + shaken + noise, orientation)
    off, turned_off = out - moved, turns.difference(meant, turned)
    return KindFigures(
        attenuation_db=_decibels(_sway(shaken) / _sway(out)),
        turn_attenuation_db=_decibels(_sway(SHAKE_PER_M * shaken) / _sway(turned_off)),
        lag_ms=_lag(out, moved),
        error_um=1e6 * _rms(off),
        turn_error_urad=1e6 * _rms(turned_off),
    )


def recorded_figures(settings: TremorSettings, seconds: float) -> dict[str, float]:
    """How much less power the recorded hands have within the tremor band after the filter."""
    found = {}
    for file in sorted((DATA / "tremor").glob("*.csv")):
        shaken, moved = recorded_tremor(file, seconds), movement(seconds)
        before, after = (_band_power(x, settings.tremor_band) for x in (shaken, run(settings, moved + shaken)[0]))
        found[file.stem.removesuffix("_data").replace("_", " ")] = _decibels(np.sqrt(before / after))
    return found


def surgeon_figure(settings: TremorSettings, seconds: float) -> float | None:
    """RMS error on an axis where a recorded surgeon's movement is all there is [µm]."""
    file = DATA / "surgeon_psm_joints.npy"
    if not file.is_file():
        return None
    moved = recorded_movement(file, seconds)
    return 1e6 * _rms(run(settings, moved)[0] - moved)


def reach_figures(settings: TremorSettings, metres: float = 0.05, seconds: float = 0.5) -> tuple[float, float]:
    """How far off at most [mm], and the overshoot [%], in a reach."""
    return reach_off(run(settings, reach(metres, seconds))[0], metres, seconds)


def reach_off(out: Array, metres: float, seconds: float) -> tuple[float, float]:
    """The same, of what came out."""
    off = out - reach(metres, seconds)
    return 1e3 * float(np.abs(off).max()), 100.0 * float(out[:, 0].max() / metres - 1.0)


def time_of(settings: TremorSettings) -> tuple[float, float]:
    """The least of many repeats [µs]: of a bare position, and of a pose as it is shipped."""
    bare, pose = make_filter(settings), PoseFilter(settings)
    here, turned = (0.1, -0.2, 0.3), (0.1, 0.2, 0.3, 0.9273618495495703)
    return _least(lambda: bare.step(here)), _least(lambda: pose.step(here, turned))


def _least(call: Callable[[], object], number: int = 500) -> float:
    return 1e6 * min(timeit.repeat(call, number=number, repeat=60)) / number


def _band_power(x: Array, band: tuple[float, float]) -> float:
    f, power = signal.welch(x[SETTLED:_END], fs=RATE, nperseg=4096, axis=0)
    return float(power[(f >= band[0]) & (f <= band[1])].sum())


def _lag(out: Array, moved: Array) -> float:
    """The delay by which slow movement fits what came out best [ms]."""
    after, before = (signal.sosfiltfilt(_SLOW, x, axis=0)[SETTLED:_END].T.ravel() for x in (out, moved))
    speed = (np.gradient(signal.sosfiltfilt(_SLOW, moved, axis=0), axis=0) * RATE)[SETTLED:_END].T.ravel()
    size, late = np.linalg.lstsq(np.column_stack((before, -speed)), after, rcond=None)[0]
    return 1e3 * float(late / size)


def _sway(x: Array) -> float:
    return _rms(signal.sosfiltfilt(_SWAY, x, axis=0))


def _rms(x: Array) -> float:
    return float(np.sqrt(np.mean(x[SETTLED:_END] ** 2)))


def _decibels(ratio: float) -> float:
    return 20.0 * float(np.log10(ratio))


def by_name(
    chosen: Mapping[str, TremorSettings], seconds: float, say: Callable[[str], None]
) -> dict[str, FilterFigures]:
    """The figures of all that are chosen."""
    found = {}
    for name, settings in chosen.items():
        found[name] = measure(settings, seconds)
        say(f"{name}: worst {found[name].worst_db:.1f} dB, {found[name].us:.1f} µs")
    return found
