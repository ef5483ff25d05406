"""The actuator alone: what it follows, what it refuses, what the jaw does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sutura.hw_drivers import Capabilities
from sutura.kinematics import load_arm
from sutura.messages import (
    ArmState,
    Clutch,
    EmergencyStop,
    JointCommand,
    JointState,
    Message,
    MotionLimits,
    MotionPermit,
    OperatingState,
)
from sutura.nodes import RequestRefused, changed_params
from sutura.nodes.node import DriverChoice
from sutura.nodes.stock.actuator import Actuator
from sutura.runtime.errors import NodeCrashed
from sutura.sim_driver.kinematic_arm import KinematicArm

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, MakeBench

MS = 1_000_000
ARM = load_arm("psm_classic_lnd")
KINEMATIC = DriverChoice("kinematic")
BLIND_READS: list[float] = []


class BlindArm(KinematicArm):
    """An arm whose encoders give no number while `BLIND_READS` holds one."""

    capabilities = Capabilities(silence_stop_s=0.0, simulated=True)

    def _read(self) -> JointState:
        state = super()._read()
        return JointState(state.name, (*BLIND_READS, *state.position[1:])) if BLIND_READS else state


class LostArm(KinematicArm):
    """An arm that has not found its zero."""

    capabilities = Capabilities(silence_stop_s=0.0, simulated=True, max_rate_hz=200.0)

    @property
    def is_homed(self) -> bool:
        return False


class Told:
    """Everything that the actuator hears, said every 2 ms; each part can be left out or changed."""

    def __init__(self, b: Bench) -> None:
        self.b = b
        self.epoch = b.now + MS
        self.yaw = 0.0
        self.jaw: float | None = 0.0
        self.says = {"permit", "clutch", "estop", "command"}
        self.pressed = False
        self.estop = False

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.002)):
            self.b.run_for(0.002)
            for port, message in self._messages().items():
                self.b.send(port, message, valid_for=0.03)

    def _messages(self) -> dict[str, Message]:
        said: dict[str, Message] = {
            "permit": MotionPermit(self.epoch),
            "clutch": Clutch(self.pressed),
            "estop": EmergencyStop(self.estop),
            "command": JointCommand(ARM.joint_names, (self.yaw, *ARM.home[1:])),
        }
        if self.jaw is not None:
            self.b.send("jaw_command", JointCommand(("jaw",), (self.jaw,)), valid_for=0.03)
        return {port: message for port, message in said.items() if port in self.says}

    def re_clutch(self) -> None:
        self.pressed = True
        self.run(0.02)
        self.pressed = False
        self.run(0.02)

    def reset(self) -> None:
        self.epoch = self.b.now + 1


def actuator(bench: MakeBench, driver: DriverChoice = KINEMATIC, **params: object) -> Bench:
    return bench("actuator", params=params, driver=driver)


def enabled(bench: MakeBench, driver: DriverChoice = KINEMATIC) -> tuple[Bench, Told]:
    b = actuator(bench, driver)
    b.run_for(0.05)
    b.lockstep.command("n", "enable")
    return b, Told(b)


def following(bench: MakeBench) -> tuple[Bench, Told]:
    b, told = enabled(bench)
    told.re_clutch()
    assert state(b).is_busy
    return b, told


def state(b: Bench) -> OperatingState:
    b.run_for(0.02)
    said = b.said("operating_state")[-1].payload
    assert isinstance(said, OperatingState)
    return said


def position(b: Bench) -> tuple[float, ...]:
    assert isinstance(b.node, Actuator)
    return b.node.driver.read().position


def test_it_says_where_it_is_before_anything_else(bench: MakeBench) -> None:
    b = actuator(bench)
    b.run_for(0.1)
    measured, jaw = b.said("measured_js")[-1].payload, b.said("jaw_measured_js")[-1].payload
    assert isinstance(measured, JointState)
    assert isinstance(jaw, JointState)
    assert (measured.name, measured.position) == (ARM.joint_names, ARM.home)
    assert jaw == JointState(("jaw",), (0.0,))
    assert state(b) == OperatingState(ArmState.DISABLED, True, False, "not enabled yet")


def test_it_follows_with_everything_it_needs(bench: MakeBench) -> None:
    b, told = following(bench)
    told.yaw = 0.002
    told.run(0.02)
    assert position(b)[0] == pytest.approx(0.002)
    assert b.node.figures["gesture_to_motor"].total > 0


@pytest.mark.parametrize("missing", ["permit", "clutch", "estop", "command"])
def test_it_starts_with_nothing_less(bench: MakeBench, missing: str) -> None:
    b, told = enabled(bench)
    told.says.remove(missing)
    told.yaw = 0.002
    told.re_clutch()
    told.run(0.1)
    assert position(b)[0] == 0.0
    assert not state(b).is_busy
    if missing == "estop":
        assert "emergency stop" in state(b).cause


@pytest.mark.parametrize(
    ("missing", "cause"),
    [
        ("permit", "no valid motion permit from in/permit"),
        ("estop", "the emergency stop level from in/estop has fallen silent"),
        ("command", "no fresh command from in/command"),
    ],
)
def test_it_holds_when_one_of_them_runs_out(bench: MakeBench, missing: str, cause: str) -> None:
    b, told = following(bench)
    told.says.remove(missing)
    told.run(0.03 if missing != "estop" else 0.05)
    told.yaw = 0.005
    told.run(0.1)
    assert position(b)[0] == 0.0
    assert [event.text for event in b.events if event.kind == "hold"] == [cause]
    told.says.add(missing)
    told.run(0.1)
    assert position(b)[0] == 0.0, "and does not go on by itself"


def test_it_holds_at_the_very_time_the_last_permit_runs_out(bench: MakeBench) -> None:
    b, told = following(bench)
    told.says.remove("permit")
    b.send("permit", MotionPermit(told.epoch), valid_for=0.0113)
    end = b.now + round(11.3 * MS)
    told.run(0.05)
    (hold,) = [event for event in b.events if event.kind == "hold"]
    assert end <= hold.at <= end + 1


@pytest.mark.parametrize("valid_for", [0.0, 3600.0])
def test_a_permit_without_an_end_or_for_an_hour_does_not_last_longer_than_30_ms(
    bench: MakeBench, valid_for: float
) -> None:
    b, told = following(bench)
    told.says.remove("permit")
    b.send("permit", MotionPermit(told.epoch), valid_for=valid_for)
    told.run(0.034)
    told.yaw = 0.005
    told.run(0.1)
    assert position(b)[0] == 0.0
    told.re_clutch()
    assert position(b)[0] == 0.0


def test_permits_of_older_epochs_and_out_of_order_count_for_nothing(bench: MakeBench) -> None:
    b, told = following(bench)
    old = told.epoch
    old_frame = b.frame("permit", MotionPermit(old), valid_for=0.03)
    told.says.remove("permit")
    told.run(0.05)
    told.reset()
    told.says.add("permit")
    told.run(0.01)
    told.says.remove("permit")
    told.run(0.04)
    told.yaw = 0.003
    told.re_clutch()
    b.deliver(old_frame)
    told.epoch = old
    told.says.add("permit")
    told.re_clutch()
    told.run(0.1)
    assert position(b)[0] == 0.0


def test_a_first_command_far_from_where_it_holds_is_refused_in_words(bench: MakeBench) -> None:
    b, told = enabled(bench)
    told.yaw = 0.02
    told.re_clutch()
    told.run(0.05)
    assert position(b)[0] == 0.0
    assert state(b).cause == "the first command would jump (yaw by 0.02); press and release the clutch"
    told.yaw = 0.009
    told.re_clutch()
    assert position(b)[0] == pytest.approx(0.009)


def test_an_arm_that_cannot_see_is_in_fault_and_follows_nothing(bench: MakeBench) -> None:
    BLIND_READS.append(float("nan"))
    try:
        b = actuator(bench, DriverChoice(f"{__name__}:BlindArm"))
        b.run_for(0.05)
        assert "not finite" in state(b).cause
        with pytest.raises(RequestRefused, match="reset it first"):
            b.lockstep.command("n", "enable")
        told = Told(b)
        told.re_clutch()
        assert state(b).state is ArmState.FAULT
    finally:
        BLIND_READS.clear()


def test_an_arm_that_is_not_homed_follows_nothing(bench: MakeBench) -> None:
    b, told = enabled(bench, DriverChoice(f"{__name__}:LostArm"))
    told.re_clutch()
    said = state(b)
    assert (said.state, said.is_homed, said.is_busy) == (ArmState.ENABLED, False, False)
    assert said.cause == "it must be homed before it follows"


def test_a_driver_is_read_no_faster_than_it_takes(bench: MakeBench) -> None:
    with pytest.raises(NodeCrashed, match=r"feedback_rate is 500 Hz, driver .* takes at most 200 Hz"):
        actuator(bench, DriverChoice(f"{__name__}:LostArm"), feedback_rate=500.0)


# Jaw ------------------------------------------------------------------------------------------------------------


def test_a_jaw_that_falls_silent_keeps_its_grip(bench: MakeBench) -> None:
    b, told = following(bench)
    told.jaw = 0.4
    told.run(0.1)
    assert position(b)[-1] == pytest.approx(0.4)
    told.jaw = None
    told.yaw = 0.003
    told.run(0.2)
    assert position(b)[-1] == pytest.approx(0.4)
    assert position(b)[0] == pytest.approx(0.003), "and the arm goes on"


def test_a_jaw_command_beyond_its_limits_holds_once_and_is_forgotten(bench: MakeBench) -> None:
    b, told = following(bench)
    told.jaw = 0.2
    told.run(0.1)
    told.jaw = 9.0
    told.run(0.01)
    told.jaw = None
    told.run(0.05)
    assert [event.text for event in b.events if event.kind == "hold" and "jaw is 9" in event.text]
    told.reset()
    told.re_clutch()
    assert state(b).is_busy
    assert position(b)[-1] == pytest.approx(0.2)


def test_a_command_that_is_not_for_the_jaw_moves_no_jaw(bench: MakeBench) -> None:
    b, told = following(bench)
    told.jaw = None
    for _ in range(10):
        b.send("jaw_command", JointCommand(("gripper",), (0.5,)), valid_for=0.03)
        told.run(0.002)
    assert position(b)[-1] == 0.0


# Requests -------------------------------------------------------------------------------------------------------


def test_homing_moves_and_therefore_needs_a_permit(bench: MakeBench) -> None:
    b, told = enabled(bench)
    with pytest.raises(RequestRefused, match="no valid motion permit"):
        b.lockstep.command("n", "home")
    told.run(0.01)
    assert "ENABLED" in b.lockstep.command("n", "home")
    told.re_clutch()
    with pytest.raises(RequestRefused, match="at rest"):
        b.lockstep.command("n", "home")


def test_a_re_clutch_from_before_the_arm_had_power_does_not_count(bench: MakeBench) -> None:
    b = actuator(bench)
    b.run_for(0.05)
    told = Told(b)
    told.re_clutch()
    b.lockstep.command("n", "enable")
    told.yaw = 0.002
    told.run(0.1)
    assert position(b)[0] == 0.0
    told.re_clutch()
    assert position(b)[0] == pytest.approx(0.002)


def test_only_an_enabled_arm_can_be_paused(bench: MakeBench) -> None:
    b = actuator(bench)
    with pytest.raises(RequestRefused, match="DISABLED, only ENABLED can be paused"):
        b.lockstep.command("n", "pause")


def test_disable_counts_also_before_it_would_enable_itself(bench: MakeBench) -> None:
    b = actuator(bench, arm_at_start=True)
    b.lockstep.command("n", "disable")
    b.run_for(0.5)
    assert state(b).state is ArmState.DISABLED


def test_a_reset_of_an_arm_without_a_fault_changes_nothing(bench: MakeBench) -> None:
    b, told = following(bench)
    b.lockstep.command("n", "reset")
    told.run(0.02)
    assert state(b).is_busy


def test_without_a_driver_it_says_what_it_needs(bench: MakeBench) -> None:
    with pytest.raises(NodeCrashed, match=r"node n: on_start .*needs a driver"):
        bench("actuator")


# Limits and lead ------------------------------------------------------------------------------------------------


def limits(b: Bench) -> MotionLimits:
    b.run_for(0.1)
    said = b.said("limits")[-1].payload
    assert isinstance(said, MotionLimits)
    return said


def test_what_is_limited_is_counted_and_its_reason_published_once_an_episode(bench: MakeBench) -> None:
    b, told = following(bench)
    assert limits(b) == MotionLimits()
    told.re_clutch()
    told.reset()
    told.re_clutch()
    before = position(b)[0]
    told.yaw = 0.3
    told.run(0.01)
    assert 0.0 < position(b)[0] - before <= 0.5 * 40.0 * 0.012**2
    told.run(0.3)
    assert position(b)[0] == pytest.approx(0.3)
    speed, acceleration = "yaw is kept to its speed limit", "yaw is kept to its acceleration limit"
    assert [event.text for event in b.events if event.kind == "limit"] == [speed, acceleration]
    said = limits(b)
    assert said.text == acceleration
    assert {row.reason for row in said.limits} == {"joint_speed", "joint_acceleration"}
    assert all(row.active for row in said.limits)
    assert sum(row.count for row in said.limits) > 50
    told.run(0.6)
    assert not any(row.active for row in limits(b).limits)


def test_a_jaw_command_counts_as_limited_if_the_jaw_had_not_reached_the_one_before(bench: MakeBench) -> None:
    b, told = following(bench)
    for k in range(20):
        told.jaw = 0.015 * k  # within the jaw's speed between two commands
        told.run(0.002)
    assert limits(b) == MotionLimits()
    told.reset()
    told.re_clutch()
    for jaw in (0.9, 0.1):
        told.jaw = jaw
        told.run(0.01)
    assert limits(b).text == "jaw is kept to its speed limit"


def test_an_acceleration_of_its_own_counts_for_the_joint_that_it_names(bench: MakeBench) -> None:
    b = actuator(bench, acceleration={"yaw": 1.0})
    b.run_for(0.05)
    b.lockstep.command("n", "enable")
    told = Told(b)
    told.re_clutch()
    told.yaw = 0.3
    told.run(0.1)
    assert 0.003 < position(b)[0] <= 0.5 * 0.102**2


@pytest.mark.parametrize("field", [{"model": "psm_si_lnd"}, {"acceleration": {"yaw": 5.0}}])
def test_what_the_driver_was_made_with_is_not_changed_live(bench: MakeBench, field: dict[str, object]) -> None:
    b = actuator(bench)
    with pytest.raises(RequestRefused, match="counts from the next start only"):
        b.host.set_params(b.node, changed_params("n", b.node.params, field))


def test_an_acceleration_of_an_unknown_joint_names_the_nearest(bench: MakeBench) -> None:
    with pytest.raises(NodeCrashed, match="acceleration of a joint 'yav'; did you mean 'yaw'"):
        actuator(bench, acceleration={"yav": 1.0})


def test_a_lead_moves_commands_ahead_while_they_move_and_not_at_rest(bench: MakeBench) -> None:
    b = actuator(bench, lead=0.01)
    b.run_for(0.05)
    b.lockstep.command("n", "enable")
    told = Told(b)
    told.re_clutch()
    for k in range(1, 101):
        told.yaw = 0.0001 * k * min(k / 50, 1.0)
        told.run(0.002)
    assert position(b)[0] == pytest.approx(told.yaw + 0.01 * 0.05, rel=0.01)
    told.run(0.2)
    assert position(b)[0] == pytest.approx(told.yaw, abs=1e-9)
