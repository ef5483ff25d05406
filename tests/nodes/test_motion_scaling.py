"""Scaling as a node: when the hand drives, when it does not, and that nothing ever jumps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from sutura.kinematics import KinematicsError
from sutura.kinematics.rotations import angle_between, multiply
from sutura.messages import Clutch, JointCommand, JointState, Message, Pose, TeleopState
from sutura.nodes import changed_params
from sutura.nodes.stock.motion_scaling import MotionScaling

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, MakeBench

IDENTITY = (0.0, 0.0, 0.0, 1.0)
TURN = (0.0, 0.0, math.sin(0.2), math.cos(0.2))
SETPOINT = Pose((0.01, 0.02, -0.11), (1.0, 0.0, 0.0, 0.0))


def hand(x: float = 0.3, orientation: tuple[float, float, float, float] = TURN) -> Pose:
    return Pose((x, -0.1, 0.2), orientation)


def say(b: Bench, pressed: bool, x: float = 0.3, steps: int = 5, **more: Message) -> None:
    """Clutch, setpoint and hand for some milliseconds."""
    for _ in range(steps):
        b.send("setpoint_cp", SETPOINT, valid_for=0.1)
        b.send("clutch", Clutch(pressed), valid_for=0.05)
        for port, message in more.items():
            b.send(port, message, valid_for=0.05)
        b.send("master", hand(x), valid_for=0.05)
        b.run_for(0.001)


def targets(b: Bench) -> list[Pose]:
    return [frame.payload for frame in b.said("target") if isinstance(frame.payload, Pose)]


def state(b: Bench) -> TeleopState:
    said = b.said("teleop_state")[-1].payload
    assert isinstance(said, TeleopState)
    return said


def following(bench: MakeBench, **params: object) -> Bench:
    b = bench("motion_scaling", params=params)
    say(b, pressed=True)
    say(b, pressed=False)
    assert state(b).state == "following"
    return b


def test_a_released_pedal_alone_does_not_begin_anything(bench: MakeBench) -> None:
    b = bench("motion_scaling")
    b.send("setpoint_cp", SETPOINT)
    b.send("master", hand())
    say(b, pressed=False, steps=20)
    b.run_for(0.1)
    assert targets(b) == []
    assert state(b).state == "disengaged"


def test_while_clutched_the_target_is_the_setpoint(bench: MakeBench) -> None:
    b = bench("motion_scaling")
    for x in (0.1, 0.2, 0.3):
        say(b, pressed=True, x=x)
    assert set(targets(b)) == {SETPOINT}
    assert state(b).state == "clutched"


def test_the_first_target_after_the_clutch_equals_the_setpoint_exactly(bench: MakeBench) -> None:
    b = bench("motion_scaling")
    say(b, pressed=True)
    b.sent.clear()
    say(b, pressed=False, steps=1)
    assert targets(b)[0].position == SETPOINT.position
    assert angle_between(targets(b)[0].orientation, SETPOINT.orientation) < 1e-9


@pytest.mark.parametrize("scale", [0.1, 0.2, 1.0])
def test_displacement_times_scale(bench: MakeBench, scale: float) -> None:
    b = following(bench, scale=scale)
    say(b, pressed=False, x=0.35)
    x, y, z = targets(b)[-1].position
    assert x - SETPOINT.position[0] == pytest.approx(scale * 0.05)
    assert (y, z) == pytest.approx(SETPOINT.position[1:])


def test_orientation_is_absolute_with_the_offset_of_the_clutch_point(bench: MakeBench) -> None:
    b = following(bench)
    by = (math.sin(0.1), 0.0, 0.0, math.cos(0.1))
    b.send("master", hand(orientation=multiply(by, TURN)))
    assert angle_between(targets(b)[-1].orientation, multiply(by, SETPOINT.orientation)) < 1e-7


def test_changing_the_scale_while_following_does_not_jump(bench: MakeBench) -> None:
    b = following(bench, scale=0.2)
    say(b, pressed=False, x=0.4)
    before = targets(b)[-1]
    b.host.set_params(b.node, changed_params("n", b.node.params, {"scale": 0.5}))
    say(b, pressed=False, x=0.4, steps=1)
    assert targets(b)[-1].position == pytest.approx(before.position)
    assert angle_between(targets(b)[-1].orientation, before.orientation) < 1e-7
    say(b, pressed=False, x=0.41, steps=1)
    assert targets(b)[-1].position[0] - before.position[0] == pytest.approx(0.5 * 0.01)


def test_an_alignment_that_is_no_rotation_is_refused_and_following_goes_on(bench: MakeBench) -> None:
    b = following(bench)
    with pytest.raises(KinematicsError, match="length above 0"):
        b.host.set_params(b.node, changed_params("n", b.node.params, {"alignment": [0.0, 0.0, 0.0, 0.0]}))
    say(b, pressed=False, x=0.35)
    assert state(b).state == "following"
    assert isinstance(b.node, MotionScaling)
    assert b.node.params.alignment == IDENTITY


@pytest.mark.parametrize(
    ("silent", "cause"),
    [("master", "hand's motion"), ("clutch", "clutch pedal"), ("setpoint_cp", "arm's setpoint")],
)
def test_a_gap_in_any_of_its_inputs_demands_a_re_clutch(bench: MakeBench, silent: str, cause: str) -> None:
    b = following(bench)
    others = {"master": hand(), "clutch": Clutch(False), "setpoint_cp": SETPOINT}
    rest = {port: message for port, message in others.items() if port != silent}
    b.keep_saying(0.13, rest)
    assert state(b).state == "disengaged"
    assert cause in state(b).cause
    b.sent.clear()
    b.keep_saying(0.1, others)
    assert targets(b) == [], "everything is back, and still it waits"
    say(b, pressed=True, x=0.5)
    say(b, pressed=False, x=0.5, steps=1)
    assert targets(b)[-1].position == SETPOINT.position
    assert state(b).state == "following"


def test_a_clutch_released_without_a_fresh_setpoint_engages_nothing(bench: MakeBench) -> None:
    b = bench("motion_scaling")
    for pressed in (True, False):
        b.send("clutch", Clutch(pressed))
        b.send("master", hand())
    assert targets(b) == []
    assert "no fresh hand or setpoint" in state(b).cause


# Jaw ------------------------------------------------------------------------------------------------------------


def gripper(angle: float) -> JointState:
    return JointState(("gripper",), (angle,))


def jaws(b: Bench) -> list[float]:
    return [f.payload.position[0] for f in b.said("jaw_target") if isinstance(f.payload, JointCommand)]


def test_the_jaw_keeps_its_angle_until_the_hand_drives_and_then_follows_slowly(bench: MakeBench) -> None:
    b = bench("motion_scaling")
    set_jaw = JointState(("jaw",), (0.2,))
    say(b, pressed=True, steps=20, jaw_setpoint=set_jaw, gripper=gripper(1.0))
    assert set(jaws(b)) == {0.2}
    say(b, pressed=False, steps=20, jaw_setpoint=set_jaw, gripper=gripper(1.0))
    assert jaws(b)[-1] == pytest.approx(0.2 + 0.2 * math.pi * 0.020, rel=0.1)
    b.sent.clear()
    say(b, pressed=True, steps=20, jaw_setpoint=set_jaw, gripper=gripper(1.3))
    assert len(set(jaws(b))) == 1, "clutched, the jaw keeps its grip"


def test_changed_jaw_speeds_count_at_once_and_begin_where_the_jaw_is(bench: MakeBench) -> None:
    b = following(bench)
    set_jaw = JointState(("jaw",), (0.2,))
    say(b, pressed=False, steps=5, jaw_setpoint=set_jaw, gripper=gripper(1.0))
    b.host.set_params(b.node, changed_params("n", b.node.params, {"jaw_catch_up": 0.1}))
    b.sent.clear()
    say(b, pressed=False, steps=11, jaw_setpoint=set_jaw, gripper=gripper(1.0))
    assert jaws(b)[0] == pytest.approx(0.2)
    assert jaws(b)[-1] == pytest.approx(0.2 + 0.1 * 0.010)
