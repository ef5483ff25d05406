"""Hand to tool: anchored without a jump, scaled, turned; and the jaw's bounded following."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.kinematics import KinematicsError
from sutura.kinematics.hand_test import HandTest
from sutura.kinematics.rotations import Quaternion, Vector3, angle_between, multiply, normalise, rotate
from sutura.kinematics.scaling import Anchor, JawFollower, misalignment

MS = 1_000_000
metre = st.floats(-0.5, 0.5)
points = st.tuples(metre, metre, metre)
rotations = st.tuples(*[st.floats(-1.0, 1.0)] * 4).filter(lambda q: math.hypot(*q) > 0.1).map(normalise)
scales = st.floats(0.05, 1.0)


def anchor(hand: Vector3, turned: Quaternion, tool: Vector3, held: Quaternion, k: float, a: Quaternion) -> Anchor:
    return Anchor(hand, turned, tool, held, scale=k, alignment=a)


@given(points, rotations, points, rotations, scales, rotations)
def test_the_first_target_is_the_setpoint(
    hand: Vector3, turned: Quaternion, tool: Vector3, held: Quaternion, k: float, a: Quaternion
) -> None:
    position, orientation = anchor(hand, turned, tool, held, k, a).target(hand, turned)
    assert position == tool
    assert angle_between(orientation, held) < 1e-7


@given(points, rotations, points, rotations, scales, rotations, points)
def test_displacement_is_scaled_and_turned_by_the_alignment(
    hand: Vector3, turned: Quaternion, tool: Vector3, held: Quaternion, k: float, a: Quaternion, by: Vector3
) -> None:
    tied = anchor(hand, turned, tool, held, k, a)
    position, _ = tied.target((hand[0] + by[0], hand[1] + by[1], hand[2] + by[2]), turned)
    moved = tuple(p - t for p, t in zip(position, tool, strict=True))
    assert moved == pytest.approx(tuple(k * c for c in rotate(a, by)), abs=1e-12)
    assert math.hypot(*moved) == pytest.approx(k * math.hypot(*by), abs=1e-12)


@given(points, rotations, points, rotations, scales, rotations, rotations)
def test_a_turn_of_the_hand_is_the_same_turn_of_the_tool_in_aligned_axes(
    hand: Vector3, turned: Quaternion, tool: Vector3, held: Quaternion, k: float, a: Quaternion, by: Quaternion
) -> None:
    position, orientation = anchor(hand, turned, tool, held, k, a).target(hand, multiply(by, turned))
    assert position == tool, "turning alone moves nothing"
    aligned = multiply(multiply(a, by), (-a[0], -a[1], -a[2], a[3]))
    assert angle_between(orientation, multiply(aligned, held)) < 1e-6
    assert math.hypot(*orientation) == pytest.approx(1.0, abs=1e-12)


@given(points, rotations, points, rotations, scales, points, rotations)
def test_what_is_locked_stays_and_the_rest_moves_on(
    hand: Vector3, turned: Quaternion, tool: Vector3, held: Quaternion, k: float, to: Vector3, turn: Quaternion
) -> None:
    free = Anchor(hand, turned, tool, held, scale=k).target(to, turn)
    rotation = Anchor(hand, turned, tool, held, scale=k, lock_rotation=True).target(to, turn)
    translation = Anchor(hand, turned, tool, held, scale=k, lock_translation=True).target(to, turn)
    assert rotation == (free[0], held)
    assert translation == (tool, free[1])


@given(points, rotations, points, rotations, rotations, rotations)
def test_with_the_offset_of_before_orientation_stays_absolute(
    hand: Vector3, turned: Quaternion, tool: Vector3, held: Quaternion, turn: Quaternion, a: Quaternion
) -> None:
    first = Anchor(hand, turned, tool, held, scale=0.2, alignment=a)
    again = Anchor(hand, turn, tool, held, scale=0.5, alignment=a, offset=first.offset)
    assert angle_between(again.target(hand, turn)[1], first.target(hand, turn)[1]) < 1e-7


@given(rotations, rotations, st.floats(0.0, 3.0))
def test_misalignment_is_the_angle_between_hand_and_tool_in_the_arms_axes(
    turned: Quaternion, a: Quaternion, angle: float
) -> None:
    off = multiply((0.0, math.sin(angle / 2), 0.0, math.cos(angle / 2)), multiply(a, turned))
    assert misalignment(turned, off, a) == pytest.approx(angle, abs=1e-7)


# The hand test --------------------------------------------------------------------------------------------------


def about(axis: int, angle: float) -> Quaternion:
    sine = [0.0, 0.0, 0.0]
    sine[axis] = math.sin(angle / 2)
    return (*sine, math.cos(angle / 2))  # type: ignore[return-value]


@given(st.lists(st.floats(-0.3, 0.39), max_size=20), rotations, st.lists(st.floats(-0.03, 0.03), max_size=20))
def test_a_still_hand_does_not_pass(grippers: list[float], held: Quaternion, rolls: list[float]) -> None:
    test = HandTest(0.7, 0.07)
    for angle in grippers:
        test.see_gripper(angle)
    for roll in rolls:
        test.see_hand(multiply(held, about(2, roll)))
    assert not test.passed


@given(rotations, st.floats(0.08, 3.0))
def test_a_roll_or_a_grip_passes_and_turning_otherwise_does_not(held: Quaternion, angle: float) -> None:
    rolled, gripped, turned = (HandTest(0.7, 0.07) for _ in range(3))
    for share in (0.0, 0.5, 1.0):
        rolled.see_hand(multiply(held, about(2, share * angle)))
        turned.see_hand(multiply(held, about(0, share * angle)))
        gripped.see_gripper(0.2 + share * 0.71)
    assert rolled.passed
    assert gripped.passed
    assert not turned.passed
    rolled.reset()
    assert not rolled.passed


@pytest.mark.parametrize("alignment", [(0.0, 0.0, 0.0, 0.0), (math.nan, 0.0, 0.0, 1.0), (math.inf, 0.0, 0.0, 1.0)])
def test_an_alignment_that_is_no_rotation_is_refused(alignment: Quaternion) -> None:
    origin, identity = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)
    with pytest.raises(KinematicsError, match="quaternion"):
        Anchor(origin, identity, origin, identity, scale=0.2, alignment=alignment)


# Jaw ------------------------------------------------------------------------------------------------------------

SPEED, SLOW, TOLERANCE = 12.0, 0.6, 0.03


def follower(angle: float) -> JawFollower:
    return JawFollower(angle, SPEED, SLOW, TOLERANCE)


@given(st.lists(st.tuples(st.floats(-1.0, 1.5), st.integers(0, 3000 * MS)), min_size=2, max_size=40))
def test_the_jaw_is_never_faster_than_its_speed_and_a_pause_buys_no_leap(samples: list[tuple[float, int]]) -> None:
    jaw, now = follower(0.0), 1
    jaw.follow(samples[0][0], now)
    for gripper, pause in samples[1:]:
        before = jaw.angle
        now += pause
        after = jaw.follow(gripper, now)
        assert abs(after - before) <= SPEED * min(pause * 1e-9, 0.01) + 1e-12
        assert min(before, gripper) - 1e-12 <= after <= max(before, gripper) + 1e-12, "nor beyond the gripper"


def test_it_is_slow_until_it_has_caught_up_and_fast_from_then_on() -> None:
    jaw, now = follower(0.0), MS
    angles = [jaw.follow(0.5, now := now + MS) for _ in range(2000)]
    steps = [b - a for a, b in pairwise(angles)]
    assert max(steps[:700]) == pytest.approx(SLOW * 1e-3)
    assert jaw.angle == pytest.approx(0.5)
    assert jaw.follow(1.5, now + MS) == pytest.approx(0.5 + SPEED * 1e-3)
    jaw.catch_up()
    assert jaw.follow(1.5, now + 2 * MS) == pytest.approx(0.5 + SPEED * 1e-3 + SLOW * 1e-3)


def test_while_held_it_keeps_its_angle_and_the_pause_does_not_count() -> None:
    jaw = follower(0.2)
    for k in range(1, 100):
        assert jaw.hold(k * MS) == 0.2
    assert jaw.follow(1.0, 100 * MS) == pytest.approx(0.2 + SLOW * 1e-3)
