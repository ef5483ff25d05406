"""Forward kinematics and Jacobian against the modified DH product of the same file."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from sutura.kinematics import Arm, load_arm, shipped_arms

Floats = NDArray[np.float64]
Forward = Callable[[dict[str, object], Floats], Floats]
SHIPPED = shipped_arms()


def _random_joints(arm: Arm, count: int, seed: int) -> Floats:
    return np.random.default_rng(seed).uniform(arm.limits.lower, arm.limits.upper, (count, 6))


@pytest.mark.parametrize("name", SHIPPED)
def test_forward_is_the_modified_dh_product(
    name: str, document_of: Callable[[str], dict[str, object]], mdh_forward: Forward
) -> None:
    arm, document = load_arm(name), document_of(name)
    for q in _random_joints(arm, 500, seed=1):
        np.testing.assert_allclose(arm.forward(q), mdh_forward(document, q), rtol=0, atol=1e-14)


def test_forward_takes_every_number_from_the_file(
    odd_arm: Arm, odd_document: dict[str, object], mdh_forward: Forward
) -> None:
    for q in _random_joints(odd_arm, 500, seed=2):
        np.testing.assert_allclose(odd_arm.forward(q), mdh_forward(odd_document, q), rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("name", "reach"), [("psm_classic_lnd", -0.0156), ("psm_classic_si_lnd", 0.0352), ("psm_si_lnd", -0.0156)]
)
def test_straight_arm_points_down(name: str, reach: float) -> None:
    arm = load_arm(name)
    insertion = 0.12
    position, _ = arm.forward_pose((0.0, 0.0, insertion, 0.0, 0.0, 0.0))
    assert position == pytest.approx((0.0, 0.0, -(insertion + reach + 0.0091)), abs=1e-15)
    assert arm.wrist_depth(arm.home) == pytest.approx(arm.home[2] + reach)


def test_quaternion_is_smooth_along_a_path() -> None:
    arm = load_arm("psm_classic_lnd")
    start, end = np.array(arm.limits.lower), np.array(arm.limits.upper)
    path = [arm.forward_pose(start + (end - start) * t)[1] for t in np.linspace(0, 1, 400)]
    assert all(np.dot(a, b) > 0.99 for a, b in pairwise(path))


@pytest.mark.parametrize("name", [*SHIPPED, "odd"])
def test_jacobian_is_the_derivative_of_forward(name: str, odd_arm: Arm) -> None:
    arm = odd_arm if name == "odd" else load_arm(name)
    for q in _random_joints(arm, 100, seed=4):
        np.testing.assert_allclose(arm.jacobian(q), _differences(arm, q), rtol=0, atol=2e-9)


def _differences(arm: Arm, q: Floats, step: float = 1e-6) -> Floats:
    """6 x 6 by central differences: position, and the rotation vector of R(q + dq) R(q - dq)^T."""
    columns = []
    for joint in range(6):
        change = np.zeros(6)
        change[joint] = step
        after, before = arm.forward(q + change), arm.forward(q - change)
        turn = after[:3, :3] @ before[:3, :3].T
        angular = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]) / 2
        columns.append(np.concatenate([after[:3, 3] - before[:3, 3], angular]) / (2 * step))
    return np.array(columns).T


def test_jacobian_is_singular_with_the_wrist_on_the_centre() -> None:
    arm = load_arm("psm_classic_lnd")
    on_centre = arm.home[2] - arm.wrist_depth(arm.home)
    values = np.linalg.svd(arm.jacobian((0.3, 0.2, on_centre, 0.4, 0.5, 0.6)), compute_uv=False)
    assert values[-1] < 1e-12
    straight = np.linalg.svd(arm.jacobian(arm.home), compute_uv=False)
    assert straight[-1] > 1e-3
