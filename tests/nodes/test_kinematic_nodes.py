"""Inverse and forward kinematics as nodes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from sutura.kinematics import load_arm, open_arm
from sutura.kinematics.rotations import angle_between
from sutura.messages import (
    ArmState,
    JointCommand,
    JointState,
    OperatingState,
    Pose,
    RemoteCentreState,
    TrackingError,
)

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, MakeBench

ARM = load_arm("psm_classic_lnd")
HOME = JointState(ARM.joint_names, ARM.home)


def pose_of(joints: tuple[float, ...]) -> Pose:
    return Pose(*ARM.forward_pose(joints))


def commands(b: Bench) -> list[JointCommand]:
    return [frame.payload for frame in b.said("servo_jp") if isinstance(frame.payload, JointCommand)]


def test_it_waits_for_the_arm_to_say_where_it_is(bench: MakeBench) -> None:
    b = bench("inverse_kinematics")
    b.send("target", pose_of(ARM.home))
    assert commands(b) == []
    b.send("setpoint_js", HOME)
    b.send("target", pose_of(ARM.home))
    assert commands(b)[0].name == ARM.joint_names
    assert commands(b)[0].position == pytest.approx(ARM.home, abs=1e-9)


def test_a_path_is_solved_smoothly_with_the_origin_of_the_hand(bench: MakeBench) -> None:
    b = bench("inverse_kinematics")
    b.send("setpoint_js", HOME)
    path = [
        (0.3 * math.sin(k / 50), 0.2 * math.sin(k / 30), 0.12, 0.5 * math.sin(k / 40), 0.0, 0.1) for k in range(200)
    ]
    for joints in path:
        b.run_for(0.001)
        b.send("target", pose_of(joints), origin=b.now - 3_000_000)
    assert [c.position for c in commands(b)] == [pytest.approx(joints, abs=1e-9) for joints in path]
    assert {frame.stamp - frame.origin for frame in b.said("servo_jp")} == {3_000_000}


def test_at_a_limit_it_saturates_and_says_so_once(bench: MakeBench) -> None:
    b = bench("inverse_kinematics")
    near = (1.5, 0.0, 0.12, 0.0, 0.0, 0.0)
    b.send("setpoint_js", JointState(ARM.joint_names, near))
    for k in range(30):
        b.send("target", pose_of((1.5 + 0.01 * k, 0.0, 0.12, 0.0, 0.0, 0.0)))
    yaw, pitch, insertion, *_ = commands(b)[-1].position
    assert (yaw, pitch, insertion) == pytest.approx((ARM.limits.upper[0], 0.0, 0.12), abs=1e-9)
    orientation = ARM.forward_pose(commands(b)[-1].position)[1]
    assert angle_between(orientation, pose_of((1.79, 0.0, 0.12, 0.0, 0.0, 0.0)).orientation) < 1e-9
    assert all(ARM.limits.contains(c.position) for c in commands(b))
    told = [event.text for event in b.events if event.kind == "limit"]
    assert told == ["joint limits reached: yaw"]
    assert b.node.gauges["limited_commands"] == pytest.approx(21)


def test_after_a_gap_it_begins_anew_from_where_the_arm_is(bench: MakeBench) -> None:
    b = bench("inverse_kinematics")
    turned = (0.0, 0.0, 0.12, 3.0, 0.0, 0.0)
    back = (0.0, 0.0, 0.12, 3.0 - 2.0 * math.pi, 0.0, 0.0)
    b.send("setpoint_js", JointState(ARM.joint_names, turned))
    b.send("target", pose_of(turned))
    assert commands(b)[-1].position[3] == pytest.approx(3.0)
    b.run_for(0.1)
    b.send("setpoint_js", JointState(ARM.joint_names, back))
    b.send("target", pose_of(turned))
    assert commands(b)[-1].position[3] == pytest.approx(3.0 - 2.0 * math.pi), "the turn that the arm has now"


def test_measured_and_set_poses_are_the_forward_kinematics(bench: MakeBench) -> None:
    b = bench("forward_kinematics")
    joints = (0.1, -0.2, 0.13, 0.4, 0.3, -0.2)
    b.send("measured_js", JointState(ARM.joint_names, joints))
    b.send("setpoint_js", HOME)
    assert b.said("measured_cp")[-1].payload == pose_of(joints)
    assert b.said("setpoint_cp")[-1].payload == pose_of(ARM.home)


def test_the_shaft_s_distance_from_a_programmed_remote_centre_is_told_in_mm(bench: MakeBench) -> None:
    arm = open_arm("seven_joint")
    bent = (arm.home[0] + 0.002, *arm.home[1:])  # turns the shaft past the centre, 0.55 m away, by 1.1 mm
    b = bench("forward_kinematics", params={"model": "seven_joint"})
    b.send("measured_js", JointState(arm.joint_names, arm.home))
    assert [event.kind for event in b.events] == []
    for _ in range(3):
        b.send("measured_js", JointState(arm.joint_names, bent))
    told = b.said("remote_centre")[-1].payload
    assert isinstance(told, RemoteCentreState)
    assert told.deviation == pytest.approx(0.0011, rel=1e-3)
    assert b.node.gauges["remote_centre_mm"] == pytest.approx(1.1, rel=1e-3)
    assert [event.text for event in b.events] == ["the shaft passes the remote centre by 1.100 mm, more than 0.5"]


def test_tracking_is_measured_only_while_the_arm_follows_a_fresh_command(bench: MakeBench) -> None:
    b = bench("forward_kinematics")
    command = pose_of((0.0, 0.0, 0.125, 0.0, 0.0, 0.0))
    b.send("command", command)
    b.send("measured_js", HOME)
    assert b.said("tracking_error") == [], "nobody has said that it follows"
    b.send("operating_state", OperatingState(ArmState.ENABLED, True, True))
    b.send("measured_js", HOME)
    error = b.said("tracking_error")[-1].payload
    assert isinstance(error, TrackingError)
    assert error.distance == pytest.approx(0.005, abs=1e-9)
    assert error.angle == pytest.approx(0.0, abs=1e-6)
    assert b.node.figures["tip_error"].summary().max == pytest.approx(0.005, rel=0.02)
    b.run_for(0.04)
    b.send("measured_js", HOME)
    assert len(b.said("tracking_error")) == 1, "the command is too old"
    b.send("command", command)
    b.send("operating_state", OperatingState(ArmState.ENABLED, True, False))
    b.send("measured_js", HOME)
    assert len(b.said("tracking_error")) == 1, "it holds"
