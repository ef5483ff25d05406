"""Joints under limits: whatever the targets do, no limit is passed, and a target that rests is reached."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.kinematics.joint_motion import JointBounds, JointMotion

LOW, HIGH, SPEED, CHANGE = -1.0, 0.5, 2.0, 40.0
BOUNDS = JointBounds(LOW, HIGH, SPEED, CHANGE)
positions = st.floats(LOW, HIGH)
steps = st.floats(1e-5, 0.01)
EPS = 1e-9


def step(motion: JointMotion, target: float, dt: float) -> float:
    """One write, as a driver makes it."""
    if not motion.follow((target,), dt):
        motion.approach((target,), dt)
    return motion.position[0]


def begun(at: float, bounds: JointBounds = BOUNDS) -> JointMotion:
    motion = JointMotion((bounds,))
    motion.rest_at((at,))
    return motion


@given(positions, st.lists(st.tuples(positions, steps), min_size=1, max_size=60))
def test_no_limit_is_ever_passed(start: float, wishes: list[tuple[float, float]]) -> None:
    motion, at, speed = begun(start), start, 0.0
    for target, dt in wishes:
        now = step(motion, target, dt)
        fast = (now - at) / dt
        assert LOW <= now <= HIGH
        assert abs(fast) <= SPEED + EPS / dt
        assert abs(fast - speed) <= CHANGE * dt + EPS / dt
        at, speed = now, fast


@given(positions, st.lists(st.tuples(positions, steps), max_size=40), positions, st.floats(1e-4, 0.01))
def test_a_target_that_rests_is_reached_and_kept(
    start: float, before: list[tuple[float, float]], target: float, dt: float
) -> None:
    motion = begun(start)
    for wish, pause in before:
        step(motion, wish, pause)
    farthest = HIGH - LOW
    needed = farthest / SPEED + 4.0 * SPEED / CHANGE
    for _ in range(round(needed / dt) + 10):
        step(motion, target, dt)
    assert motion.position == (target,)
    step(motion, target, dt)
    assert motion.velocity == (0.0,)
    assert motion.limited is None


@given(positions, positions, st.floats(1e-4, 0.01))
def test_from_rest_it_does_not_go_past_a_target_that_rests(start: float, target: float, dt: float) -> None:
    motion = begun(start)
    for _ in range(400):
        now = step(motion, target, dt)
        assert min(start, target) - EPS <= now <= max(start, target) + EPS


@given(st.floats(0.0, 0.2), st.floats(0.2, 3.0), st.floats(2e-4, 2e-3))
def test_what_moves_within_the_limits_is_followed_without_any_lag(size: float, hz: float, dt: float) -> None:
    pace = 2.0 * math.pi * hz
    size = min(size, 0.9 * SPEED / pace, 0.9 * CHANGE / pace**2)
    motion = begun(0.0)
    for k in range(1, 300):
        target = 0.5 * size * (1.0 - math.cos(pace * k * dt))
        assert step(motion, target, dt) == target
        assert motion.limited is None


def test_after_a_leap_of_the_target_it_catches_up_with_one_that_moves_on() -> None:
    motion, dt = begun(0.0), 0.001
    for k in range(400):
        step(motion, 0.05 + 0.5 * k * dt, dt)
        assert motion.limited is not None or k == 0 or k > 20
        assert motion.limited is None or k <= 100
    assert motion.position[0] == pytest.approx(0.05 + 0.5 * 399 * dt, abs=1e-12)


def test_a_target_that_stops_dead_at_a_limit_is_braked_before_it() -> None:
    motion, dt = begun(0.0), 0.001
    for k in range(1000):
        now = step(motion, min(1.9 * k * dt, HIGH), dt)
        assert now <= HIGH
    assert motion.position == (HIGH,)


def test_limits_say_which_joint_and_what() -> None:
    motion = JointMotion((BOUNDS, JointBounds(LOW, HIGH, SPEED, math.inf)))
    motion.rest_at((0.0, 0.0))
    assert motion.follow((0.00004, 0.002), 0.001), "no acceleration limit: at once at full speed"
    motion.approach((0.0003, 0.002), 0.001)
    assert motion.limited == ("joint_acceleration", 0)
    motion.approach((0.0003, 0.1), 0.001)
    assert motion.limited in {("joint_speed", 1), ("joint_acceleration", 0)}


@pytest.mark.parametrize("target", [math.nan, math.inf, -math.inf, 0.6, -1.1])
def test_the_quick_way_lets_no_bad_target_through(target: float) -> None:
    motion = begun(0.0, JointBounds(LOW, HIGH, math.inf, math.inf))
    assert not motion.follow((target,), 0.001)
    assert motion.position == (0.0,)


@pytest.mark.parametrize("dt", [0.0, -1.0])
def test_no_time_no_motion(dt: float) -> None:
    motion = begun(0.1)
    assert step(motion, 0.1001, dt) == 0.1


def test_an_arm_that_starts_beyond_a_limit_comes_back() -> None:
    motion = begun(0.6)
    for _ in range(300):
        assert 0.4 <= step(motion, 0.4, 0.001) <= 0.6
    assert motion.position == (0.4,)
