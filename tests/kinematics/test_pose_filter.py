"""Poses through tremor filters: starts, changes, gaps and fast movement without a jump; turns as a group."""

import math
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutura.kinematics.rotations import (
    Quaternion,
    Vector3,
    angle_between,
    from_rotation_vector,
    multiply,
    normalise,
)
from sutura.kinematics.tremor import FilterName, PoseFilter, TremorSettings, design_fir, fir_wanted

RATE = 1000.0
IDENTITY: Quaternion = (0.0, 0.0, 0.0, 1.0)
NAMES: tuple[FilterName, ...] = get_args(FilterName)
rotations = st.tuples(*[st.floats(-1.0, 1.0)] * 4).filter(lambda q: math.hypot(*q) > 0.1).map(normalise)


def about_z(angle: float) -> Quaternion:
    return from_rotation_vector((0.0, 0.0, angle))


def hand(t: float) -> Vector3:
    """Slow movement of up to 60 mm/s with a tremor of 0.3 mm."""
    shake = 3e-4 * math.sin(2.0 * math.pi * 9.3 * t)
    return 0.03 * math.sin(2.0 * t) + shake, 0.02 * math.cos(1.3 * t) - shake, 0.01 * t


def fastest(path: list[Vector3]) -> float:
    """[m/s]"""
    return RATE * max(math.dist(a, b) for a, b in pairwise(path))


def the_bound() -> float:
    """How much faster than the hand a FIR's output can be, whatever the hand does: what its taps add up to; and as
    far as the output can be beside the hand, times how fast it is faded and blended."""
    taps = np.abs(design_fir(fir_wanted(TremorSettings())))
    beside = float((taps * np.arange(taps.size)).sum()) / RATE
    return float(taps.sum()) + beside * 1.5 * (1.0 / 0.5 + 1.0 / 0.1)


@pytest.mark.parametrize("name", NAMES)
def test_a_start_in_the_middle_of_a_movement_does_not_jump(name: FilterName) -> None:
    made = PoseFilter(TremorSettings(filter=name))
    path = [hand(0.4 + k / RATE) for k in range(1500)]
    out = [made.step(place, IDENTITY)[0] for place in path]
    assert out[0] == path[0]
    assert fastest(out) < 1.5 * fastest(path)


def test_a_start_errs_by_little_more_than_the_tremor_and_ends_within_the_memory() -> None:
    off = []
    for begin in np.arange(0.0, 6.0, 0.37).tolist():
        made = PoseFilter(TremorSettings())
        for k in range(1600):
            x, y, z = made.step(hand(begin + k / RATE), IDENTITY)[0]
            t = begin + k / RATE
            off.append((k, x - 0.03 * math.sin(2.0 * t), y - 0.02 * math.cos(1.3 * t), z - 0.01 * t))
    table = np.abs(np.array(off))
    assert table[:, 1:].max() < 1.15 * 3e-4
    assert table[table[:, 0] > 1250][:, 1:].max() < 0.25 * 3e-4


@given(st.lists(st.tuples(*[st.floats(-1.0, 1.0)] * 3), min_size=3, max_size=12), st.integers(5, 200))
@settings(max_examples=40, deadline=None)
def test_whatever_the_hand_does_the_output_is_bounded_by_its_speed(ways: list[Vector3], steps: int) -> None:
    """The hand goes straight on, turns on the spot and begins anew after a gap, at up to 0.3 m/s."""
    made, here = PoseFilter(TremorSettings()), (0.0, 0.0, 0.0)
    bound = the_bound()
    for i, way in enumerate(ways):
        if i == len(ways) // 2:
            made.reset()
        path, out = [], []
        for _ in range(steps):
            x, y, z = (a + 1.7e-4 * b for a, b in zip(here, way, strict=True))
            here = (x, y, z)
            path.append(here)
            out.append(made.step(here, IDENTITY)[0])
        assert fastest(out) <= bound * 0.3
        assert math.dist(out[0], path[0]) <= 0.3 * 0.52 * 4.31


def test_after_a_reset_the_next_sample_passes_as_it_is() -> None:
    made = PoseFilter(TremorSettings())
    for k in range(500):
        made.step(hand(k / RATE), about_z(k / RATE))
    made.reset()
    position, orientation = made.step((1.0, -2.0, 3.0), about_z(1.0))
    assert position == (1.0, -2.0, 3.0)
    assert angle_between(orientation, about_z(1.0)) < 1e-9


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 700)), min_size=2, max_size=5))
@settings(max_examples=25, deadline=None)
def test_changes_do_not_jump_even_within_one_another(changes: list[tuple[FilterName, int]]) -> None:
    made = PoseFilter(TremorSettings(filter=changes[0][0]))
    path: list[Vector3] = []
    out: list[Vector3] = []
    turns: list[Quaternion] = []
    for name, length in changes:
        made.change(TremorSettings(filter=name))
        for _ in range(length):
            t = len(path) / RATE
            path.append(hand(t))
            position, orientation = made.step(path[-1], about_z(math.sin(t)))
            out.append(position)
            turns.append(orientation)
    if len(out) > 1:
        assert fastest(out) < 2.5 * fastest(path)
        assert RATE * max(angle_between(a, b) for a, b in pairwise(turns)) < 2.5


