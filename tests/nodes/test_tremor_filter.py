"""The tremor filter as a node: gaps, clutch and live changes without a jump, and refusals that change nothing."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sutura.messages import Clutch, MotionLocks, OperatorPresence, Pose
from sutura.nodes import BadParameters, RequestRefused, changed_params
from sutura.nodes.stock.tremor_filter import TremorFilter
from sutura.runtime.errors import NodeCrashed

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, MakeBench

ORIENTATION = (0.0, 0.0, 0.0, 1.0)
SETPOINT = Pose((0.01, 0.02, -0.11), (1.0, 0.0, 0.0, 0.0))


def at(x: float) -> Pose:
    return Pose((x, 0.0, 0.0), ORIENTATION)


def shaken(begin: float, end: float) -> list[float]:
    """A slow hand with tremor between two times, 1 ms apart."""
    times = [begin + 0.001 * k for k in range(round(1000 * (end - begin)))]
    return [0.03 * math.sin(t) + 3e-4 * math.sin(2.0 * math.pi * 9.7 * t) for t in times]


def feed(b: Bench, xs: list[float], port: str = "measured_cp", step: float = 0.001) -> None:
    for x in xs:
        b.send(port, at(x), valid_for=0.05)
        b.run_for(step)


def heard(b: Bench, port: str = "filtered_cp") -> list[float]:
    return [f.payload.position[0] for f in b.said(port) if isinstance(f.payload, Pose)]


def largest_step(xs: list[float]) -> float:
    return max(abs(b - a) for a, b in pairwise(xs))


def change(b: Bench, **values: object) -> None:
    b.host.set_params(b.node, changed_params("n", b.node.params, values))


def test_every_sample_is_filtered_and_keeps_its_origin(bench: MakeBench) -> None:
    b = bench("tremor_filter")
    feed(b, [0.1] * 20)
    assert heard(b) == pytest.approx([0.1] * 20)
    frame = b.said("filtered_cp")[-1]
    assert frame.origin == frame.stamp
    assert frame.expires == frame.stamp + 50_000_000


def test_tremor_goes_and_movement_stays(bench: MakeBench) -> None:
    b = bench("tremor_filter")
    feed(b, shaken(0.0, 4.0))
    meant = 0.03 * np.sin(0.001 * np.arange(4000))
    assert np.abs(np.array(heard(b)) - meant)[1500:].max() < 0.25 * 3e-4


def test_it_shows_what_its_fir_does(bench: MakeBench) -> None:
    b = bench("tremor_filter")
    shown = b.node.gauges
    assert shown["attenuation_db"] >= 27.0
    assert shown["gain_db"] <= 3.5
    assert shown["lag"] < 0.001
    change(b, filter="kalman")
    assert shown == {}


def test_the_first_sample_after_a_gap_passes_as_it_is_and_nothing_jumps_after(bench: MakeBench) -> None:
    b = bench("tremor_filter")
    feed(b, shaken(0.0, 2.0))
    b.run_for(0.06)
    after = shaken(5.0, 6.5)
    feed(b, after)
    out = heard(b)[2000:]
    assert out[0] == after[0]
    assert largest_step(out) < 1.5 * largest_step(after)


def test_a_short_gap_is_filled_in_and_forgets_nothing(bench: MakeBench) -> None:
    whole, holed = bench("tremor_filter"), bench("tremor_filter")
    hand = shaken(0.0, 3.0)
    feed(whole, hand)
    feed(holed, hand[:2000])
    holed.run_for(0.008)
    feed(holed, hand[2008:])
    assert heard(holed)[2000:] == pytest.approx(heard(whole)[2008:], abs=2e-5)


def test_a_slower_master_is_filtered_at_the_right_frequencies(bench: MakeBench) -> None:
    b = bench("tremor_filter")
    hand = shaken(0.0, 4.0)
    feed(b, hand[::4], step=0.004)
    meant = 0.03 * np.sin(0.004 * np.arange(1000))
    assert np.abs(np.array(heard(b)) - meant)[400:].max() < 0.25 * 3e-4


def test_a_faster_master_is_reported_once(bench: MakeBench) -> None:
    b = bench("tremor_filter", params={"rate": 500.0})
    feed(b, [0.1] * 400)
    assert [e.text for e in b.events if e.kind == "rate"] == [
        "the hand's samples come faster than the rate of 500 Hz, so that tremor passes"
    ]


def test_a_clutch_in_the_middle_of_a_movement_moves_the_arm_by_nothing(bench: MakeBench) -> None:
    wires = {"n2.master": ("n/filtered_cp",), "n2.camera_pedal": (), "n2.selection": (), "n2.camera_cp": ()}
    b = bench("tremor_filter", "motion_scaling", wires=wires)
    hand = shaken(0.0, 4.0)
    for k, x in enumerate(hand):
        b.send("setpoint_cp", SETPOINT, valid_for=0.1)
        b.send("clutch", Clutch(k < 1500 or 2500 <= k < 3000), valid_for=0.05)
        b.send("present", OperatorPresence(True), valid_for=0.05)
        b.send("locks", MotionLocks(rotation=False, translation=False), valid_for=0.05)
        b.send("measured_cp", at(x), valid_for=0.05)
        b.run_for(0.001)
    told = [f.payload.position[0] for f in b.said("target", "n2") if isinstance(f.payload, Pose)]
    moved = [abs(b - a) for a, b in pairwise(told)]
    scale, hand_step = 0.2, largest_step(hand)
    assert max(moved[:2490]) < 1.5 * scale * hand_step
    assert told[3000] == pytest.approx(SETPOINT.position[0], abs=1.5 * scale * hand_step)
    assert max(moved[3010:]) < 1.5 * scale * hand_step
    filtered = heard(b)
    assert largest_step(filtered) < 1.5 * hand_step, "the filter itself knows nothing of the clutch"


@pytest.mark.parametrize("name", ["butterworth", "one_euro", "wflc", "bmflc", "kalman", "none"])
def test_a_live_change_to_another_filter_and_back_does_not_jump(bench: MakeBench, name: str) -> None:
    b = bench("tremor_filter")
    hand = shaken(0.0, 3.0)
    feed(b, hand[:1500])
    change(b, filter=name)
    feed(b, hand[1500:2200])
    change(b, filter="fir")
    feed(b, hand[2200:])
    assert largest_step(heard(b)) < 1.5 * largest_step(hand)
    assert isinstance(b.node.params, TremorFilter.Params)
    assert b.node.params.filter == "fir"


def test_a_live_change_of_a_cutoff_does_not_jump(bench: MakeBench) -> None:
    b = bench("tremor_filter", params={"filter": "butterworth"})
    ramp = [0.0001 * k for k in range(1400)]
    feed(b, ramp[:700])
    assert ramp[699] - heard(b)[-1] > 0.002, "it lags behind a moving hand"
    change(b, cutoff=10.0)
    feed(b, ramp[700:])
    assert largest_step(heard(b)) < 0.0003


def test_settings_that_do_not_fit_are_refused_and_nothing_changes(bench: MakeBench) -> None:
    b = bench("tremor_filter", params={"filter": "butterworth", "rate": 100.0})
    feed(b, [0.0] * 10)
    with pytest.raises(BadParameters, match=r"cutoff between 0 and 50 Hz, came 60"):
        change(b, cutoff=60.0)
    with pytest.raises(RequestRefused, match="the rate of the hand's samples cannot change"):
        change(b, rate=200.0)
    with pytest.raises(RequestRefused, match="a FIR is designed before the run starts"):
        change(b, filter="fir", attenuation=20.0)
    assert isinstance(b.node.params, TremorFilter.Params)
    assert (b.node.params.cutoff, b.node.params.filter) == (5.0, "butterworth")
    feed(b, [0.0] * 10)
    assert heard(b) == pytest.approx([0.0] * 20)


def test_a_design_that_cannot_be_does_not_start(bench: MakeBench) -> None:
    with pytest.raises(NodeCrashed, match=r"TremorDesignError: .* allow more gain"):
        bench("tremor_filter", params={"rate": 200.0, "allowed_gain": 1.0})
