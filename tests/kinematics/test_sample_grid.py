"""Missing samples are told from times, jitter is not taken for loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.kinematics.tremor import SampleGrid

MS = 1_000_000


@given(st.lists(st.integers(-400_000, 400_000), min_size=2, max_size=200), st.sets(st.integers(1, 199)))
def test_samples_and_missing_ones_add_up_whatever_the_jitter(jitter: list[int], lost: set[int]) -> None:
    grid, counted = SampleGrid(1000.0, 1.0), 0
    last = 0
    for k, off in enumerate(jitter):
        if k not in lost:
            missed = grid.missed(7 * MS + k * MS + off)
            counted += 1 + missed
            last = k
    assert abs(counted - 1 - last) <= 1


def test_a_steady_stream_misses_nothing() -> None:
    grid = SampleGrid(1000.0, 0.05)
    assert sum(grid.missed(k * MS) for k in range(5000)) == 0
    assert not grid.is_too_fast


@pytest.mark.parametrize(("step", "missed"), [(2, 1), (5, 4), (10, 9)])
def test_a_slower_master_is_filled_up_to_the_rate(step: int, missed: int) -> None:
    grid = SampleGrid(1000.0, 0.05)
    grid.missed(0)
    assert [grid.missed(k * step * MS) for k in range(1, 50)] == [missed] * 49


def test_no_more_is_filled_in_than_allowed() -> None:
    grid = SampleGrid(1000.0, 0.05)
    grid.missed(0)
    assert grid.missed(200 * MS) == 50
    assert grid.missed(201 * MS) == 0


def test_a_faster_master_is_noticed() -> None:
    grid = SampleGrid(1000.0, 0.05)
    assert sum(grid.missed(k * MS // 2) for k in range(1000)) == 0
    assert grid.is_too_fast
    grid.reset()
    assert not grid.is_too_fast
