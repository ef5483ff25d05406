"""Quaternions on tuples: the axioms, and agreement with scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from sutura.kinematics import NotARotationError, NotFiniteError
from sutura.kinematics import rotations as r
from sutura.kinematics.rotations import Quaternion, Vector3

_component = st.floats(-1, 1)


@st.composite
def quaternions(draw: st.DrawFn) -> Quaternion:
    raw = draw(st.tuples(_component, _component, _component, _component))
    assume(math.hypot(*raw) > 1e-3)
    return r.normalise(raw)


vectors = st.tuples(_component, _component, _component)


@given(quaternions(), quaternions(), quaternions())
def test_multiplication_is_associative_with_identity_and_inverse(
    a: Quaternion, b: Quaternion, c: Quaternion
) -> None:
    left, right = r.multiply(r.multiply(a, b), c), r.multiply(a, r.multiply(b, c))
    assert left == pytest.approx(right, abs=1e-15)
    assert r.multiply(a, r.IDENTITY) == pytest.approx(a)
    assert r.multiply(a, r.conjugate(a)) == pytest.approx(r.IDENTITY, abs=1e-15)


@given(quaternions(), quaternions(), vectors)
def test_rotation_of_vectors_agrees_with_scipy(a: Quaternion, b: Quaternion, v: Vector3) -> None:
    assert r.rotate(a, v) == pytest.approx(Rotation.from_quat(a).apply(v), abs=1e-15)
    assert r.rotate(r.multiply(a, b), v) == pytest.approx(r.rotate(a, r.rotate(b, v)), abs=1e-14)
    assert math.hypot(*r.rotate(a, v)) == pytest.approx(math.hypot(*v), abs=1e-15)


@given(quaternions())
def test_matrix_round_trip(q: Quaternion) -> None:
    matrix = r.to_matrix(q)
    np.testing.assert_allclose(matrix, Rotation.from_quat(q).as_matrix(), atol=1e-15)
    assert r.angle_between(q, r.from_matrix(matrix)) < 1e-14


@given(vectors.map(lambda v: (3.1 * v[0], 3.1 * v[1], 3.1 * v[2])))
def test_rotation_vector_round_trip(v: Vector3) -> None:
    assume(math.hypot(*v) < math.pi - 1e-6)
    q = r.from_rotation_vector(v)
    assert q == pytest.approx(Rotation.from_rotvec(v).as_quat(), abs=1e-15)
    assert r.to_rotation_vector(q) == pytest.approx(v, abs=1e-14)


@given(quaternions(), quaternions())
def test_angle_is_symmetric_and_blind_to_sign(a: Quaternion, b: Quaternion) -> None:
    x, y, z, w = b
    angle = r.angle_between(a, b)
    assert 0.0 <= angle <= math.pi
    assert r.angle_between(b, a) == pytest.approx(angle, abs=1e-15)
    assert r.angle_between(a, (-x, -y, -z, -w)) == pytest.approx(angle, abs=1e-15)


@pytest.mark.parametrize("angle", [1e-12, 1e-7, 0.1, 3.0])
def test_angle_is_exact_when_small(angle: float) -> None:
    assert r.angle_between(r.IDENTITY, r.from_rotation_vector((0.0, angle, 0.0))) == pytest.approx(angle, rel=1e-9)


@given(quaternions(), quaternions(), st.floats(0, 1))
def test_slerp_goes_the_short_way_at_constant_speed(a: Quaternion, b: Quaternion, t: float) -> None:
    total = r.angle_between(a, b)
    assume(total < math.pi - 1e-3)  # half a turn has no short way
    between = r.slerp(a, b, t)
    assert math.hypot(*between) == pytest.approx(1.0)
    assert r.angle_between(a, between) == pytest.approx(t * total, abs=1e-9)
    assert r.angle_between(between, b) == pytest.approx((1 - t) * total, abs=1e-9)


def test_normalise_refuses_what_has_no_direction() -> None:
    for bad in ((0.0, 0.0, 0.0, 0.0), (math.nan, 0.0, 0.0, 1.0), (math.inf, 0.0, 0.0, 1.0)):
        with pytest.raises(NotARotationError, match="finite length above 0"):
            r.normalise(bad)
    assert r.normalise((0.0, 0.0, 0.0, -2.0)) == (0.0, 0.0, 0.0, -1.0)


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([[1, 0], [0, 1]], NotARotationError),
        ([[2, 0, 0], [0, 1, 0], [0, 0, 1]], NotARotationError),
        ([[1, 0, 0], [0, 1, 0], [0, 0, -1]], NotARotationError),
        ([[math.nan, 0, 0], [0, 1, 0], [0, 0, 1]], NotFiniteError),
    ],
)
def test_matrix_that_is_no_rotation_is_refused(rows: list[list[float]], error: type[Exception]) -> None:
    with pytest.raises(error):
        r.from_matrix(rows)
