"""The tremor filter as a node: gaps and live changes without a jump, and refusals that change nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from sutura.messages import Pose
from sutura.nodes import RequestRefused, changed_params
from sutura.nodes.stock.tremor_filter import TremorFilter

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, MakeBench

ORIENTATION = (0.0, 0.0, 0.0, 1.0)


def at(x: float) -> Pose:
    return Pose((x, 0.0, 0.0), ORIENTATION)


def feed(b: Bench, xs: list[float]) -> None:
    for x in xs:
        b.send("measured_cp", at(x), valid_for=0.05)
        b.run_for(0.001)


def heard(b: Bench) -> list[float]:
    return [f.payload.position[0] for f in b.said("filtered_cp") if isinstance(f.payload, Pose)]


def test_every_sample_is_filtered_and_keeps_its_origin(bench: MakeBench) -> None:
    b = bench("tremor_filter")
    feed(b, [0.1] * 20)
    assert heard(b) == pytest.approx([0.1] * 20)
    frame = b.said("filtered_cp")[-1]
    assert frame.origin == frame.stamp
    assert frame.expires == frame.stamp + 50_000_000


def test_the_first_sample_after_a_gap_passes_as_it_is(bench: MakeBench) -> None:
    b = bench("tremor_filter")
    feed(b, [0.0] * 50)
    b.run_for(0.06)
    feed(b, [1.0, 1.0])
    assert heard(b)[-2:] == pytest.approx([1.0, 1.0])


def test_a_live_change_does_not_jump(bench: MakeBench) -> None:
    b = bench("tremor_filter")
    ramp = [0.0001 * k for k in range(400)]
    feed(b, ramp[:200])
    assert ramp[199] - heard(b)[-1] > 0.002, "it lags behind a moving hand"
    b.host.set_params(b.node, changed_params("n", b.node.params, {"cutoff": 10.0}))
    feed(b, ramp[200:])
    steps = [b - a for a, b in zip(heard(b), heard(b)[1:], strict=False)]
    assert max(map(abs, steps)) < 0.0003


def test_an_impossible_cutoff_is_refused_and_nothing_changes(bench: MakeBench) -> None:
    b = bench("tremor_filter", params={"rate": 100.0})
    feed(b, [0.0] * 10)
    with pytest.raises(RequestRefused, match=r"cutoff between 0 and 50 Hz, came 60"):
        b.host.set_params(b.node, changed_params("n", b.node.params, {"cutoff": 60.0}))
    assert isinstance(b.node.params, TremorFilter.Params)
    assert b.node.params.cutoff == 5.0
    feed(b, [0.0] * 10)
    assert len(heard(b)) == 20
    assert not math.isnan(heard(b)[-1])
