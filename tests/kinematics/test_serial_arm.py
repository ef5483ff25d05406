"""Serial arms from URDF and MJCF: kinematics, limits, speed, posture, and the remote centre."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

from sutura.kinematics import Unreachable, load_arm, open_arm, shipped_serial_arms
from sutura.kinematics.rotations import angle_between
from sutura.kinematics.serial import SerialArm, load_serial_arm
from sutura.kinematics.serial.box_least_squares import solve_between
from tests.kinematics import serial_arms

SEVEN = load_serial_arm("seven_joint")
DT = 0.001


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> SerialArm:
    return load_serial_arm(serial_arms.write(tmp_path_factory.mktemp("arm")))


def inside(arm: SerialArm, seed: int, share: float = 0.9) -> tuple[float, ...]:
    """Joints somewhere within the limits."""
    lower, upper = np.array(arm.limits.lower), np.array(arm.limits.upper)
    middle, half = (lower + upper) / 2, (upper - lower) / 2
    return tuple((middle + share * half * np.random.default_rng(seed).uniform(-1, 1, len(lower))).tolist())


def test_ours_ship_under_their_names_and_kinds() -> None:
    assert shipped_serial_arms() == ("seven_joint", "so101")
    for name in shipped_serial_arms():
        assert open_arm(name).name == name
    assert open_arm("psm_classic_lnd").joint_names == load_arm("psm_classic_lnd").joint_names


def test_the_so101_is_as_long_as_published_and_turns_the_published_ways() -> None:
    arm = load_serial_arm("so101")
    base_T_tip = arm.forward(arm.home)
    np.testing.assert_allclose(base_T_tip[:3, 3], (0.3914, 0.0, 0.2265), atol=3e-4)
    np.testing.assert_allclose(base_T_tip[:3, 2], (1.0, 0.0, 0.0), atol=1e-9)
    axes = arm.jacobian(arm.home)[3:].T
    np.testing.assert_allclose(axes, [(0, 0, -1), (0, 1, 0), (0, 1, 0), (0, 1, 0), (-1, 0, 0)], atol=1e-9)


def test_an_arm_of_five_joints_follows_poses_that_it_can_have() -> None:
    arm = load_serial_arm("so101")
    joints = arm.home
    for step in range(1, 101):
        wanted = tuple(0.004 * step * sign for sign in (1, -1, 1, 0.5, -1))
        found = arm.track(*arm.forward_pose(wanted), joints, 0.01)
        joints = found.joints
        assert found.limited == ()
        assert joints == pytest.approx(wanted, abs=1e-6)


def test_mujoco_is_not_loaded_for_an_arm_with_a_closed_form() -> None:
    code = "import sys, sutura.kinematics as k; k.open_arm('psm_classic_lnd'); assert 'mujoco' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("seed", range(20))
def test_forward_kinematics_of_a_urdf(six: SerialArm, seed: int) -> None:
    q = inside(six, seed)
    np.testing.assert_allclose(six.forward(q), serial_arms.forward(q), atol=1e-12)
    position, orientation = six.forward_pose(q)
    assert position == pytest.approx(six.forward(q)[:3, 3], abs=1e-15)
    x, y, z, w = orientation
    assert [2 * (x * z + w * y), 2 * (y * z - w * x)] == pytest.approx(six.forward(q)[:2, 2], abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_jacobian_is_what_a_small_step_does(six: SerialArm, seed: int) -> None:
    for arm in (six, SEVEN):
        q, by = np.array(inside(arm, seed)), 1e-6
        J = arm.jacobian(q)
        for joint, step in enumerate(by * np.eye(len(q))):
            before, after = arm.forward(q - step), arm.forward(q + step)
            np.testing.assert_allclose((after - before)[:3, 3] / (2 * by), J[:3, joint], atol=1e-8)
            spin = (after - before)[:3, :3] @ arm.forward(q)[:3, :3].T / (2 * by)
            np.testing.assert_allclose([spin[2, 1], spin[0, 2], spin[1, 0]], J[3:, joint], atol=1e-8)


@pytest.mark.parametrize("seed", range(20))
def test_the_pose_comes_back_from_joints_nearby(six: SerialArm, seed: int) -> None:
    q = inside(six, seed, share=0.8)
    near = tuple(a + 0.1 * b for a, b in zip(q, inside(six, seed + 100), strict=True))
    (position, orientation), found = six.forward_pose(q), six.inverse_pose(*six.forward_pose(q), near)
    assert six.limits.contains(found)
    assert math.dist(six.forward_pose(found)[0], position) < 1e-5
    assert angle_between(six.forward_pose(found)[1], orientation) < 1e-4


def test_out_of_reach_says_what_is_lacking(six: SerialArm) -> None:
    with pytest.raises(Unreachable, match=r"six: the pose is out of reach: the tip lacks \d+\.\d mm"):
        six.inverse_pose((3.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), six.home)


@pytest.mark.parametrize("seed", range(3))
def test_a_smooth_path_is_tracked_exactly_without_a_jump(six: SerialArm, seed: int) -> None:
    """The joints that made the path come back, step by step: six joints leave no choice near each other."""
    times, rng = np.arange(0.0, 1.0, DT), np.random.default_rng(seed)
    waves = np.sin(2 * np.pi * rng.uniform(0.1, 0.4, 6) * times[:, None])
    near: tuple[float, ...] = serial_arms.HOME
    for q in np.array(serial_arms.HOME) + 0.3 * waves:
        near, limited = six.track(*six.forward_pose(q.tolist()), near, DT)
        assert limited == ()
        assert near == pytest.approx(q, abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.5), st.floats(0.0, 0.01))
def test_wherever_the_pose_jumps_limits_and_speeds_hold(seed: int, share: float, dt: float) -> None:
    near, wanted = inside(SEVEN, seed, share=1.0), inside(SEVEN, seed + 1, share=1.0 + share)
    joints, _ = SEVEN.track(*SEVEN.forward_pose(wanted), near, dt)
    assert SEVEN.limits.contains(joints, 1e-12)
    for a, b, speed in zip(joints, near, SEVEN.limits.velocity, strict=True):
        assert abs(a - b) <= speed * dt + 1e-12


def test_a_joint_at_its_limit_is_named_and_left_again_at_once() -> None:
    wrist, upper = SEVEN.joint_names.index("wrist"), SEVEN.limits.upper
    (x, y, z), orientation = SEVEN.forward_pose(SEVEN.home)
    near: tuple[float, ...] = SEVEN.home
    limited: tuple[str, ...] = ()
    while not limited:
        x -= 1e-4
        assert x > 0.2, "out of every limit by now"
        near, limited = SEVEN.track((x, y, z), orientation, near, DT)
    (x, y, z), orientation = SEVEN.forward_pose(near)  # as scaling does: anchored where the tip is kept
    assert limited == ("wrist",)
    assert near[wrist] == upper[wrist]
    near, back = SEVEN.track((x + 1e-4, y, z), orientation, near, DT)
    assert back == ()
    assert SEVEN.forward_pose(near)[0] == pytest.approx((x + 1e-4, y, z), abs=1e-6)
    assert near[wrist] < upper[wrist]


def test_a_stretched_arm_stays_bounded_and_comes_back(six: SerialArm) -> None:
    (x, y, z), orientation = six.forward_pose(six.home)
    near: tuple[float, ...] = six.home
    dt, out = 0.01, [5e-3 * k for k in range(160)]
    said: set[str] = set()
    for by in (*out, *out[-1:] * 50, *out[::-1], *[0.0] * 100):
        before, (near, limited) = near, six.track((x + by, y, z), orientation, near, dt)
        said.update(limited)
        assert max(abs(a - b) for a, b in zip(near, before, strict=True)) <= 2.0 * dt + 1e-12
    assert said
    assert limited == ()
    assert math.dist(six.forward_pose(near)[0], (x, y, z)) < 1e-6


def test_what_the_tip_leaves_free_goes_to_the_posture_and_the_tip_stays() -> None:
    start = SEVEN.inverse_pose(*SEVEN.forward_pose(SEVEN.home), _elbow_out())
    position, orientation = SEVEN.forward_pose(start)
    near = start
    for _ in range(2000):
        near, _ = SEVEN.track(position, orientation, near, DT)
        assert math.dist(SEVEN.forward_pose(near)[0], position) < 1e-8
        assert SEVEN.remote_centre_deviation(near) < 1e-8  # type: ignore[operator]
    assert math.dist(start, SEVEN.home) > 0.3
    assert math.dist(near, SEVEN.home) < 0.2 * math.dist(start, SEVEN.home)


def _elbow_out() -> tuple[float, ...]:
    return tuple(q + by for q, by in zip(SEVEN.home, (0.3, 0.0, -0.5, 0.0, 0.3, 0.0, 0.3), strict=True))


@settings(max_examples=5, deadline=None)
@given(st.tuples(st.floats(-0.05, 0.05), st.floats(-0.05, 0.05), st.floats(-0.03, 0.03)))
def test_the_remote_centre_is_kept_while_the_tip_lags_behind_a_jump(by: tuple[float, float, float]) -> None:
    (x, y, z), orientation = SEVEN.forward_pose(SEVEN.home)
    goal = (x + by[0], y + by[1], z + by[2])
    near: tuple[float, ...] = SEVEN.home
    for _ in range(300):
        near, _ = SEVEN.track(goal, orientation, near, DT)
        deviation = SEVEN.remote_centre_deviation(near)
        assert deviation is not None
        assert deviation < 0.5e-3
    assert math.dist(SEVEN.forward_pose(near)[0], goal) < 1e-6


def test_only_the_roll_of_the_orientation_counts_under_a_remote_centre() -> None:
    position, _ = SEVEN.forward_pose(SEVEN.home)
    tilted = (0.1, math.sqrt(1 - 0.01), 0.0, 0.0)  # a roll of the shaft, which points down
    joints = SEVEN.inverse_pose(position, tilted, SEVEN.home)
    assert angle_between(SEVEN.forward_pose(joints)[1], tilted) < 1e-4
    level = (math.sqrt(0.5), math.sqrt(0.5), 0.0, 0.0)
    assert SEVEN.remote_centre_deviation(SEVEN.inverse_pose(position, level, SEVEN.home)) < 1e-5  # type: ignore[operator]


@given(st.integers(0, 2**32 - 1), st.integers(1, 8))
def test_least_squares_between_bounds_is_that_of_scipy(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    A, b = rng.normal(size=(n + 1, n)), rng.normal(size=n + 1)
    lower = rng.uniform(-1.0, 0.5, n)
    upper = lower + rng.uniform(0.01, 1.0, n)
    G = A.T @ A + 1e-6 * np.eye(n)
    found = solve_between(G, A.T @ b, lower, upper)
    assert ((found >= lower) & (found <= upper)).all()
    rows, right = np.concatenate((A, 1e-3 * np.eye(n))), np.concatenate((b, np.zeros(n)))
    best = lsq_linear(rows, right, (lower, upper), method="bvls", tol=1e-14)

    def cost(x: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return float(np.sum((rows @ x - right) ** 2))

    assert cost(found) <= cost(best.x) + 1e-9


def test_meshes_need_not_be_there(tmp_path: Path) -> None:
    arm = load_serial_arm(serial_arms.write(tmp_path, mesh=True))
    np.testing.assert_allclose(arm.forward(arm.home), serial_arms.forward(arm.home), atol=1e-12)
