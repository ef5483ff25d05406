"""The times that faults draw, and clocks that jump."""

import math
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sutura.runtime.clock import JumpingClock, VirtualClock
from sutura.runtime.fault_plan import Spread

SECONDS = st.floats(0.0, 10.0)
N = 2000


def drawn(spread: Spread, seed: int) -> list[int]:
    random = Random(seed)
    return [spread.draw(random) for _ in range(N)]


@given(SECONDS, st.integers(0, 1000))
def test_a_constant_time_is_always_the_same(a: float, seed: int) -> None:
    assert set(drawn(Spread("constant", a), seed)) == {round(a * 1e9)}


@given(SECONDS, SECONDS, st.integers(0, 1000))
def test_a_uniform_time_lies_between_its_ends(a: float, b: float, seed: int) -> None:
    low, high = sorted((a, b))
    times = drawn(Spread("uniform", low, high), seed)
    assert round(low * 1e9) <= min(times)
    assert max(times) <= round(high * 1e9)
    assert abs(sum(times) / N - (low + high) / 2 * 1e9) <= 6.0 * (high - low) * 1e9 / math.sqrt(12 * N) + 1.0


@given(st.floats(1e-3, 1.0), st.integers(0, 1000))
def test_a_normal_time_has_its_mean_and_deviation_and_is_never_below_zero(mean: float, seed: int) -> None:
    sigma = mean / 8.0  # so far from 0 that nothing is cut off
    times = [time * 1e-9 for time in drawn(Spread("normal", mean, sigma), seed)]
    found = sum(times) / N
    assert abs(found - mean) < 6.0 * sigma / math.sqrt(N)
    assert abs(math.sqrt(sum((t - found) ** 2 for t in times) / (N - 1)) - sigma) < 6.0 * sigma / math.sqrt(2 * N)
    assert min(drawn(Spread("normal", 0.0, mean), seed)) == 0


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(-(10**9), 10**9)), max_size=5),
    st.integers(1, 10**9),
    st.lists(st.integers(0, 2 * 10**9), max_size=20).map(sorted),
)
def test_a_clock_shows_all_jumps_until_now_whenever_it_is_looked_at(
    jumps: list[tuple[int, int]], start: int, looks: list[int]
) -> None:
    right = VirtualClock(start)
    clock = JumpingClock(right, jumps)
    clock.begin(start)
    for look in looks:
        right.advance_to(start + look)
        assert clock() == right() + sum(by for at, by in jumps if at <= look)
        left = [at for at, _ in jumps if at > look]
        assert clock.next_at == (start + min(left) if left else None)


def test_a_clock_is_right_until_it_begins_and_forgets_what_was_before_it_began() -> None:
    right = VirtualClock(100)
    clock = JumpingClock(right, [(10, 7), (50, 5)])
    assert clock() == 100
    right.advance_to(120)
    clock.begin(100)
    assert clock() == 120, "started anew after the first jump, it has not jumped"
    right.advance_to(150)
    assert clock() == 155
