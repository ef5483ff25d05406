"""Whatever falls silent, the arm holds within 50 ms, says why, and moves again only after reset and re-clutch."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutura.hw_drivers import Capabilities, StopCategory, errors
from sutura.messages import (
    ArmState,
    Clutch,
    EmergencyStop,
    JointCommand,
    OperatingState,
    OperatorPresence,
    Pose,
    WatchdogPhase,
    WatchdogState,
)
from sutura.nodes import RequestRefused
from sutura.nodes.stock.actuator import Actuator
from sutura.nodes.stock.inverse_kinematics import InverseKinematics
from sutura.nodes.stock.operator import Operator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.runtime.conftest import MakeSession, RecordingArm, Session

PARTS = __name__

MS = 1_000_000
DEADLINE_NS = 50 * MS
NODES = ("operator", "master", "tremor", "scaling", "ik", "arm", "fk", "watchdog")
# past the middle of a motion, all over the 100 Hz, 250 Hz and 1 kHz grids
PHASES = (0.6, 0.6049, 0.60703)

many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)


class MuteOperator(Operator):
    """An operator whose console loses the wire of one level."""

    muted = ""

    def _publish(self, levels: dict[str, bool]) -> None:
        for name, message in (("present", OperatorPresence), ("clutch", Clutch), ("estop", EmergencyStop)):
            if name != self.muted:
                getattr(self, name).publish(message(levels[name]))


class BadSolver(InverseKinematics):
    """A solver that goes wrong in a chosen way."""

    spoil = ""

    def on_target(self, pose: Pose) -> None:
        names, home = self._arm.joint_names, self._arm.home
        match self.spoil:
            case "limit":
                self.servo_jp.publish(JointCommand(names, (2.0, *home[1:])))
            case "names":
                self.servo_jp.publish(JointCommand(("wrong", *names[1:]), home))
            case "short":
                self.servo_jp.publish(JointCommand(names[:3], home[:3]))
            case "nan":
                self.servo_jp.publish(JointCommand(names, (math.nan, *home[1:])))
            case "leap":
                self.servo_jp.publish(JointCommand(names, (1.0, 0.5, 0.2, 1.0, 1.0, 1.0)))
            case _:
                super().on_target(pose)


class MakeMoving(Protocol):
    def __call__(self, *settings: str, until: float = ..., swap: Mapping[str, str] = ...) -> Session: ...


def state_of(s: Session) -> OperatingState:
    s.keep.add("PSM1/operating_state")
    s.run_for(0.03)
    state = s.of("PSM1/operating_state")[-1]
    assert isinstance(state, OperatingState)
    return state


def assert_held_in_time(s: Session, stopped_at: int) -> None:
    assert s.writes[-1][0] <= stopped_at + DEADLINE_NS, "no command is applied 50 ms later"
    assert s.writes[-1][0] > stopped_at - 5 * MS, "it was moving until then"


def assert_only_reset_and_re_clutch_lead_back(s: Session) -> None:
    """Each alone changes nothing; both, in this order, do."""
    held = s.now
    s.run_for(0.2)
    s.re_clutch()
    s.run_for(0.1)
    assert not s.moved_since(held), "a re-clutch alone"
    s.command("watchdog", "reset")
    s.run_for(0.2)
    assert not s.moved_since(held), "a reset alone"
    s.re_clutch()
    s.run_for(0.1)
    assert s.moved_since(held), "both"
    assert state_of(s).is_busy


def assert_nothing_jumped(s: Session) -> None:
    """No step between two commands is faster than yaw, pitch (2 rad/s) and insertion (0.5 m/s) may be."""
    for (t0, q0), (t1, q1) in zip(s.writes, s.writes[1:], strict=False):
        dt = min((t1 - t0) * 1e-9, 0.01) if t1 > t0 else 0.0
        assert all(abs(b - a) <= v * dt + 1e-9 for a, b, v in zip(q0, q1, (2.0, 2.0, 0.5), strict=False)), (
            f"a jump at {t1}"
        )


# Nodes that die -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("node", NODES)
def test_a_killed_node_holds_the_arm(moving: MakeMoving, node: str, phase: float) -> None:
    s = moving(until=phase)
    assert set(s.supervised) | {"watchdog"} == set(NODES), "every node that motion depends on is tried"
    killed = s.now
    s.kill(node)
    s.run_for(0.15)
    assert_held_in_time(s, killed)
    if node == "watchdog":
        assert "no valid motion permit from watchdog" in s.told("hold")
    else:
        assert node in s.told("trip")[0]
    s.restart(node)
    s.run_for(0.3)
    assert not s.moved_since(killed + DEADLINE_NS), "started anew, nothing moves by itself"
    assert_only_reset_and_re_clutch_lead_back(s)


@given(node=st.sampled_from(NODES), phase=st.floats(0.0, 0.02))
@many
def test_a_kill_at_any_time_holds_the_arm(moving: MakeMoving, node: str, phase: float) -> None:
    s = moving(until=0.6 + phase)
    killed = s.now
    s.kill(node)
    s.run_for(0.4)
    assert_held_in_time(s, killed)


@pytest.mark.parametrize("phase", PHASES[1:2])
@pytest.mark.parametrize("node", NODES)
def test_a_frozen_node_holds_the_arm_and_moves_nothing_when_it_thaws(
    moving: MakeMoving, node: str, phase: float
) -> None:
    s = moving(until=phase)
    frozen = s.now
    s.freeze(node)
    s.run_for(0.3)
    assert_held_in_time(s, frozen)
    s.thaw(node)
    s.run_for(0.3)
    assert not s.moved_since(frozen + DEADLINE_NS), "what it had in hand is too old"
    s.command("arm", "enable")
    assert_only_reset_and_re_clutch_lead_back(s)
    assert_nothing_jumped(s)


@given(node=st.sampled_from(NODES), phase=st.floats(0.0, 0.02), frozen_ms=st.floats(1.0, 120.0))
@many
def test_after_a_freeze_of_any_length_motion_goes_on_at_once_or_needs_a_reset(
    moving: MakeMoving, node: str, phase: float, frozen_ms: float
) -> None:
    s = moving(until=0.6 + phase)
    frozen = s.now
    s.freeze(node)
    s.run_for(frozen_ms * 1e-3)
    s.thaw(node)
    thawed = s.now
    s.run_for(0.3)
    assert not [at for at, _ in s.writes if frozen + DEADLINE_NS < at < thawed]
    if s.told("hold"):
        last = s.writes[-1][0]
        assert last <= max(thawed, frozen + DEADLINE_NS)
        s.re_clutch()
        assert not s.moved_since(last)
    else:
        assert s.moved_since(thawed + 200 * MS)
    assert_nothing_jumped(s)


def test_the_cause_is_told_by_watchdog_and_arm(moving: MakeMoving) -> None:
    s = moving()
    s.keep.add("watchdog/state")
    s.kill("tremor")
    s.run_for(0.2)
    state = s.of("watchdog/state")[-1]
    assert isinstance(state, WatchdogState)
    assert (state.phase, state.trips) == (WatchdogPhase.LATCHED, 1)
    assert state.cause.startswith("node tremor: no heartbeat for 4")
    assert state_of(s).cause in s.told("hold")
    with pytest.raises(RequestRefused, match="node tremor"):
        s.command("watchdog", "reset")


def test_a_node_that_crashes_and_is_back_at_once_trips_all_the_same(moving: MakeMoving) -> None:
    s = moving()
    s.kill("fk")
    s.restart("fk")
    s.run_for(0.2)
    assert s.told("trip") == ["node fk was started anew"]
    assert_only_reset_and_re_clutch_lead_back(s)


def test_a_fault_that_a_node_reports_trips_and_bars_a_reset(moving: MakeMoving) -> None:
    s = moving()
    at = s.now
    s.node("tremor").fault("its numbers make no sense")
    s.run_for(0.2)
    assert_held_in_time(s, at)
    assert s.told("trip") == ["node tremor: its numbers make no sense"]
    with pytest.raises(RequestRefused, match="its numbers make no sense"):
        s.command("watchdog", "reset")


@pytest.mark.parametrize("node", ["watchdog", "arm"])
def test_arm_at_start_arms_a_run_once_and_never_a_restart(moving: MakeMoving, node: str) -> None:
    s = moving()
    at = s.now
    s.kill(node)
    s.run_for(0.1)
    s.restart(node)
    s.run_for(1.0)
    s.re_clutch()
    s.run_for(0.5)
    assert not s.moved_since(at + DEADLINE_NS)


def test_both_lost_at_once_still_holds(moving: MakeMoving) -> None:
    s = moving()
    at = s.now
    for node in ("watchdog", "operator", "ik"):
        s.kill(node)
    s.run_for(0.3)
    assert_held_in_time(s, at)


# What the operator says -----------------------------------------------------------------------------------------


def test_an_emergency_stop_stops_at_once_powers_off_and_latches(moving: MakeMoving) -> None:
    s = moving()
    pressed = s.now
    s.command("operator", "estop")
    s.run_for(0.3)
    assert not s.moved_since(pressed)
    assert (pressed, StopCategory.CONTROLLED) in _stops(s)
    state = state_of(s)
    assert (state.state, state.cause) == (ArmState.FAULT, "emergency stop")
    assert s.told("trip") == ["emergency stop"]
    for node in ("arm", "watchdog"):
        with pytest.raises(RequestRefused, match="emergency stop"):
            s.command(node, "reset")
    s.command("operator", "release_estop")
    s.run_for(0.3)
    assert not s.moved_since(pressed), "released, it stays latched"
    with pytest.raises(RequestRefused, match="reset it first"):
        s.command("arm", "enable")
    s.command("arm", "reset")
    assert_only_reset_and_re_clutch_lead_back(s)


def _stops(s: Session) -> list[tuple[int, StopCategory]]:
    return _driver(s).stops


def test_an_emergency_stop_reaches_the_arm_without_the_watchdog(moving: MakeMoving) -> None:
    s = moving()
    s.freeze("watchdog")
    pressed = s.now
    s.command("operator", "estop")
    s.run_for(0.02)
    assert not s.moved_since(pressed)
    assert state_of(s).cause == "emergency stop"


@pytest.mark.parametrize("node", ["arm", "watchdog"])
def test_an_emergency_stop_by_request_holds_and_latches(moving: MakeMoving, node: str) -> None:
    s = moving()
    at = s.now
    s.command(node, "estop")
    s.run_for(0.3)
    assert s.writes[-1][0] <= at + (0 if node == "arm" else 40 * MS)
    s.command("arm", "reset")
    assert_only_reset_and_re_clutch_lead_back(s)


def test_an_emergency_stop_before_the_start_is_not_forgotten(session: MakeSession) -> None:
    s = session("teleop", "arm_at_start=true")
    s.command("watchdog", "estop")
    s.run_for(0.5)
    assert s.told("reset") == [], "it does not arm itself any more"
    s = session("teleop", "arm_at_start=true")
    s.command("operator", "estop")
    s.run_for(0.2)
    s.command("operator", "release_estop")
    s.run_for(0.5)
    assert s.told("reset") == []


def test_an_early_reset_leaves_nothing_that_arms_by_itself_later(session: MakeSession, recording_arm: str) -> None:
    s = session("teleop", "arm_at_start=true", "master.driver.start=0.15", f"arm.driver={recording_arm}")
    s.run_for(0.015)
    s.command("watchdog", "reset")
    s.run_for(0.2)
    s.command("operator", "absent")
    s.run_for(0.2)
    s.command("operator", "present")
    s.run_for(0.5)
    assert len(s.told("trip")) == 1
    assert len(s.told("reset")) == 1, "a second epoch needs a person"


def test_without_arm_at_start_nothing_moves_before_enable_reset_and_re_clutch(
    session: MakeSession, recording_arm: str
) -> None:
    s = session("teleop", "master.driver.start=0.15", f"arm.driver={recording_arm}")
    s.run_for(2.0)
    s.command("watchdog", "reset")
    s.re_clutch()
    assert not s.moved_since(0), "not enabled"
    s.command("arm", "enable")
    s.run_for(0.2)
    assert not s.moved_since(0), "the re-clutch was before the arm had power"
    s.re_clutch()
    assert s.moved_since(0)


def test_an_operator_who_leaves_ends_motion(moving: MakeMoving) -> None:
    s = moving()
    at = s.now
    s.command("operator", "absent")
    s.run_for(0.2)
    assert_held_in_time(s, at)
    assert s.told("trip") == ["the operator is not present"]
    with pytest.raises(RequestRefused, match="not present"):
        s.command("watchdog", "reset")
    s.command("operator", "present")
    s.run_for(0.3)
    assert_only_reset_and_re_clutch_lead_back(s)


@pytest.mark.parametrize(
    ("level", "cause"),
    [("present", "presence level has fallen silent"), ("estop", "emergency stop level has fallen silent")],
)
def test_a_level_that_falls_silent_means_absent_and_stopped(moving: MakeMoving, level: str, cause: str) -> None:
    s = moving(swap={"operator": f"{PARTS}:MuteOperator"})
    at = s.now
    _mute(s, level)
    s.run_for(0.2)
    assert_held_in_time(s, at)
    assert cause in s.told("trip")[0]
    _mute(s, "")
    s.run_for(0.1)
    assert_only_reset_and_re_clutch_lead_back(s)


def test_a_clutch_that_falls_silent_means_clutched(moving: MakeMoving) -> None:
    s = moving(swap={"operator": f"{PARTS}:MuteOperator"})
    at = s.now
    _mute(s, "clutch")
    s.run_for(0.3)
    still = {positions for when, positions in s.writes if when > at + 60 * MS}
    assert len(still) <= 1, "the arm keeps its place"
    _mute(s, "")
    s.run_for(0.3)
    assert len({positions for when, positions in s.writes if when > at + 60 * MS}) <= 1, (
        "and goes on only re-clutched"
    )


def _mute(s: Session, level: str) -> None:
    operator = s.node("operator")
    assert hasattr(operator, "muted")
    operator.muted = level


def test_pressing_the_clutch_keeps_the_arm_where_it_is_without_a_trip(moving: MakeMoving) -> None:
    s = moving()
    s.command("operator", "press_clutch")
    s.run_for(0.05)
    pressed = s.now
    s.run_for(0.3)
    assert len({positions for at, positions in s.writes if at > pressed}) == 1
    s.command("operator", "release_clutch")
    s.run_for(0.2)
    assert len({positions for at, positions in s.writes if at > pressed}) > 100
    assert s.told("trip") + s.told("hold") == []
    assert_nothing_jumped(s)


# Bad commands and bad devices -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["limit", "names", "short"])
def test_a_command_that_must_not_reach_a_motor_holds_and_names_its_writer(moving: MakeMoving, kind: str) -> None:
    s = moving(swap={"ik": f"{PARTS}:BadSolver"})
    at = s.now
    _spoil(s, kind)
    s.run_for(0.1)
    assert not s.moved_since(at + MS)
    assert "ik@1" in s.told("hold")[0]
    assert s.node("arm").gauges["refused_commands"] == 1
    _spoil(s, "")
    s.run_for(0.1)
    assert not s.moved_since(at + MS), "good commands alone do not lead back"
    assert_only_reset_and_re_clutch_lead_back(s)
    assert_nothing_jumped(s)


def test_a_command_that_is_not_finite_never_leaves_its_node(moving: MakeMoving) -> None:
    s = moving(swap={"ik": f"{PARTS}:BadSolver"})
    at = s.now
    _spoil(s, "nan")
    s.run_for(0.1)
    assert_held_in_time(s, at)
    assert s.told("hold") == ["no fresh command from ik"]
    assert any("output servo_jp: not finite" in text for text in s.told("rejected"))


def test_a_command_that_leaps_is_slowed_to_the_speed_of_the_joints(moving: MakeMoving) -> None:
    s = moving(swap={"ik": f"{PARTS}:BadSolver"})
    _spoil(s, "leap")
    s.run_for(0.05)
    _spoil(s, "")
    s.run_for(0.05)
    assert_nothing_jumped(s)


def _spoil(s: Session, kind: str) -> None:
    solver = s.node("ik")
    assert hasattr(solver, "spoil")
    solver.spoil = kind


@pytest.mark.parametrize(
    ("what", "error"), [(w, e) for w in ("read", "write") for e in ("DeviceFault", "DeviceLost")]
)
def test_a_driver_that_fails_is_a_fault_with_its_cause(moving: MakeMoving, what: str, error: str) -> None:
    s = moving(swap={})
    at = s.now
    _break_driver(s, what, error)
    s.run_for(0.1)
    assert not s.moved_since(at + 11 * MS)
    assert _stops(s)[-1][1] is StopCategory.CONTROLLED
    state = state_of(s)
    assert state.state is ArmState.FAULT
    assert ("encoder of yaw" if what == "read" else "overcurrent on pitch") in state.cause
    assert [cause for cause in s.told("trip") if cause.startswith("node arm: ")], (
        "a latched fault ends every permit"
    )
    _break_driver(s, what, "")
    s.run_for(0.2)
    assert not s.moved_since(at + 11 * MS), "a device that is well again does not move by itself"
    s.command("arm", "reset")
    assert_only_reset_and_re_clutch_lead_back(s)


def test_a_device_that_was_lost_is_taken_anew_by_a_reset_and_no_sooner(moving: MakeMoving) -> None:
    s = moving(swap={})
    _break_driver(s, "read", "DeviceLost")
    _driver(s).is_away = True
    s.run_for(0.2)
    at = s.now
    assert _driver(s).opened == 1
    for _ in range(2):
        with pytest.raises(RequestRefused, match=r"arm cannot be reset: .* its bus is cut"):
            s.command("arm", "reset")
        s.run_for(0.1)
    assert "encoder of yaw" in state_of(s).cause, "what ended motion stays its cause"
    _driver(s).is_away = False
    _break_driver(s, "read", "")
    s.run_for(0.1)
    assert _driver(s).opened == 1
    s.command("arm", "reset")
    assert _driver(s).opened == 2
    assert not s.moved_since(at)
    assert_only_reset_and_re_clutch_lead_back(s)


def test_a_device_that_only_reported_a_fault_is_not_given_up(moving: MakeMoving) -> None:
    s = moving(swap={})
    _break_driver(s, "read", "DeviceFault")
    s.run_for(0.1)
    _break_driver(s, "read", "")
    s.command("arm", "reset")
    assert _driver(s).opened == 1


def test_a_drive_that_cannot_be_enabled_is_a_fault_and_no_crash(moving: MakeMoving) -> None:
    s = moving()
    driver = _driver(s)
    driver.enable_error = True
    s.command("arm", "estop")
    s.command("arm", "reset")
    s.run_for(0.1)
    state = state_of(s)
    assert state.state is ArmState.FAULT
    assert "power stage" in state.cause


def _driver(s: Session) -> type[RecordingArm]:
    arm = s.node("arm")
    assert isinstance(arm, Actuator)
    return cast("type[RecordingArm]", type(arm.driver))


def _break_driver(s: Session, what: str, error: str) -> None:
    setattr(_driver(s), f"{what}_error", getattr(errors, error) if error else None)


# Power ----------------------------------------------------------------------------------------------------------


def test_an_arm_that_holds_unpowered_is_powered_off_half_a_second_after_it_held(moving: MakeMoving) -> None:
    s = moving()
    s.kill("master")
    s.run_for(0.2)
    (held_at, hold), *_ = _stops(s)
    assert hold is StopCategory.HOLD
    s.run_for(0.5)
    off_at, off = _stops(s)[1]
    assert off is StopCategory.CONTROLLED
    assert 500 * MS < off_at - held_at <= 511 * MS


def test_an_arm_that_would_fall_keeps_its_power(moving: MakeMoving, monkeypatch: pytest.MonkeyPatch) -> None:
    s = moving()
    monkeypatch.setattr(_driver(s), "capabilities", Capabilities(silence_stop_s=0.0, simulated=True))
    s.kill("master")
    s.run_for(3.0)
    assert [category for _, category in _stops(s)] == [StopCategory.HOLD]
    assert state_of(s).state is ArmState.ENABLED


def test_pause_and_disable_need_reset_and_re_clutch_as_well(moving: MakeMoving) -> None:
    for command, state in (("pause", ArmState.PAUSED), ("disable", ArmState.DISABLED)):
        s = moving()
        at = s.now
        s.command("arm", command)
        s.run_for(0.8)
        assert not s.moved_since(at)
        assert state_of(s).state is state, "and no arm_at_start undoes it"
        s.command("arm", "enable")
        assert_only_reset_and_re_clutch_lead_back(s)


def test_enable_while_it_follows_changes_nothing(moving: MakeMoving) -> None:
    s = moving()
    s.command("arm", "enable")
    s.run_for(0.1)
    assert state_of(s) == OperatingState(ArmState.ENABLED, True, True, "")
    assert_nothing_jumped(s)


def test_an_orderly_end_stops_the_arm(moving: MakeMoving) -> None:
    s = moving()
    at = s.now
    s.end()
    assert _stops(s)[-1] == (at, StopCategory.CONTROLLED)
