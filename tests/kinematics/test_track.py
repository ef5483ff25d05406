"""One step of following: never beyond a limit, never on another branch, never a jump that the hand did not make."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutura.kinematics import Joints, load_arm, shipped_arms
from sutura.kinematics.rotations import angle_between, conjugate, from_rotation_vector, multiply
from sutura.kinematics.scaling import Anchor

CLASSIC = load_arm("psm_classic_lnd")
SHARES = st.tuples(*(st.floats(0.0, 1.0) for _ in range(6)))
STEP = st.tuples(*(st.floats(-1.0, 1.0) for _ in range(6)))
FIRST = (1.0, 1.0, 1.0)  # signs of the branch on which all Cartesian commands of these arms lie


def within_cartesian(shares: tuple[float, ...]) -> tuple[float, ...]:
    limits = CLASSIC.cartesian_limits
    return tuple(lo + k * (hi - lo) for k, lo, hi in zip(shares, limits.lower, limits.upper, strict=True))


def branch(q: tuple[float, ...]) -> tuple[float, float, float]:
    """The signs that tell the branches apart: wrist yaw's lever, depth of the wrist, sine of the pitch."""
    depth, neck = CLASSIC.wrist_depth(q), CLASSIC.model.joints[5].a
    levers = (neck + depth * math.cos(q[4]), depth, math.cos(q[1]))
    return tuple(math.copysign(1.0, lever) for lever in levers)  # type: ignore[return-value]


@given(SHARES, SHARES)
def test_wherever_the_pose_jumps_the_joints_stay_within_limits_and_on_their_branch(
    shares: tuple[float, ...], to: tuple[float, ...]
) -> None:
    near = within_cartesian(shares)
    beyond = [-4.0 + 8.0 * k if i != 2 else -0.2 + 0.6 * k for i, k in enumerate(to)]
    joints, _ = CLASSIC.track(*CLASSIC.forward_pose(beyond), near)
    assert CLASSIC.cartesian_limits.contains(joints)
    assert branch(joints) == FIRST


@given(SHARES)
def test_within_the_limits_it_is_the_exact_solution(shares: tuple[float, ...]) -> None:
    q = within_cartesian(shares)
    joints, limited = CLASSIC.track(*CLASSIC.forward_pose(q), q)
    assert joints == pytest.approx(q, abs=1e-9)
    assert limited == ()


@pytest.mark.parametrize("name", shipped_arms())
def test_the_wrist_stays_deep_enough_for_cartesian_commands(name: str) -> None:
    arm = load_arm(name)
    near: tuple[float, ...] = arm.home
    for k in range(101):
        wanted = (0.1, 0.1, arm.min_wrist_depth - arm.wrist_depth((0.0,) * 6) + 1e-3 * (80 - k), 0.0, 0.0, 0.0)
        near, limited = arm.track(*arm.forward_pose(wanted), near)
        assert arm.wrist_depth(near) >= arm.min_wrist_depth - 1e-12
    assert limited == ("insertion",)


def test_a_wrist_that_starts_too_shallow_stays_and_comes_away() -> None:
    start = (0.1, 0.1, 0.03, 0.0, 0.0, 0.0)
    shallower, deeper = (0.1, 0.1, 0.029, 0.0, 0.0, 0.0), (0.1, 0.1, 0.031, 0.0, 0.0, 0.0)
    for wanted, got, names in ((start, start, ()), (shallower, start, ("insertion",)), (deeper, deeper, ())):
        joints, limited = CLASSIC.track(*CLASSIC.forward_pose(wanted), start)
        assert joints == pytest.approx(got, abs=1e-9)
        assert limited == names


