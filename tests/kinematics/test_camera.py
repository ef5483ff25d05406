"""The camera arm, the frames of its image, and two hands that move it."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.kinematics import ArmFileError, ArmStructureError, EndoscopeArm, load_arm, open_arm, shipped_endoscopes
from sutura.kinematics.camera_frame import through_the_camera
from sutura.kinematics.camera_grip import CameraGrip, GripGains, approach
from sutura.kinematics.capsules import Placement
from sutura.kinematics.rotations import IDENTITY, angle_between, conjugate, multiply, normalise, rotate
from sutura.kinematics.shipped import arm_path

ECM = open_arm("ecm_classic")
assert isinstance(ECM, EndoscopeArm)
JOINTS = st.tuples(*(st.floats(a, b) for a, b in zip(ECM.limits.lower, ECM.limits.upper, strict=True)))
HAND = st.tuples(*[st.floats(-0.3, 0.3)] * 3)
TURNS = st.tuples(*[st.floats(-1.0, 1.0)] * 4).filter(lambda q: math.hypot(*q) > 0.1).map(normalise)
GAINS = GripGains(2.0, 0.3, 0.3)
SPEED_STEP = (0.0005, 0.0005, 0.00005, 0.0005)


@given(JOINTS)
def test_the_closed_form_finds_the_joints_again(q: tuple[float, ...]) -> None:
    found = ECM.track(*ECM.forward_pose(q), q)
    assert found.joints == pytest.approx(q, abs=1e-6)
    assert not found.limited


@given(JOINTS, st.tuples(*[st.floats(-1.0, 1.0)] * 3), TURNS)
def test_what_is_out_of_reach_is_saturated(
    near: tuple[float, ...], position: tuple[float, float, float], turned: tuple[float, float, float, float]
) -> None:
    found = ECM.track(position, turned, near)
    assert ECM.limits.contains(found.joints)


def test_the_camera_stands_as_in_the_published_rows() -> None:
    """An instrument has the same first rows: the camera lies where they put the shaft."""
    psm = load_arm("psm_classic_lnd")
    for yaw, pitch in ((0.3, -0.2), (-0.5, 0.4)):
        x, y, z = psm.forward_pose((yaw, pitch, 0.2, 0.0, 0.0, 0.0))[0]
        u = ECM.forward_pose((yaw, pitch, 0.1, 0.0))[0]
        assert [v / math.hypot(*u) for v in u] == pytest.approx(
            [v / math.hypot(x, y, z) for v in (x, y, z)], abs=0.02
        )


def test_files_of_camera_arms_are_checked(tmp_path: Path) -> None:
    text = arm_path("ecm_classic").read_text()
    for wrong, right, said in (
        ("name: pitch", "name: yaw", "pitch"),
        ("depth: 0.0007", "dept: 1", "dept"),
        ("0.0, 0.1, 0.0]", "0.0, 0.9, 0.0]", "0.9"),
    ):
        (tmp_path / "ecm.yaml").write_text(text.replace(wrong, right))
        with pytest.raises(ArmFileError, match=said):
            open_arm(tmp_path / "ecm.yaml")
    with pytest.raises(ArmStructureError, match="camera arm"):
        load_arm("ecm_classic")
    assert shipped_endoscopes() == ("ecm_classic",)


@given(TURNS, TURNS, TURNS, TURNS, HAND)
def test_a_hand_moves_the_tip_in_the_image_as_in_the_view(
    arm: tuple[float, float, float, float],
    base: tuple[float, float, float, float],
    camera: tuple[float, float, float, float],
    view: tuple[float, float, float, float],
    moved: tuple[float, float, float],
) -> None:
    a, b = Placement((0.0, 0.0, 0.0), arm), Placement((0.1, 0.0, 0.0), base)
    mapped = through_the_camera(a, b, camera, view)
    in_world = rotate(arm, rotate(mapped, moved))
    in_image = rotate(conjugate(multiply(base, camera)), in_world)
    assert in_image == pytest.approx(rotate(view, moved), abs=1e-9)


def test_an_arm_that_stands_as_the_camera_turns_as_it_does() -> None:
    there = Placement((0.0, 0.0, 0.0), IDENTITY)
    assert angle_between(through_the_camera(there, there, IDENTITY, IDENTITY), IDENTITY) < 1e-9


@given(HAND, HAND, JOINTS)
def test_a_press_moves_nothing(
    left: tuple[float, float, float], right: tuple[float, float, float], q: tuple[float, float, float, float]
) -> None:
    assert CameraGrip(left, right, q, GAINS).target(left, right) == pytest.approx(q, abs=1e-12)


def test_the_scene_goes_with_the_hands() -> None:
    left, right, q = (-0.1, 0.0, 0.0), (0.1, 0.0, 0.0), (0.0, 0.0, 0.1, 0.0)
    grip = CameraGrip(left, right, q, GAINS)
    assert grip.target((0.0, 0.0, 0.0), (0.2, 0.0, 0.0)) == pytest.approx((-0.2, 0.0, 0.1, 0.0))
    assert grip.target((-0.1, 0.1, 0.0), (0.1, 0.1, 0.0)) == pytest.approx((0.0, 0.2, 0.1, 0.0))
    assert grip.target((-0.1, 0.0, 0.1), (0.1, 0.0, 0.1)) == pytest.approx((0.0, 0.0, 0.13, 0.0))
    assert grip.target((-0.2, 0.0, 0.0), (0.2, 0.0, 0.0)) == pytest.approx((0.0, 0.0, 0.16, 0.0))
    assert grip.target((0.0, -0.1, 0.0), (0.0, 0.1, 0.0)) == pytest.approx((0.0, 0.0, 0.1, math.pi / 2.0))


@given(JOINTS, st.lists(st.tuples(HAND, HAND), min_size=2, max_size=20))
def test_however_the_hands_leap_no_joint_leaves_its_speed_or_its_limits(
    q: tuple[float, float, float, float], hands: list[tuple[tuple[float, float, float], tuple[float, float, float]]]
) -> None:
    grip, kept = CameraGrip(*hands[0], q, GAINS), q
    for left, right in hands[1:]:
        there = approach(kept, ECM.limits.saturate(grip.target(left, right)).joints, SPEED_STEP)
        assert all(abs(b - a) <= m * (1 + 1e-9) for a, b, m in zip(kept, there, SPEED_STEP, strict=True))
        assert ECM.limits.contains(there, 1e-12)
        grip, kept = CameraGrip(left, right, there, GAINS), there
        assert grip.target(left, right) == pytest.approx(kept, abs=1e-12), "nothing winds up"
