"""Motors and joints: any map that can be undone is, powers agree, and what cannot be is refused in words."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.hw_drivers.errors import BadOptions
from sutura.hw_drivers.joint_map import JointMap, JointMapOptions

NAMES = ("roll", "wrist_pitch", "wrist_yaw", "jaw")
# the four discs of a classic needle driver: each pulls on several joints
WRIST = ((-1.56, 0.0, 0.0, 0.0), (0.0, 1.02, 0.0, 0.0), (0.0, -0.83, 1.21, 1.21), (0.0, -0.83, 1.21, -1.21))
angles = st.tuples(*[st.floats(-3.0, 3.0)] * 4)
options = st.builds(
    JointMapOptions,
    motors=st.permutations([3, 5, 8, 13]).map(tuple),
    joints=st.permutations(NAMES).map(tuple),
    sign=st.tuples(*[st.sampled_from((1, -1))] * 4),
    gear_ratio=st.tuples(*[st.floats(0.1, 300.0)] * 4),
    offset=angles,
    coupling=st.sampled_from(((), WRIST)),
)


@given(options, angles)
def test_a_map_can_be_undone(chosen: JointMapOptions, joints: tuple[float, ...]) -> None:
    joint_map = JointMap.of(chosen, NAMES)
    assert joint_map.to_joints(joint_map.to_motors(joints)) == pytest.approx(joints, abs=1e-9)
    assert joint_map.velocities_to_joints(joint_map.velocities_to_motors(joints)) == pytest.approx(joints, abs=1e-9)
    assert joint_map.motors == chosen.motors


@given(options, angles, angles)
def test_power_is_the_same_on_both_sides(
    chosen: JointMapOptions, speeds: tuple[float, ...], torques: tuple[float, ...]
) -> None:
    joint_map = JointMap.of(chosen, NAMES)
    motor_power = math.fsum(a * b for a, b in zip(joint_map.velocities_to_motors(speeds), torques, strict=True))
    joint_power = math.fsum(a * b for a, b in zip(speeds, joint_map.efforts_to_joints(torques), strict=True))
    assert joint_power == pytest.approx(motor_power, rel=1e-9, abs=1e-7)


def test_order_sign_gear_and_offset_are_as_the_page_says() -> None:
    chosen = JointMapOptions(
        motors=("a", "b"), joints=("jaw", "roll"), sign=(-1, 1), gear_ratio=(2.0, 10.0), offset=(0.5, 0.1)
    )
    joint_map = JointMap.of(chosen, ("roll", "jaw"))
    assert joint_map.to_motors((0.3, 1.0)) == pytest.approx((-2.0 * (1.0 - 0.5), 10.0 * (0.3 - 0.1)))
    assert joint_map.to_joints((0.0, 0.0)) == pytest.approx((0.1, 0.5)), "offsets are where the joints then are"


def test_without_options_motors_are_joints() -> None:
    joint_map = JointMap.of(JointMapOptions(), NAMES)
    assert joint_map.motors == (1, 2, 3, 4)
    assert joint_map.to_motors((0.1, 0.2, 0.3, 0.4)) == (0.1, 0.2, 0.3, 0.4)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (JointMapOptions(motors=(1, 2)), "motors: expected 4 values"),
        (JointMapOptions(motors=(1, 2, 2, 3)), "every motor once"),
        (JointMapOptions(joints=("roll", "roll", "wrist_yaw", "jaw")), "joints: expected each of roll"),
        (JointMapOptions(sign=(1, 1, 0, 1)), "sign: expected 1 or -1"),
        (JointMapOptions(gear_ratio=(1.0, 0.0, 1.0, 1.0)), "gear_ratio: expected numbers above 0"),
        (JointMapOptions(gear_ratio=(1.0, math.nan, 1.0, 1.0)), "gear_ratio: expected numbers above 0"),
        (JointMapOptions(offset=(0.0, math.inf, 0.0, 0.0)), "offset: expected finite"),
        (JointMapOptions(coupling=((1.0,), (1.0,), (1.0,), (1.0,))), "coupling: expected 4 x 4"),
        (JointMapOptions(coupling=((1.0, 1.0, 0.0, 0.0),) * 4), "came a singular one"),
    ],
)
def test_what_is_no_map_is_refused_in_words(chosen: JointMapOptions, words: str) -> None:
    with pytest.raises(BadOptions, match=words) as caught:
        JointMap.of(chosen, NAMES, "dynamixel")
    assert "dynamixel" in str(caught.value)
