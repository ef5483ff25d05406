"""Every tremor filter through the one interface, and what is refused."""

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, signal

from sutura.kinematics.errors import TremorSettingError
from sutura.kinematics.tremor import FILTERS, FilterName, TremorSettings, check_settings, make_filter
from sutura.kinematics.tremor.kalman import steady_covariance

NAMES: tuple[FilterName, ...] = get_args(FilterName)
ADAPTIVE: tuple[FilterName, ...] = ("wflc", "bmflc", "kalman")
finite = st.floats(-10.0, 10.0)
points = st.tuples(finite, finite, finite)


def test_the_table_and_the_names_are_one_list() -> None:
    assert set(FILTERS) == set(NAMES)


@given(st.sampled_from(NAMES), points, points)
@settings(max_examples=60, deadline=None)
def test_the_first_sample_passes_and_what_rests_stays(
    name: FilterName, here: tuple[float, float, float], there: tuple[float, float, float]
) -> None:
    made = make_filter(TremorSettings(filter=name, rate=200.0))
    for place in (here, there):
        made.reset()
        for _ in range(40):
            assert made.step(place) == pytest.approx(place, abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_the_same_after_a_reset_as_when_it_was_fresh(name: FilterName) -> None:
    hand = np.random.default_rng(5).normal(size=(400, 3)).tolist()
    used, fresh = (make_filter(TremorSettings(filter=name, rate=200.0)) for _ in range(2))
    for x, y, z in hand:
        used.step((x + 1.0, y, z))
    used.reset()
    assert [used.step((x, y, z)) for x, y, z in hand] == [fresh.step((x, y, z)) for x, y, z in hand]


@pytest.mark.parametrize("name", NAMES)
def test_axes_do_not_mix(name: FilterName) -> None:
    made = make_filter(TremorSettings(filter=name, rate=200.0))
    swing = [math.sin(0.3 * k) for k in range(300)]
    out = [made.step((0.0, s, 0.0)) for s in swing]
    assert all((x, z) == (0.0, 0.0) for x, _, z in out)


def test_the_kalman_filters_covariance_is_that_of_scipy() -> None:
    random = np.random.default_rng(2)
    F = np.eye(5) * 0.9 + 0.05 * random.normal(size=(5, 5))
    root, H = random.normal(size=(5, 5)), random.normal(size=(1, 5))
    Q = root @ root.T
    expected = linalg.solve_discrete_are(F.T, H.T, Q, np.array([[0.3]]))
    np.testing.assert_allclose(steady_covariance(F, H, Q, 0.3), expected, rtol=1e-9)


@pytest.mark.parametrize("name", ADAPTIVE)
@pytest.mark.parametrize("frequency", [9.0, 11.0])
def test_adaptive_filters_learn_a_steady_tone(name: FilterName, frequency: float) -> None:
    made = make_filter(TremorSettings(filter=name))
    tone = [3e-4 * math.sin(2.0 * math.pi * frequency * k / 1000.0) for k in range(8000)]
    out = np.array([made.step((0.0, 0.0, s))[2] for s in tone])
    assert np.std(out[6000:]) < 0.1 * np.std(tone)


@given(st.floats(1.0, 40.0), st.integers(0, 2))
def test_butterworth_is_exactly_what_scipy_makes(cutoff: float, axis: int) -> None:
    xs = np.random.default_rng(0).normal(size=100)
    b, a = signal.butter(2, cutoff, fs=1000.0)
    expected, _ = signal.lfilter(b, a, xs, zi=signal.lfilter_zi(b, a) * xs[0])
    low_pass = make_filter(TremorSettings(filter="butterworth", cutoff=cutoff))
    got = []
    for x in xs.tolist():
        here = [0.0, 0.0, 0.0]
        here[axis] = x
        got.append(low_pass.step((here[0], here[1], here[2]))[axis])
    np.testing.assert_allclose(got, expected, atol=1e-9)


def test_one_euro_follows_a_fast_hand_closer_than_a_slow_one() -> None:
    def lag(speed: float) -> float:
        made = make_filter(TremorSettings(filter="one_euro", speed_gain=100.0))
        for k in range(3000):
            x, _, _ = made.step((speed * k / 1000.0, 0.0, 0.0))
        return (speed * 2.999 - x) / speed

    assert lag(0.5) < 0.2 * lag(0.001)
    assert lag(0.001) == pytest.approx(1.0 / (2.0 * math.pi * 2.1), rel=0.02)


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"tremor_low": 12.0, "tremor_high": 8.0}, "tremor_low below tremor_high, came 12 and 8 Hz"),
        ({"tremor_low": 2.0, "voluntary_band": 3.0}, "voluntary_band below tremor_low, came 3 and 2 Hz"),
        ({"rate": 30.0}, "a rate of at least 48 Hz for tremor of up to 12 Hz, came 30"),
        ({"rate": 30.0, "filter": "kalman"}, "a rate of at least 48 Hz"),
        ({"rate": 100.0, "filter": "butterworth", "cutoff": 60.0}, "a cutoff between 0 and 50 Hz, came 60"),
        ({"rate": 3.0, "filter": "one_euro"}, "a rest_cutoff between 0 and 1.5 Hz, came 2"),
    ],
)
def test_settings_that_do_not_fit_are_refused_with_words(given_: dict[str, float | FilterName], words: str) -> None:
    with pytest.raises(TremorSettingError, match=words):
        TremorSettings(**given_)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ({"voluntary_band": 0.0}, r">= 0.1.*voluntary_band"),
        ({"allowed_gain": 20.0}, r"<= 12.*allowed_gain"),
        ({"attenuation": math.nan}, "attenuation"),
        ({"rate": math.inf}, "rate"),
        ({"memory": -1.0}, "memory"),
        ({"deliberate": 1.0}, "deliberate"),
        ({"adaptation": 0.0}, "adaptation"),
        ({"filter": "fire"}, "fire"),
    ],
)
def test_settings_out_of_range_are_refused_with_words(given_: dict[str, float | FilterName], words: str) -> None:
    with pytest.raises(TremorSettingError, match=words):
        check_settings(TremorSettings(**given_))  # type: ignore[arg-type]
    with pytest.raises(TremorSettingError, match=words):
        make_filter(TremorSettings(**given_))  # type: ignore[arg-type]