@settings(max_examples=60, deadline=None)
@given(SHARES, st.lists(STEP, min_size=1, max_size=8))
def test_anchored_at_its_limits_the_tool_moves_no_further_than_the_hand_and_turns_back_with_it(
    shares: tuple[float, ...], steps: list[tuple[float, ...]]
) -> None:
    """Saturation and re-anchoring as pure functions, without delay: continuous and bounded along any path."""
    near = within_cartesian(shares)
    hand, turn = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)
    anchor = Anchor(hand, turn, *CLASSIC.forward_pose(near), scale=1.0)
    for dx, dy, dz, *by in steps:
        for _ in range(40):  # at most 0.2 m/s and 2 rad/s, at 1 kHz
            hand = (hand[0] + 2e-4 * dx, hand[1] + 2e-4 * dy, hand[2] + 2e-4 * dz)
            turn = multiply(from_rotation_vector(tuple(2e-3 * b for b in by)), turn)  # type: ignore[arg-type]
            joints, limited = CLASSIC.track(*anchor.target(hand, turn), near)
            assert CLASSIC.cartesian_limits.contains(joints)
            assert max(abs(a - b) for a, b in zip(joints, near, strict=True)) < 0.05
            if limited:
                anchor = Anchor(hand, turn, *CLASSIC.forward_pose(joints), scale=1.0)
                assert math.dist(anchor.target(hand, turn)[0], CLASSIC.forward_pose(joints)[0]) < 1e-12
            near = joints


def _pushed(at: Joints, joint: int, by: float, count: int) -> Joints:
    """Push one joint's way against its limit, step by step, each time anchored anew, and come back one step."""
    near: tuple[float, ...] = at
    for step in (*([by] * count), -by):
        q = list(near)
        q[joint] += step
        near, _ = CLASSIC.track(*CLASSIC.forward_pose(q), near)
    return near  # type: ignore[return-value]


@pytest.mark.parametrize("joint", range(6))
@pytest.mark.parametrize("side", [-1, 1])
def test_nothing_winds_up_at_a_limit(joint: int, side: int) -> None:
    """However long the hand pushes, one step back leaves the limit by one step."""
    limits = CLASSIC.cartesian_limits
    q = [0.1, -0.1, 0.15, 0.3, 0.1, 0.2]
    limit = q[joint] = (limits.lower if side < 0 else limits.upper)[joint]
    back = _pushed(tuple(q), joint, side * 1e-3, 50)  # type: ignore[arg-type]
    assert back[joint] == pytest.approx(limit - side * 1e-3, abs=5e-5)


@pytest.mark.parametrize("joint", [0, 1, 2])
def test_pushing_sideways_against_a_limit_does_not_turn_the_tool(joint: int) -> None:
    limits = CLASSIC.cartesian_limits
    q = [0.1, -0.1, 0.15, 0.3, 0.1, 0.2]
    q[joint] = limits.upper[joint]
    position, orientation = CLASSIC.forward_pose(q)
    outward = list(q)
    outward[joint] += 1e-3
    by = [b - a for a, b in zip(position, CLASSIC.forward_pose(outward)[0], strict=True)]
    near: tuple[float, ...] = tuple(q)
    for _ in range(200):
        (x, y, z), turned = CLASSIC.forward_pose(near)
        near, limited = CLASSIC.track((x + by[0], y + by[1], z + by[2]), turned, near)
    assert limited
    assert angle_between(CLASSIC.forward_pose(near)[1], orientation) < 1e-9


@pytest.mark.parametrize("joint", [3, 4, 5])
def test_turning_against_a_limit_hardly_shifts_the_tip(joint: int) -> None:
    limits = CLASSIC.cartesian_limits
    q = [0.1, -0.1, 0.15, 0.3, 0.1, 0.2]
    q[joint] = limits.upper[joint]
    position, orientation = CLASSIC.forward_pose(q)
    outward = list(q)
    outward[joint] += 1e-3
    by = multiply(CLASSIC.forward_pose(outward)[1], conjugate(orientation))
    near: tuple[float, ...] = tuple(q)
    for _ in range(500):  # half a radian
        at, turned = CLASSIC.forward_pose(near)
        near, limited = CLASSIC.track(at, multiply(by, turned), near)
    assert limited
    assert math.dist(CLASSIC.forward_pose(near)[0], position) < 2e-4
