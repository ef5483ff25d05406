"""Deflections become a pose: shaped, limited in speed, kept within reach."""

import math

from hypothesis import given
from hypothesis import strategies as st

from sutura.hw_drivers.inputs.rate_motion import RateMotion, RateOptions, shaped
from sutura.kinematics.rotations import IDENTITY, angle_between

OPTIONS = RateOptions(speed=0.1, turn=0.5, reach=0.05, turn_reach=0.7)
DT = 0.001
ROUNDING = 1e-9

deflections = st.floats(-1.5, 1.5)
vectors = st.tuples(deflections, deflections, deflections)
moves = st.lists(st.tuples(vectors, vectors, deflections, st.floats(-1.0, 1.0)), max_size=60)


@given(one=deflections, other=deflections, dead_zone=st.floats(0.0, 0.9), expo=st.floats(0.0, 1.0))
def test_the_curve_grows_is_odd_and_stays_within_one(
    one: float, other: float, dead_zone: float, expo: float
) -> None:
    low, high = sorted((one, other))
    assert -1.0 <= shaped(low, dead_zone, expo) <= shaped(high, dead_zone, expo) <= 1.0
    assert shaped(-one, dead_zone, expo) == -shaped(one, dead_zone, expo)


@given(dead_zone=st.floats(0.0, 0.9), expo=st.floats(0.0, 1.0), within=st.floats(-1.0, 1.0))
def test_nothing_within_the_dead_zone_and_everything_at_the_stop(
    dead_zone: float, expo: float, within: float
) -> None:
    assert shaped(within * dead_zone, dead_zone, expo) == 0.0
    assert math.isclose(shaped(1.0, dead_zone, expo), 1.0)


def test_more_expo_is_finer_about_the_middle() -> None:
    fine, plain = shaped(0.3, 0.1, 1.0), shaped(0.3, 0.1, 0.0)
    assert 0.0 < fine < 0.1 * plain


@given(moves=moves)
def test_no_step_is_faster_than_the_limits_and_none_leaves_the_reach(
    moves: list[tuple[tuple[float, float, float], tuple[float, float, float], float, float]],
) -> None:
    motion = RateMotion(OPTIONS)
    for along, about, opening, dt in moves:
        position, orientation, gripper = motion.position, motion.orientation, motion.gripper
        motion.move(along, about, opening, dt)
        step = min(max(dt, 0.0), 0.02)
        assert math.dist(motion.position, position) <= OPTIONS.speed * step + ROUNDING
        assert angle_between(motion.orientation, orientation) <= OPTIONS.turn * step + 1e-7
        assert abs(motion.gripper - gripper) <= OPTIONS.gripper_speed * step + ROUNDING
        assert all(abs(c) <= OPTIONS.reach for c in motion.position)
        assert angle_between(motion.orientation, IDENTITY) <= OPTIONS.turn_reach + 1e-7
        assert 0.0 <= motion.gripper <= OPTIONS.gripper_open


@given(moves=moves)
def test_the_way_back_ends_in_the_middle_and_keeps_the_limits(
    moves: list[tuple[tuple[float, float, float], tuple[float, float, float], float, float]],
) -> None:
    motion = RateMotion(OPTIONS)
    for along, about, opening, dt in moves:
        motion.move(along, about, opening, dt)
    gripper = motion.gripper
    for _ in range(200):
        position, orientation = motion.position, motion.orientation
        motion.go_back(0.01)
        assert math.dist(motion.position, position) <= OPTIONS.speed * 0.01 + ROUNDING
        assert angle_between(motion.orientation, orientation) <= OPTIONS.turn * 0.01 + 1e-7
    assert motion.position == (0.0, 0.0, 0.0)
    assert angle_between(motion.orientation, IDENTITY) < 1e-7
    assert motion.gripper == gripper


def test_full_deflection_goes_at_full_speed_also_across() -> None:
    straight, across = RateMotion(OPTIONS), RateMotion(OPTIONS)
    for _ in range(100):
        straight.move((1.0, 0.0, 0.0), (0.0, 0.0, 1.0), 1.0, DT)
        across.move((1.0, -1.0, 0.0), (0.0, 0.0, 0.0), 0.0, DT)
    assert math.isclose(straight.position[0], 0.01)
    assert math.isclose(math.hypot(*across.position), 0.01)
    assert across.position[1] < 0.0
    assert math.isclose(angle_between(straight.orientation, IDENTITY), 0.05)
    assert math.isclose(straight.gripper, 0.08)
