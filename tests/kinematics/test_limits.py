"""Joint limits: within, beyond, brought back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.kinematics import CountError, NotFiniteError, load_arm

ARM = load_arm("psm_classic_lnd")
joints = st.lists(st.floats(-10, 10), min_size=6, max_size=6)


@given(joints)
def test_saturated_joints_are_within_and_named(q: list[float]) -> None:
    saturated, limited = ARM.saturate(q)
    assert ARM.limits.contains(saturated)
    moved = tuple(name for name, a, b in zip(ARM.joint_names, q, saturated, strict=True) if a != b)
    assert limited == moved
    assert {one.joint for one in ARM.limits.excess(q)} == set(limited)
    assert ARM.saturate(saturated) == (saturated, ())


@given(joints)
def test_excess_is_the_distance_to_the_limit(q: list[float]) -> None:
    saturated = dict(zip(ARM.joint_names, ARM.saturate(q).joints, strict=True))
    values = dict(zip(ARM.joint_names, q, strict=True))
    for one in ARM.limits.excess(q):
        assert one.amount == abs(values[one.joint] - saturated[one.joint])
        assert one.unit == ("m" if one.joint == "insertion" else "rad")


def test_cartesian_limits_keep_the_wrist_past_the_centre() -> None:
    lower = ARM.cartesian_limits.lower
    assert ARM.wrist_depth(lower) == pytest.approx(ARM.min_wrist_depth)
    assert lower[2] == pytest.approx(0.0606)
    assert ARM.cartesian_limits.upper == ARM.limits.upper


def test_what_cannot_be_saturated_is_refused() -> None:
    with pytest.raises(NotFiniteError):
        ARM.limits.saturate([math.nan] * 6)
    with pytest.raises(NotFiniteError):
        ARM.limits.excess([math.inf] * 6)
    with pytest.raises(CountError):
        ARM.limits.excess([0.0] * 5)
    assert not ARM.limits.contains([math.nan] * 6)
