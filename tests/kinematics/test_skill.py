"""Measures of skill: known values of minimum-jerk movements, and what must not change them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import ortho_group

from sutura.kinematics.skill import (
    MotionMeasures,
    log_dimensionless_jerk,
    measure_motion,
    spectral_arc_length,
    track_of,
)

Array = NDArray[np.float64]
RATE = 1000.0
MINIMUM_JERK_LDLJ = -math.log(720.0 / 1.875**2)
MINIMUM_JERK_SPARC = -1.4058


def velocity(duration: float, distance: float = 0.1, rate: float = RATE) -> Array:
    """(n, 3) [m/s], a minimum-jerk movement along x."""
    t = np.arange(0.0, duration + 0.5 / rate, 1.0 / rate) / duration
    along = 30.0 * distance / duration * t**2 * (1.0 - t) ** 2
    return np.stack([along, np.zeros_like(t), np.zeros_like(t)], axis=1)


def reach(duration: float, distance: float, rest: float = 1.0) -> tuple[Array, Array]:
    """Times and positions at 1 kHz: rest, one minimum-jerk movement along x, rest."""
    times = np.arange(0.0, duration + 2.0 * rest, 1.0 / RATE)
    t = np.clip((times - rest) / duration, 0.0, 1.0)
    x = distance * (10.0 * t**3 - 15.0 * t**4 + 6.0 * t**5)
    return times, np.stack([x, np.zeros_like(x), np.zeros_like(x)], axis=1)


def measured(times: Array, positions: Array, idle: float = 0.005) -> MotionMeasures:
    track = track_of(times, positions)
    assert track is not None
    return measure_motion([track], idle)


def speed(of: Array) -> Array:
    found: Array = np.linalg.norm(of, axis=1)
    return found


@given(st.floats(0.4, 4.0), st.floats(1e-4, 10.0))
def test_a_minimum_jerk_movement_has_its_known_smoothness_at_any_size_and_pace(
    duration: float, size: float
) -> None:
    v = velocity(duration, size)
    assert spectral_arc_length(speed(v), RATE) == pytest.approx(MINIMUM_JERK_SPARC, abs=0.02)
    assert log_dimensionless_jerk(v, RATE) == pytest.approx(MINIMUM_JERK_LDLJ, abs=0.03)


@given(st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3))
def test_neither_size_nor_direction_changes_smoothness(seed: int, factor: float) -> None:
    random = np.random.default_rng(seed)
    v = sum((a * velocity(2.0) * np.cos(b * np.arange(2001))[:, None] for a, b in random.random((4, 2)) * 0.05))
    assert isinstance(v, np.ndarray)
    v = v + velocity(2.0)
    turned = factor * v @ ortho_group.rvs(3, random_state=seed).T
    assert spectral_arc_length(speed(turned), RATE) == pytest.approx(spectral_arc_length(speed(v), RATE), rel=1e-6)
    assert log_dimensionless_jerk(turned, RATE) == pytest.approx(log_dimensionless_jerk(v, RATE), rel=1e-6)


@given(st.integers(2, 6))
def test_a_movement_in_pieces_is_less_smooth_the_more_there_are(pieces: int) -> None:
    whole, broken = velocity(2.0), np.concatenate([velocity(2.0 / pieces)] * pieces)
    more = np.concatenate([velocity(2.0 / (pieces + 1))] * (pieces + 1))
    for values in (
        [spectral_arc_length(speed(v), RATE) or 0.0 for v in (more, broken, whole)],
        [log_dimensionless_jerk(v, RATE) or 0.0 for v in (more, broken, whole)],
    ):
        assert values == sorted(values)
        assert len(set(values)) == 3


@given(st.floats(0.6, 4.0), st.floats(0.03, 0.5))
def test_a_straight_reach_is_measured_as_it_was_made(duration: float, distance: float) -> None:
    found = measured(*reach(duration, distance))
    assert found.time == pytest.approx(duration + 2.0, abs=0.01)
    assert found.path == pytest.approx(distance, rel=0.01)
    assert found.economy == pytest.approx(1.0, abs=0.005)
    assert found.movements == 1
    assert 1.0 < found.idle < found.time - 0.3 * duration


def test_there_and_back_is_two_movements_and_twice_the_path() -> None:
    times, there = reach(1.0, 0.1)
    found = measured(np.concatenate([times, times + times[-1] + 1e-3]), np.concatenate([there, there[::-1]]))
    assert found.movements == 2
    assert found.path == pytest.approx(0.2, rel=0.01)
    assert found.economy == pytest.approx(1.0, abs=0.005)


def test_a_detour_costs_economy() -> None:
    times, there = reach(2.0, 0.1)
    there[:, 1] = 0.05 * np.sin(math.pi * there[:, 0] / 0.1)
    bent = float(np.sum(np.linalg.norm(np.diff(there, axis=0), axis=1)))
    assert measured(times, there).economy == pytest.approx(0.1 / bent, rel=0.01)


def test_tremor_lengthens_the_path_and_roughens_it_but_is_no_movement() -> None:
    times, there = reach(1.5, 0.1)
    shaken: Array = there + 2e-4 * np.sin(2.0 * math.pi * 10.0 * times)[:, None] * np.array([0.0, 1.0, 0.0])
    calm, trembling = measured(times, there), measured(times, shaken)
    assert trembling.movements == calm.movements == 1
    assert trembling.path > calm.path
    assert trembling.log_jerk is not None
    assert calm.log_jerk is not None
    assert trembling.log_jerk < calm.log_jerk - 1.0
    assert trembling.idle == pytest.approx(calm.idle, abs=0.05)


def test_a_hand_that_rests_has_no_smoothness_and_is_idle() -> None:
    times = np.arange(0.0, 2.0, 1e-3)
    found = measured(times, np.zeros((len(times), 3)))
    assert (found.movements, found.path, found.economy, found.sparc, found.log_jerk) == (0, 0.0, None, None, None)
    assert found.idle == pytest.approx(found.time, abs=0.01)


@given(st.integers(0, 200))
def test_too_little_is_not_measured(count: int) -> None:
    times = np.linspace(0.0, 1e-3 * count, count, endpoint=False)
    assert track_of(times, np.zeros((count, 3), np.float64)) is None


@given(st.sets(st.integers(1, 2998), max_size=300))
def test_lost_samples_change_little(lost: set[int]) -> None:
    times, there = reach(1.0, 0.1)
    kept = np.array([n not in lost for n in range(len(times))])
    whole, holey = measured(times, there), measured(times[kept], there[kept])
    assert holey.path == pytest.approx(whole.path, rel=0.01)
    assert holey.movements == whole.movements
