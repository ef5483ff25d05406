"""What is no pose or no joints is refused with a message that says so."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sutura.errors import SuturaError
from sutura.kinematics import CountError, KinematicsError, NotARotationError, NotFiniteError, load_arm

Floats = NDArray[np.float64]
ARM = load_arm("psm_classic_lnd")
POSITION, ORIENTATION = ARM.forward_pose(ARM.home)
BAD = [math.nan, math.inf, -math.inf]


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("index", range(6))
def test_joints_must_be_finite(bad: float, index: int) -> None:
    q = list(ARM.home)
    q[index] = bad
    for call in (ARM.forward_pose, ARM.forward, ARM.jacobian, ARM.saturate):
        with pytest.raises(NotFiniteError, match="joints: expected finite numbers"):
            call(q)
    for solve in (ARM.inverse_pose, ARM.solve):
        with pytest.raises(NotFiniteError, match="near: expected finite numbers"):
            solve(POSITION, ORIENTATION, q)


@pytest.mark.parametrize("count", [0, 5, 7])
def test_joints_must_be_six(count: int) -> None:
    q = [0.1] * count
    for call in (ARM.forward_pose, ARM.forward, ARM.jacobian, ARM.saturate):
        with pytest.raises(CountError, match=rf"joints: expected 6 numbers \(yaw, .*\), {count} came"):
            call(q)
    for solve in (ARM.inverse_pose, ARM.solve):
        with pytest.raises(CountError, match=f"near: expected 6 numbers .* {count} came"):
            solve(POSITION, ORIENTATION, q)


def test_joints_must_be_flat() -> None:
    with pytest.raises(CountError, match=r"shape \(2, 3\)"):
        ARM.forward(np.zeros((2, 3)))


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("index", range(3))
def test_position_must_be_finite(bad: float, index: int) -> None:
    position = list(POSITION)
    position[index] = bad
    x, y, z = position
    for solve in (ARM.inverse_pose, ARM.solve):
        with pytest.raises(NotFiniteError, match="position"):
            solve((x, y, z), ORIENTATION, ARM.home)


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("index", range(4))
def test_quaternion_must_be_finite(bad: float, index: int) -> None:
    x, y, z, w = [bad if i == index else v for i, v in enumerate(ORIENTATION)]
    with pytest.raises(NotFiniteError, match="quaternion"):
        ARM.inverse_pose(POSITION, (x, y, z, w), ARM.home)


@pytest.mark.parametrize("scale", [0.0, 0.99, 1.001, 2.0])
def test_quaternion_must_have_length_one(scale: float) -> None:
    x, y, z, w = (scale * v for v in ORIENTATION)
    with pytest.raises(NotARotationError, match="expected length 1"):
        ARM.inverse_pose(POSITION, (x, y, z, w), ARM.home)


def test_quaternion_with_rounding_is_scaled() -> None:
    x, y, z, w = (v * (1 + 5e-7) for v in ORIENTATION)
    assert ARM.inverse_pose(POSITION, (x, y, z, w), ARM.home) == pytest.approx(ARM.home, abs=1e-12)


def test_opposite_quaternion_is_the_same_pose() -> None:
    x, y, z, w = (-v for v in ORIENTATION)
    assert ARM.inverse_pose(POSITION, (x, y, z, w), ARM.home) == pytest.approx(ARM.home, abs=1e-12)


def _matrix(**changes: float) -> Floats:
    matrix = ARM.forward(ARM.home)
    for where, value in changes.items():
        matrix[int(where[1]), int(where[2])] = value
    return matrix


@pytest.mark.parametrize(
    ("matrix", "error", "message"),
    [
        (np.eye(3), NotARotationError, "4 x 4"),
        (_matrix(r33=2.0), NotARotationError, "last row"),
        (_matrix(r00=0.5), NotARotationError, "orthonormal"),
        (np.diag([1.0, 1.0, -1.0, 1.0]), NotARotationError, "reflection"),
        (_matrix(r00=math.nan), NotFiniteError, "finite"),
        (_matrix(r03=math.inf), NotFiniteError, "position"),
    ],
)
def test_matrix_must_be_a_pose(matrix: Floats, error: type[KinematicsError], message: str) -> None:
    with pytest.raises(error, match=message):
        ARM.inverse(matrix, near=ARM.home)
    with pytest.raises(error, match=message):
        ARM.branches(matrix)


@given(
    position=st.tuples(*(st.floats() for _ in range(3))),
    orientation=st.tuples(*(st.floats() for _ in range(4))),
    near=st.lists(st.floats(), max_size=8),
)
def test_any_floats_give_joints_or_an_error_of_ours(
    position: tuple[float, float, float], orientation: tuple[float, float, float, float], near: list[float]
) -> None:
    try:
        joints = ARM.inverse_pose(position, orientation, near)
    except SuturaError:
        return
    assert ARM.limits.contains(joints)
