"""The gizmo's motions are the hand's, whatever the scene's axes and wherever the gizmo is put back to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.console.gizmo_hand import GizmoHand
from sutura.kinematics.rotations import IDENTITY, Quaternion, Vector3, angle_between, from_rotation_vector, rotate

METRES = st.floats(-0.2, 0.2)
POINTS = st.tuples(METRES, METRES, METRES)
TURNS = st.tuples(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0), st.floats(-2.0, 2.0)).map(from_rotation_vector)


@given(start=POINTS, way=st.lists(POINTS, min_size=1, max_size=6), base=TURNS)
def test_the_hand_goes_the_gizmo_s_way_in_the_frame_of_its_base(
    start: Vector3, way: list[Vector3], base: Quaternion
) -> None:
    hand = GizmoHand()
    hand.put(start, IDENTITY)
    for point in way:
        hand.drag(point, IDENTITY, base)
    gone = np.subtract(way[-1], start)
    assert rotate(base, hand.position) == pytest.approx(tuple(gone), abs=1e-9)


@given(first=TURNS, turns=st.lists(TURNS, min_size=1, max_size=6), base=TURNS)
def test_the_hand_turns_as_the_gizmo_does(first: Quaternion, turns: list[Quaternion], base: Quaternion) -> None:
    hand = GizmoHand()
    hand.put((0.0, 0.0, 0.0), first)
    for turn in turns:
        hand.drag((0.0, 0.0, 0.0), turn, base)
    assert angle_between(IDENTITY, hand.orientation) == pytest.approx(angle_between(first, turns[-1]), abs=1e-6)


@given(start=POINTS, elsewhere=POINTS, turned=TURNS)
def test_a_gizmo_that_is_put_elsewhere_moves_no_hand(
    start: Vector3, elsewhere: Vector3, turned: Quaternion
) -> None:
    hand = GizmoHand()
    hand.drag(start, IDENTITY)
    hand.put(elsewhere, turned)
    hand.drag(elsewhere, turned)
    assert hand.position == pytest.approx((0.0, 0.0, 0.0), abs=1e-12)
    assert angle_between(IDENTITY, hand.orientation) == pytest.approx(0.0, abs=1e-6)
