"""Inverse kinematics: round trips, branches, limits, and what is out of reach."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sutura.kinematics import Arm, Unreachable, load_arm, shipped_arms
from sutura.kinematics.rotations import angle_between

Floats = NDArray[np.float64]
CLASSIC = load_arm("psm_classic_lnd")
EXACT = 1e-12  # [m, rad]
MM = 1e-3


def _random_joints(arm: Arm, count: int, seed: int) -> Floats:
    return np.random.default_rng(seed).uniform(arm.limits.lower, arm.limits.upper, (count, 6))


def _same_pose(arm: Arm, q: Floats, other: Floats) -> bool:
    (p, a), (r, b) = arm.forward_pose(tuple(q)), arm.forward_pose(tuple(other))
    return math.dist(p, r) <= EXACT and angle_between(a, b) <= EXACT


def _far_from_singular(arm: Arm, q: Floats) -> bool:
    """At least 1 mm of lever everywhere: wrist from the centre, and wrist yaw's axis from the centre."""
    depth = arm.wrist_depth(tuple(q))
    wrist_axes = arm.model.joints[5].a
    return abs(depth) > MM and abs(depth * math.cos(q[4]) + wrist_axes) > MM


@pytest.mark.parametrize("name", shipped_arms())
def test_round_trip_of_10000_configurations(name: str) -> None:
    """The pose comes back everywhere within the limits; the joints too, except within 1 mm of a singular place."""
    arm = load_arm(name)
    judged = 0
    for q in _random_joints(arm, 10_000, seed=11):
        found = arm.inverse(arm.forward(q), near=q)
        assert _same_pose(arm, found, q)
        if _far_from_singular(arm, q):
            judged += 1
            np.testing.assert_allclose(found, q, rtol=0, atol=EXACT)
    assert judged > 9_500


def test_round_trip_from_anywhere_is_within_the_limits() -> None:
    for q, near in zip(_random_joints(CLASSIC, 1000, seed=12), _random_joints(CLASSIC, 1000, seed=13), strict=True):
        found = CLASSIC.inverse(CLASSIC.forward(q), near=near)
        assert _same_pose(CLASSIC, found, q)
        assert CLASSIC.limits.contains(found.tolist())


def test_round_trip_of_an_arm_with_other_numbers(odd_arm: Arm) -> None:
    for q in _random_joints(odd_arm, 500, seed=14):
        assert _same_pose(odd_arm, odd_arm.inverse(odd_arm.forward(q), near=q), q)


def test_the_answer_is_the_nearest_branch(odd_arm: Arm) -> None:
    weights = np.array([1, 1, 10, 1, 1, 1])
    starts = _random_joints(odd_arm, 300, seed=15)
    for q, spread in zip(starts, np.random.default_rng(16).uniform(0, 1.5, 300), strict=True):
        near = q + np.random.default_rng(17).uniform(-spread, spread, 6) * [1, 1, 0.1, 1, 1, 1]
        pose = odd_arm.forward(q)
        best = min(np.linalg.norm(weights * (one - near)) for one in odd_arm.branches(pose))
        found = odd_arm.inverse(pose, near=near)
        assert np.linalg.norm(weights * (found - near)) == pytest.approx(best, abs=1e-9)


def test_branches_are_all_and_differ(odd_arm: Arm) -> None:
    for q in 0.5 * _random_joints(odd_arm, 100, seed=18):  # its mirror images are within the limits too
        found = odd_arm.branches(odd_arm.forward(q))
        assert len(found) >= 8  # three signs; more where a whole turn fits as well
        assert all(_same_pose(odd_arm, one, q) for one in found)
        assert min(np.abs(found - q).max(axis=1)) < 1e-9
        assert len({tuple(one.round(6)) for one in found}) == len(found)


def test_branches_of_the_psm_are_the_turns_of_its_roll() -> None:
    found = CLASSIC.branches(CLASSIC.forward((0.1, 0.2, 0.15, 2.0, 0.3, -0.4)))
    assert sorted(found[:, 3]) == pytest.approx([2.0 - 2 * math.pi, 2.0])
    np.testing.assert_allclose(found[:, [0, 1, 2, 4, 5]], [[0.1, 0.2, 0.15, 0.3, -0.4]] * 2, atol=EXACT)


def test_no_branch_of_a_pose_out_of_reach() -> None:
    assert CLASSIC.branches(CLASSIC.forward((0.0, 0.0, 0.5, 0.0, 0.0, 0.0))).shape == (0, 6)


@pytest.mark.parametrize("joint", [0, 1, 2, 4, 5])
@pytest.mark.parametrize("beyond", [0.02, 0.2])
@pytest.mark.parametrize("side", [-1, 1])
def test_out_of_reach_says_which_joint_by_how_much(joint: int, beyond: float, side: int) -> None:
    limits = CLASSIC.limits
    q = [0.1, -0.1, 0.2, 0.3, 0.1, 0.2]
    q[joint] = limits.upper[joint] + beyond if side > 0 else limits.lower[joint] - beyond
    with pytest.raises(Unreachable) as caught:
        CLASSIC.inverse(CLASSIC.forward(q), near=CLASSIC.home)
    if joint == 2 and side < 0:  # behind the centre another branch lacks less
        assert caught.value.excess
        return
    (excess,) = caught.value.excess
    assert excess.joint == limits.names[joint]
    assert excess.amount == pytest.approx(beyond, abs=1e-9)


def test_out_of_reach_message() -> None:
    pose = CLASSIC.forward((0.0, 0.0, 0.301, 0.0, 1.5, 0.0))
    with pytest.raises(Unreachable) as caught:
        CLASSIC.inverse(pose, near=CLASSIC.home)
    assert str(caught.value) == (
        "psm_classic_lnd: the pose is out of reach: "
        "insertion would be 301 mm, 61 mm above its upper limit 240 mm; "
        "wrist_pitch would be 1.5 rad, 0.104 rad above its upper limit 1.396 rad"
    )


@given(st.tuples(*(st.booleans() for _ in range(6))))
def test_a_corner_of_the_limits_is_within_reach(corner: tuple[bool, ...]) -> None:
    limits = CLASSIC.limits
    q = [high if up else low for up, low, high in zip(corner, limits.lower, limits.upper, strict=True)]
    found = CLASSIC.inverse(CLASSIC.forward(q), near=q)
    assert limits.contains(found.tolist())
    np.testing.assert_allclose(found, q, rtol=0, atol=1e-9)
