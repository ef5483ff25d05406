"""The low-pass filter against the theory of Butterworth filters."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from sutura.kinematics.low_pass import PoseLowPass
from sutura.kinematics.rotations import Quaternion, angle_between, normalise

IDENTITY = (0.0, 0.0, 0.0, 1.0)
finite = st.floats(-10.0, 10.0)
rotations = st.tuples(*[st.floats(-1.0, 1.0)] * 4).filter(lambda q: math.hypot(*q) > 0.1).map(normalise)


def about_z(angle: float) -> Quaternion:
    return (0.0, 0.0, math.sin(angle / 2), math.cos(angle / 2))


@given(st.tuples(finite, finite, finite), rotations, st.floats(0.5, 100.0))
def test_what_rests_passes_unchanged(
    position: tuple[float, float, float], orientation: Quaternion, cutoff: float
) -> None:
    low_pass = PoseLowPass(cutoff, 1000.0)
    for _ in range(30):
        got, turned = low_pass.step(position, orientation)
        assert got == pytest.approx(position, abs=1e-9)
        assert angle_between(turned, orientation) < 1e-6


@given(st.floats(1.0, 40.0), st.integers(0, 2))
def test_position_is_filtered_exactly_as_scipy_does(cutoff: float, axis: int) -> None:
    rng = np.random.default_rng(0)
    xs = rng.normal(size=100)
    b, a = signal.butter(2, cutoff, fs=1000.0)
    state = signal.lfilter_zi(b, a) * xs[0]
    expected, _ = signal.lfilter(b, a, xs, zi=state)
    low_pass = PoseLowPass(cutoff, 1000.0)
    got = []
    for x in xs.tolist():
        position = [0.0, 0.0, 0.0]
        position[axis] = x
        out, _ = low_pass.step((position[0], position[1], position[2]), IDENTITY)
        got.append(out[axis])
    np.testing.assert_allclose(got, expected, atol=1e-9)


@pytest.mark.parametrize(("cutoff", "frequency"), [(5.0, 10.0), (5.0, 8.0), (5.0, 12.0), (6.0, 10.0), (5.0, 5.0)])
def test_attenuation_is_that_of_a_second_order_butterworth(cutoff: float, frequency: float) -> None:
    rate = 1000.0
    low_pass = PoseLowPass(cutoff, rate)
    out = [
        low_pass.step((math.sin(2 * math.pi * frequency * k / rate), 0.0, 0.0), IDENTITY)[0][0] for k in range(4000)
    ]
    amplitude = max(abs(y) for y in out[2000:])
    warped = math.tan(math.pi * frequency / rate) / math.tan(math.pi * cutoff / rate)
    assert amplitude == pytest.approx(1.0 / math.sqrt(1.0 + warped**4), rel=0.01)


def test_small_turns_are_attenuated_like_positions() -> None:
    rate, cutoff, frequency, swing = 1000.0, 5.0, 10.0, 0.01
    low_pass = PoseLowPass(cutoff, rate)
    out = [
        low_pass.step((0.0, 0.0, 0.0), about_z(swing * math.sin(2 * math.pi * frequency * k / rate)))[1]
        for k in range(4000)
    ]
    largest = max(angle_between(q, IDENTITY) for q in out[2000:])
    warped = math.tan(math.pi * frequency / rate) / math.tan(math.pi * cutoff / rate)
    assert largest == pytest.approx(swing / math.sqrt(1.0 + warped**4), rel=0.02)


@given(st.lists(st.booleans(), min_size=20, max_size=20), rotations)
def test_the_sign_of_a_quaternion_means_nothing(signs: list[bool], start: Quaternion) -> None:
    plain, flipped = PoseLowPass(5.0, 1000.0), PoseLowPass(5.0, 1000.0)
    for k, sign in enumerate(signs):
        q = normalise((start[0] + 0.001 * k, start[1], start[2], start[3]))
        _, expected = plain.step((0.0, 0.0, 0.0), q)
        _, got = flipped.step((0.0, 0.0, 0.0), (-q[0], -q[1], -q[2], -q[3]) if sign else q)
        assert angle_between(got, expected) < 1e-7


@given(rotations, rotations)
def test_what_comes_out_is_always_a_unit_quaternion(a: Quaternion, b: Quaternion) -> None:
    low_pass = PoseLowPass(5.0, 1000.0)
    for k in range(100):
        _, q = low_pass.step((0.0, 0.0, 0.0), a if k < 50 else b)
        assert math.hypot(*q) == pytest.approx(1.0, abs=1e-9)


def test_after_a_reset_the_next_sample_passes_as_it_is() -> None:
    low_pass = PoseLowPass(5.0, 1000.0)
    for _ in range(50):
        low_pass.step((0.0, 0.0, 0.0), IDENTITY)
    low_pass.reset()
    position, orientation = low_pass.step((1.0, -2.0, 3.0), about_z(1.0))
    assert position == pytest.approx((1.0, -2.0, 3.0))
    assert angle_between(orientation, about_z(1.0)) < 1e-9


@pytest.mark.parametrize(("cutoff", "rate"), [(0.0, 1000.0), (-1.0, 1000.0), (500.0, 1000.0), (math.nan, 1000.0)])
def test_a_cutoff_that_cannot_be_is_refused(cutoff: float, rate: float) -> None:
    with pytest.raises(ValueError, match="cutoff between 0 and 500 Hz"):
        PoseLowPass(cutoff, rate)
