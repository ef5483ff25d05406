"""Histograms against numpy: right within a bucket, of fixed size."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sutura.nodes import Histogram, Summary, between

BUCKET = 1.0 / 64.0  # relative width


@given(
    st.lists(
        st.one_of(st.integers(0, 300), st.integers(0, 10**6), st.integers(0, 10**12)), min_size=1, max_size=80
    ),
    st.floats(0.01, 1.0),
)
def test_quantiles_are_right_within_a_bucket(values: list[int], q: float) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add_nano(value)
    exact = float(np.quantile(values, q, method="inverted_cdf"))
    assert histogram.quantile(q) * 1e9 == np.float64(exact) or math.isclose(
        histogram.quantile(q) * 1e9, exact, rel_tol=BUCKET, abs_tol=1e-3
    )
    assert math.isclose(histogram.quantile(1.0) * 1e9, max(values), rel_tol=BUCKET, abs_tol=1e-3)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=50))
def test_its_size_is_fixed_whatever_is_added(values: list[float]) -> None:
    histogram = Histogram()
    size = len(histogram.counts)
    for value in values:
        histogram.add(value if abs(value) < 1e9 or not math.isfinite(value) else math.inf)
    assert len(histogram.counts) == size
    assert histogram.total == sum(histogram.counts) == len(values)


@given(st.lists(st.floats(1e-9, 1e6), min_size=1, max_size=50))
def test_a_summary_is_ordered_and_ends_with_the_maximum(values: list[float]) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    s = histogram.summary()
    assert s.count == len(values)
    assert s.p50 is not None
    assert s.p95 is not None
    assert s.p99 is not None
    assert s.max is not None
    assert s.p50 <= s.p95 <= s.p99 <= s.max
    assert math.isclose(s.max, max(values), abs_tol=1e-9)


def test_nothing_measured_is_said_as_nothing() -> None:
    assert Histogram().summary() == Summary(0, None, None, None, None)
    assert math.isnan(Histogram().quantile(0.5))


def test_a_negative_value_counts_as_nought_and_nan_as_very_large() -> None:
    histogram = Histogram()
    histogram.add(-1.0)
    assert histogram.quantile(1.0) == 0.0
    histogram.add(math.nan)
    assert histogram.quantile(1.0) > 1e9


@given(st.lists(st.integers(0, 10**9), max_size=60), st.lists(st.integers(0, 10**9), min_size=1, max_size=60))
def test_two_looks_at_the_buckets_tell_what_came_between(first: list[int], then: list[int]) -> None:
    whole, part = Histogram(), Histogram()
    for value in first:
        whole.add_nano(value)
    before = whole.buckets()
    for value in then:
        whole.add_nano(value)
        part.add_nano(value)
    found, alone = between(before, whole.buckets()), part.summary()
    assert found.count == alone.count == len(then)
    for one, other in zip((found.p50, found.p95, found.p99), (alone.p50, alone.p95, alone.p99), strict=True):
        assert one is not None
        assert other is not None
        assert math.isclose(one, other, rel_tol=BUCKET, abs_tol=1e-9)
    assert between(whole.buckets(), whole.buckets()) == Summary()
