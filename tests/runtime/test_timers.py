"""Timers on an absolute grid: late is late, missed is counted, and nothing comes in a burst."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sutura.runtime.timers import TimerWheel

START = 10**12
RATES = st.floats(1.0, 5000.0)


def _wheel(rate: float, ticks: list[int], clock: list[int]) -> TimerWheel:
    wheel = TimerWheel()
    wheel.add("n", "tick", rate, lambda: ticks.append(clock[0]), START, 0)
    return wheel


def _look(wheel: TimerWheel, now: int) -> int:
    due = wheel.due(now)
    for timer in due:
        timer.call()
    return len(due)


@given(RATES, st.lists(st.integers(0, 3_000_000_000), min_size=1, max_size=60))
def test_ticks_stay_on_the_grid_and_missed_ones_are_counted_never_caught_up(rate: float, pauses: list[int]) -> None:
    ticks: list[int] = []
    clock = [START]
    wheel = _wheel(rate, ticks, clock)
    (timer,) = wheel.timers
    for pause in pauses:
        clock[0] += pause
        before = wheel.next_at
        ran = _look(wheel, clock[0])
        assert ran == (1 if clock[0] >= before else 0), "once at most, however late"
        assert wheel.next_at > clock[0], "and the next is not due yet"
        assert (wheel.next_at - START) % timer.period == 0, "and lies on the grid"
        assert wheel.next_at - clock[0] <= timer.period
        assert timer.ticks + timer.overruns == (clock[0] - START) // timer.period
    assert timer.ticks == len(ticks)


@given(RATES)
def test_a_loop_on_time_misses_nothing(rate: float) -> None:
    ticks: list[int] = []
    clock = [START]
    wheel = _wheel(rate, ticks, clock)
    (timer,) = wheel.timers
    for _ in range(50):
        clock[0] = wheel.next_at
        _look(wheel, clock[0])
    assert ticks == [START + (k + 1) * timer.period for k in range(50)]
    assert (timer.overruns, timer.lateness.largest) == (0, 0)


@given(st.integers(0, 10**9))
def test_lateness_is_measured_from_the_grid(late: int) -> None:
    wheel = _wheel(1.0, [], [START])
    _look(wheel, START + 10**9 + late)
    assert wheel.timers[0].lateness.largest == late


def test_what_is_due_together_comes_in_the_order_of_the_topology() -> None:
    wheel = TimerWheel()
    for name, order in (("third", 2), ("first", 0), ("second", 1)):
        wheel.add(name, "tick", 100.0, lambda: None, START, order)
    assert [timer.node for timer in wheel.due(START + 10_000_000)] == ["first", "second", "third"]


def test_an_empty_wheel_is_never_due() -> None:
    wheel = TimerWheel()
    assert wheel.due(2**61) == []
    assert wheel.next_at > 2**61


@given(st.integers(0, 10**10))
def test_a_place_that_joins_late_starts_on_the_grid_without_overruns(now: int) -> None:
    wheel = _wheel(250.0, [], [START])
    wheel.skip_to(START + now)
    (timer,) = wheel.timers
    assert START + now < timer.next_at <= START + now + timer.period
    assert (timer.next_at - START) % timer.period == 0
    assert (timer.ticks, timer.overruns) == (0, 0)


@given(RATES, RATES)
def test_a_changed_rate_counts_from_the_last_tick(before: float, after: float) -> None:
    wheel = _wheel(before, [], [START])
    (timer,) = wheel.timers
    last = timer.next_at
    _look(wheel, last)
    wheel.set_rate("n", "tick", after)
    assert timer.period == round(1e9 / after)
    assert wheel.next_at == last + timer.period
    wheel.set_rate("another", "tick", 1.0)
    assert timer.period == round(1e9 / after)
