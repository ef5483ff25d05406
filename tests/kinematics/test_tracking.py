"""Following a moving pose: continuity, limits, singular places, and a surgeon's recorded motion."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sutura.kinematics import Joints, Solution, load_arm, shipped_arms
from sutura.kinematics.rotations import angle_between

Floats = NDArray[np.float64]
CLASSIC = load_arm("psm_classic_lnd")
CENTRE = -CLASSIC.wrist_depth((0.0,) * 6)  # insertion that puts the wrist on the remote centre
RECORDED = Path(__file__).resolve().parents[3] / "shared" / "data" / "surgeon_psm_joints.npy"


def _follow(path: Floats, start: Joints) -> list[Solution]:
    """Solve for the pose of each row of joints, each from the joints found before."""
    near, found = start, []
    for q in path:
        found.append(CLASSIC.solve(*CLASSIC.forward_pose(q.tolist()), near))
        near = found[-1].joints
    return found


def _straight(start: list[float], end: list[float], steps: int) -> Floats:
    return np.linspace(start, end, steps)


@pytest.mark.parametrize("name", shipped_arms())
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_smooth_paths_are_followed_exactly(name: str, seed: int) -> None:
    """Sums of sines through all of the Cartesian workspace, 2 s at 500 Hz; joints come back, step by step."""
    arm = load_arm(name)
    rng = np.random.default_rng(seed)
    lower, upper = np.array(arm.cartesian_limits.lower), np.array(arm.cartesian_limits.upper)
    times = np.linspace(0, 2, 1000)[:, None]
    waves = np.sin(2 * np.pi * rng.uniform(0.1, 1, 6) * times + rng.uniform(0, 2 * np.pi, 6))
    path = (lower + upper) / 2 + waves * (upper - lower) / 2
    near: tuple[float, ...] = tuple(path[0])
    for q in path:
        pose = arm.forward_pose(tuple(q))
        solution = arm.solve(*pose, near)
        assert not solution.excess
        assert solution.joints == pytest.approx(q, abs=1e-11)
        assert arm.inverse_pose(*pose, near) == solution.joints
        near = solution.joints


def test_roll_goes_on_beyond_its_limit_and_is_saturated() -> None:
    path = _straight([0, 0, 0.15, 4.0, 0.2, 0.1], [0, 0, 0.15, 5.0, 0.2, 0.1], 200)
    found = _follow(path, tuple(path[0]))
    np.testing.assert_allclose([one.joints for one in found], path, atol=1e-11)
    (excess,) = found[-1].excess
    assert excess.joint == "roll"
    assert excess.amount == pytest.approx(5.0 - 4.538)
    joints, limited = CLASSIC.saturate(found[-1].joints)
    assert limited == ("roll",)
    assert joints[3] == 4.538


def test_roll_follows_through_more_than_a_turn() -> None:
    path = _straight([0, 0, 0.15, -4.5, 0.2, 0.1], [0, 0, 0.15, 4.5, 0.2, 0.1], 500)
    np.testing.assert_allclose([one.joints for one in _follow(path, tuple(path[0]))], path, atol=1e-11)


def test_inverse_takes_the_other_turn_where_tracking_goes_beyond() -> None:
    near = (0.0, 0.0, 0.15, 4.5, 0.2, 0.1)
    pose = CLASSIC.forward_pose((0.0, 0.0, 0.15, 4.6, 0.2, 0.1))
    assert CLASSIC.solve(*pose, near).joints[3] == pytest.approx(4.6)
    assert CLASSIC.inverse_pose(*pose, near)[3] == pytest.approx(4.6 - 2 * math.pi)


def test_each_step_starts_from_saturated_joints() -> None:
    """As a node does: the arm stays at its limits while the hand goes on, and comes back with it."""
    out = _straight([0, 0, 0.2, 0, 1.0, 0], [0, 0, 0.3, 0, 1.9, 0], 200)
    near: tuple[float, ...] = tuple(out[0])
    for q in (*out, *out[::-1]):
        solution = CLASSIC.solve(*CLASSIC.forward_pose(q.tolist()), near)
        joints, limited = CLASSIC.saturate(solution.joints)
        assert set(limited) == {one.joint for one in solution.excess}
        assert max(abs(a - b) for a, b in zip(joints, near, strict=True)) < 0.02
        near = joints
    assert near == pytest.approx(out[0], abs=1e-11)


def test_passing_the_remote_centre_does_not_jump() -> None:
    path = _straight([0.2, -0.3, CENTRE + 0.01, 0.5, 0.3, 0.2], [0.2, -0.3, CENTRE - 0.0085, 0.5, 0.3, 0.2], 38)
    found = _follow(path, tuple(path[0]))
    np.testing.assert_allclose([one.joints for one in found], path, atol=1e-9)
    assert found[-1].wrist_depth == pytest.approx(-0.0085)


def _assert_same_pose(q: Joints, found: Joints) -> None:
    (p, a), (r, b) = CLASSIC.forward_pose(q), CLASSIC.forward_pose(found)
    assert math.dist(p, r) <= 1e-12
    assert angle_between(a, b) <= 1e-12


@pytest.mark.parametrize("step", [0.0, 1e-15, 1e-13, 1e-12, 1e-9, 1e-6])
def test_wrist_on_the_centre_still_has_the_pose(step: float) -> None:
    q = (0.2, -0.3, CENTRE + step, 0.5, 0.3, 0.2)
    _assert_same_pose(q, CLASSIC.solve(*CLASSIC.forward_pose(q), q).joints)


@pytest.mark.parametrize("step", [0.0, 1e-15, 1e-13, 1e-12, 1e-9, 1e-6])
def test_wrist_yaw_through_the_centre_still_has_the_pose(step: float) -> None:
    wrist_pitch = 0.8
    depth = -CLASSIC.model.joints[5].a / math.cos(wrist_pitch)
    q = (0.2, -0.3, CENTRE + depth + step, 0.5, wrist_pitch, 0.2)
    _assert_same_pose(q, CLASSIC.solve(*CLASSIC.forward_pose(q), q).joints)


@pytest.mark.parametrize("pitch", [math.pi / 2, -math.pi / 2])
@pytest.mark.parametrize("step", [0.0, 1e-14, 1e-12, 1e-9])
def test_shaft_along_the_yaw_axis_still_has_the_pose(pitch: float, step: float) -> None:
    q = (0.2, pitch + step, 0.15, 0.5, 0.3, 0.2)
    solution = CLASSIC.solve(*CLASSIC.forward_pose(q), q)
    _assert_same_pose(q, solution.joints)
    assert [one.joint for one in solution.excess] == ["pitch"]


@pytest.mark.parametrize(
    "q",
    [
        (0.2, -0.3, CENTRE, 0.5, 0.3, 0.2),
        (0.2, -0.3, CENTRE - CLASSIC.model.joints[5].a / math.cos(0.8), 0.5, 0.8, 0.2),
        (0.2, math.pi / 2, 0.15, 0.5, 0.3, 0.2),
    ],
    ids=["wrist_pitch", "wrist_yaw", "yaw"],
)
def test_an_undetermined_joint_keeps_its_place(q: Joints) -> None:
    """The pose leaves one joint open; it stays where `near` has it, so the others are as they were."""
    assert CLASSIC.solve(*CLASSIC.forward_pose(q), q).joints == pytest.approx(q, abs=1e-9)


def test_a_jump_goes_to_a_branch_within_the_limits() -> None:
    q = (0.2, -0.3, 0.15, 0.5, 0.3, 0.2)
    other = (q[0] + math.pi, math.pi - q[1], q[2], q[3] + math.pi, q[4], q[5])  # beyond the limits
    pose = CLASSIC.forward_pose(q)
    _assert_same_pose(q, other)
    assert CLASSIC.solve(*pose, other).joints == pytest.approx(other)
    away = (other[0], other[1], other[2], other[3] - 1.0, other[4], other[5])
    assert CLASSIC.solve(*pose, away).joints == pytest.approx(q)


def test_straight_wrist_is_regular() -> None:
    path = _straight([0, 0, 0.15, 0, -0.2, -0.2], [0, 0, 0.15, 0, 0.2, 0.2], 101)
    np.testing.assert_allclose([one.joints for one in _follow(path, tuple(path[0]))], path, atol=1e-12)


def test_recorded_surgeon_motion_comes_back() -> None:
    if not RECORDED.is_file():
        pytest.skip(f"no recorded motion: {RECORDED.name} is not in ../shared/data")
    path: Floats = np.load(RECORDED)
    assert path.shape == (3420, 6)
    found = _follow(path, tuple(path[0]))
    assert not any(one.excess for one in found)
    np.testing.assert_allclose([one.joints for one in found], path, rtol=0, atol=1e-12)
    speeds = np.abs(np.diff(path, axis=0)).max(axis=0) * 30
    assert (speeds < CLASSIC.limits.velocity).all()
