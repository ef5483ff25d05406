"""Leading targets by their own speed: exact when the speed is steady, nothing at rest, never beyond a limit."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.kinematics.feed_forward import Lead

MS = 1_000_000
LEAD = 0.005
LOW, HIGH = -1.0, 1.0


def made() -> Lead:
    return Lead((LOW,), (HIGH,))


@given(st.floats(-0.5, 0.5), st.floats(-1.0, 1.0))
def test_a_steady_target_is_led_by_exactly_that_time(start: float, speed: float) -> None:
    lead = made()
    for k in range(1, 150):
        x = start + speed * k * 1e-3
        (ahead,) = lead.ahead((x,), k * MS, LEAD)
    assert ahead == pytest.approx(x + LEAD * speed, abs=1e-9)


@given(st.floats(LOW, HIGH), st.integers(2, 50))
def test_a_target_at_rest_is_not_changed(x: float, count: int) -> None:
    lead = made()
    assert {lead.ahead((x,), k * MS, LEAD) for k in range(1, count)} == {(x,)}


@given(st.lists(st.tuples(st.floats(LOW, HIGH), st.integers(0, 60 * MS)), max_size=30), st.floats(0.001, 0.05))
def test_nothing_is_led_beyond_a_limit(samples: list[tuple[float, int]], time: float) -> None:
    lead, at = made(), 0
    for x, pause in samples:
        at += pause
        (ahead,) = lead.ahead((x,), at, time)
        assert LOW <= ahead <= HIGH


@given(st.lists(st.floats(-1e-5, 1e-5), min_size=10, max_size=60))
def test_noise_of_a_target_is_at_most_doubled(noise: list[float]) -> None:
    lead = made()
    for k, x in enumerate(noise, 1):
        (ahead,) = lead.ahead((x,), k * MS, LEAD)
        assert abs(ahead - x) <= 2.0 * 1e-5 * LEAD / (LEAD + 1e-3) + 1e-15


@pytest.mark.parametrize("bad", [math.nan, 1.5, -3.0])
def test_a_bad_target_stays_bad_so_that_the_driver_refuses_it(bad: float) -> None:
    lead = made()
    lead.ahead((0.0,), MS, LEAD)
    (ahead,) = lead.ahead((bad,), 2 * MS, LEAD)
    assert not LOW <= ahead <= HIGH


def test_a_gap_ends_what_was_known_of_the_speed() -> None:
    lead = made()
    for k in range(1, 100):
        lead.ahead((k * 1e-3,), k * MS, LEAD)
    assert lead.ahead((0.5,), 200 * MS, LEAD) == (0.5,)
    lead.reset()
    assert lead.ahead((0.6,), 201 * MS, LEAD) == (0.6,)