@given(st.sampled_from(NAMES), st.lists(st.booleans(), min_size=20, max_size=20), rotations)
@settings(max_examples=30, deadline=None)
def test_the_sign_of_a_quaternion_means_nothing(name: FilterName, signs: list[bool], start: Quaternion) -> None:
    plain, flipped = (PoseFilter(TremorSettings(filter=name)) for _ in range(2))
    for k, sign in enumerate(signs):
        q = normalise((start[0] + 0.001 * k, start[1], start[2], start[3]))
        _, expected = plain.step((0.0, 0.0, 0.0), q)
        _, got = flipped.step((0.0, 0.0, 0.0), (-q[0], -q[1], -q[2], -q[3]) if sign else q)
        assert angle_between(got, expected) < 1e-7
        assert math.hypot(*got) == pytest.approx(1.0, abs=1e-9)


def test_a_turn_is_filtered_as_a_position_however_far_it_goes() -> None:
    """Twice round at 1.6 rad/s, with tremor; 1 rad counts as 50 mm."""
    made, axis = PoseFilter(TremorSettings()), (0.6, 0.0, 0.8)
    for k in range(8000):
        angle = 1.6 * k / RATE + 5e-3 * math.sin(2.0 * math.pi * 9.0 * k / RATE)
        (x, _, _), q = made.step(
            (0.05 * angle, 0.0, 0.0), from_rotation_vector((axis[0] * angle, 0.0, axis[2] * angle))
        )
        expected = from_rotation_vector((axis[0] * x / 0.05, 0.0, axis[2] * x / 0.05))
        assert angle_between(q, expected) < 1e-6


@pytest.mark.parametrize("start", [IDENTITY, normalise((0.5, -0.4, 0.7, -0.1))])
def test_tremor_in_a_hand_that_turns_about_several_axes_loses_24_db(start: Quaternion) -> None:
    calm, shaken, off, late = PoseFilter(TremorSettings()), PoseFilter(TremorSettings()), [], []
    for k in range(6000):
        t = k / RATE
        meant = multiply(start, from_rotation_vector((math.sin(1.1 * t), 0.8 * math.cos(0.7 * t), 0.5 * t)))
        shake = 3e-3 * math.sin(2.0 * math.pi * 10.5 * t)
        turned = multiply(meant, from_rotation_vector((shake, -shake, 0.0)))
        _, without = calm.step((0.0, 0.0, 0.0), meant)
        _, got = shaken.step((0.0, 0.0, 0.0), turned)
        off.append(angle_between(without, got))
        late.append(angle_between(meant, without))
    tremor_rms = 3e-3  # of both axes together
    assert np.sqrt(np.mean(np.square(off[2500:]))) < tremor_rms * 10.0 ** (-24.0 / 20.0)
    assert max(late[2500:]) < 1.5e-3, "of turns of more than a radian"


def test_lost_samples_are_filled_in() -> None:
    whole, holed = (PoseFilter(TremorSettings()) for _ in range(2))
    missed, off = 0, []
    random = np.random.default_rng(4)
    for k in range(4000):
        expected, turned = whole.step(hand(k / RATE), about_z(math.sin(k / RATE)))
        if k and random.random() < 0.3 and missed < 5:
            missed += 1
            continue
        got, q = holed.step(hand(k / RATE), about_z(math.sin(k / RATE)), missed)
        missed = 0
        off.append(math.dist(got, expected))
        assert angle_between(q, turned) < 1e-4
    assert max(off) < 1e-5


def test_fast_deliberate_movement_fades_the_filter_out_and_it_comes_back() -> None:
    def farthest(deliberate: float) -> tuple[float, float]:
        made, off = PoseFilter(TremorSettings(deliberate=deliberate)), []
        for k in range(6000):
            s = min(1.0, max(0.0, (k / RATE - 2.0) / 0.5))
            x = 0.05 * (10.0 * s**3 - 15.0 * s**4 + 6.0 * s**5)
            shake = 3e-4 * math.sin(2.0 * math.pi * 9.3 * k / RATE)
            off.append(made.step((x + shake, 0.0, 0.0), IDENTITY)[0][0] - x)
        return max(map(abs, off[1500:4500])), max(map(abs, off[5000:]))

    faded, after = farthest(2e-4)
    never, never_after = farthest(0.0)
    assert faded < 0.6 * never
    assert after == pytest.approx(never_after, abs=5e-6)
    assert after < 0.1 * 3e-4


def test_slow_movement_and_a_large_tremor_do_not_fade_it() -> None:
    faded, never = (PoseFilter(TremorSettings(deliberate=d)) for d in (2e-4, 0.0))
    for k in range(5000):
        x, y, z = hand(k / RATE)
        large = 1e-3 * math.sin(2.0 * math.pi * 10.0 * k / RATE)
        out = [made.step((x, y, z + large), IDENTITY)[0] for made in (faded, never)]
        if k > 2000:
            assert out[0] == pytest.approx(out[1], abs=1e-12)
