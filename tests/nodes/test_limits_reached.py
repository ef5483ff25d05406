"""Scaling and inverse kinematics together at a joint limit: anchored anew, told, and no wind-up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutura.kinematics import load_arm
from sutura.messages import (
    Clutch,
    JointCommand,
    JointState,
    MotionLocks,
    OperatorPresence,
    Pose,
    SaturatedPose,
    TeleopState,
)

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, MakeBench

ARM = load_arm("psm_classic_lnd")
DEEP = (0.0, 0.0, 0.239, 0.0, 0.0, 0.0)  # 1 mm above the end of the insertion
FLAT = (0.0, 0.0, 0.0, 1.0)
WIRES = {
    "n2.target": ("n/target",),
    "n.saturated_cp": ("n2/saturated_cp",),
    "n2.setpoint_js": ("in/setpoint_js",),
    "n.camera_pedal": (),
    "n.selection": (),
    "n.camera_cp": (),
}


class Surgeon:
    """A hand at 1 kHz whose displacement is the tool's, and what comes of it."""

    def __init__(self, make: MakeBench, joints: tuple[float, ...] = DEEP, delay: int = 0) -> None:
        """delay [ms]: by which the answer of the inverse kinematics comes late."""
        wires = {**WIRES, "n.saturated_cp": ("in/saturated_cp",)} if delay else WIRES
        self.bench: Bench = make("motion_scaling", "inverse_kinematics", wires=wires)
        self.delay, self.forwarded = delay, 0
        self.bench.host.set_params(self.bench.node, type(self.bench.node).Params(scale=1.0))
        self.setpoint = JointState(ARM.joint_names, joints)
        self.at = (0.0, 0.0, 0.0)
        for pressed in (True, False):
            for _ in range(50):  # until the setpoint has answered
                self.go((0.0, 0.0, 0.0), pressed)

    def go(self, by: tuple[float, float, float], pressed: bool = False) -> None:
        """Move the hand by so much in the next millisecond."""
        x, y, z = self.at
        self.at = (x + by[0], y + by[1], z + by[2])
        b = self.bench
        b.send("setpoint_js", self.setpoint)
        b.send("setpoint_cp", Pose(*ARM.forward_pose(self.setpoint.position)))
        b.send("clutch", Clutch(pressed))
        b.send("present", OperatorPresence(True))
        b.send("locks", MotionLocks(rotation=False, translation=False))
        b.send("master", Pose(self.at, FLAT), origin=b.now - 1_000_000)
        if self.delay:
            self._forward()
        b.run_for(0.001)

    def _forward(self) -> None:
        """Bring what was said `delay` ms ago, as it was but for its age."""
        b = self.bench
        said = b.said("saturated_cp", "n2")
        while self.forwarded < len(said) and said[self.forwarded].stamp <= b.now - self.delay * 1_000_000:
            late = said[self.forwarded]
            b.send("saturated_cp", late.payload, origin=late.origin)
            self.forwarded += 1

    @property
    def commands(self) -> list[tuple[float, ...]]:
        said = self.bench.said("servo_jp", "n2")
        return [frame.payload.position for frame in said if isinstance(frame.payload, JointCommand)]

    @property
    def state(self) -> tuple[str, str]:
        """What the surgeon is told: the state and its cause."""
        said = self.bench.said("teleop_state")[-1].payload
        assert isinstance(said, TeleopState)
        return said.state, said.cause


@pytest.mark.parametrize("delay", [0, 1, 8])
def test_pushing_into_a_limit_stores_nothing(bench: MakeBench, delay: int) -> None:
    """But for what the hand does until the answer is there."""
    surgeon = Surgeon(bench, delay=delay)
    for _ in range(200):
        surgeon.go((0.0, 0.0, -1e-4))  # 20 mm deeper, where 1 mm is left
    assert surgeon.commands[-1][2] == ARM.limits.upper[2]
    for _ in range(20):
        surgeon.go((0.0, 0.0, 1e-4))
    assert surgeon.commands[-1][2] == pytest.approx(ARM.limits.upper[2] - 2e-3, abs=1.5e-4 + delay * 1e-4)


@pytest.mark.parametrize("delay", [0, 1, 8])
def test_along_a_limit_the_tool_goes_on(bench: MakeBench, delay: int) -> None:
    """What the limit does not keep back is not lost on the way round through both nodes, however long it takes."""
    surgeon = Surgeon(bench, delay=delay)
    for _ in range(100):
        surgeon.go((1e-4, 0.0, -1e-4))
    x, _, _ = ARM.forward_pose(surgeon.commands[-1])[0]
    assert x == pytest.approx(0.01, abs=4e-4)
    assert surgeon.commands[-1][2] == ARM.limits.upper[2]


def test_the_surgeon_is_told_the_joint_and_until_when(bench: MakeBench) -> None:
    surgeon = Surgeon(bench)
    assert surgeon.state == ("following", "")
    for _ in range(20):
        surgeon.go((0.0, 0.0, -1e-4))
    assert surgeon.state == ("following", "at the limit of insertion")
    limited = surgeon.bench.said("saturated_cp", "n2")[-1]
    assert isinstance(limited.payload, SaturatedPose)
    assert limited.payload.joint == ("insertion",)
    assert limited.origin == surgeon.bench.said("servo_jp", "n2")[-1].origin
    assert [event.text for event in surgeon.bench.events if event.kind == "limit"] == [
        "joint limits reached: insertion"
    ]
    for _ in range(800):
        surgeon.go((0.0, 0.0, 1e-6))
    assert surgeon.state == ("following", "")


def test_a_limit_told_before_the_clutch_means_nothing_after_it(bench: MakeBench) -> None:
    surgeon = Surgeon(bench)
    for _ in range(20):
        surgeon.go((0.0, 0.0, -1e-4))
    late = surgeon.bench.said("saturated_cp", "n2")[-1]
    for pressed in (True, False):
        for _ in range(60):
            surgeon.go((0.0, 0.0, 0.0), pressed)
    before = surgeon.commands[-1]
    b = surgeon.bench
    assert isinstance(late.payload, SaturatedPose)
    b.deliver(b.frame("n2/saturated_cp", late.payload, writer=late.writer, seq=late.seq + 1, origin=late.origin))
    surgeon.go((0.0, 0.0, 0.0))
    assert surgeon.commands[-1] == pytest.approx(before, abs=1e-9)
    assert surgeon.state == ("following", "")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*(st.floats(-1.0, 1.0) for _ in range(3))), min_size=1, max_size=6))
def test_whatever_the_hand_does_the_setpoint_is_continuous_and_bounded(
    bench: MakeBench, ways: list[tuple[float, float, float]]
) -> None:
    surgeon = Surgeon(bench)
    for way in ways:
        for _ in range(50):
            surgeon.go((3e-4 * way[0], 3e-4 * way[1], 3e-4 * way[2]))  # at most 0.3 m/s on each axis
    for before, after in zip(surgeon.commands, surgeon.commands[1:], strict=False):
        assert ARM.cartesian_limits.contains(after)
        assert math.dist(ARM.forward_pose(before)[0], ARM.forward_pose(after)[0]) < 2e-3
        assert max(abs(a - b) for a, b in zip(before, after, strict=True)) < 0.05
