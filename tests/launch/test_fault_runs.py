"""Fault scripts carried out on a virtual clock: what each fault does, who says so, what the arm does about it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sutura.kinematics import load_arm
from sutura.launch import Blueprint, LaunchError, load_topology
from sutura.launch.history import NotInHistory
from sutura.launch.injecting import injections_for
from sutura.launch.run import run_lockstep, run_topology
from sutura.launch.run_errors import FaultsRefused, NotSimulated
from sutura.launch.stepped_keeper import NOTICE_S, RESTART_S
from sutura.launch.watching import HUNG_S, MAX_RESTARTS
from sutura.messages import Heartbeat, JointCommand, JointState, OperatingState, Pose

if TYPE_CHECKING:
    from sutura.launch.pytest_plugin import Rehearse
    from sutura.launch.rehearsal import Rehearsal
    from sutura.launch.report import ConnectionReport, Report

AT = 0.6  # s: in the middle of a motion
BOUND_S = 0.05
TICK_S = 0.01  # of what the arm tells
STATE, SETPOINT, MEASURED = "PSM1/operating_state", "PSM1/setpoint_js", "PSM1/measured_js"
COMMAND, HAND = "PSM1/servo_jp", "MTMR/measured_cp"
TELEOP = """\
sutura: 1
include: [{file: teleop, args: {arm_at_start: true}}]
nodes:
  master: {driver: {start: 0.15}}
  operator: {params: {script: [{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}]}}
"""

Inject = Callable[..., "Rehearsal"]


@pytest.fixture
def inject(rehearse: Rehearse, tmp_path: Path) -> Inject:
    """Begin a teleoperation with faults; its arm follows the hand when they come."""

    def begin(*faults: str, more: str = "", seed: int = 7, wanted: bool = True) -> Rehearsal:
        path = tmp_path / "faulty.yaml"
        path.write_text(TELEOP + more + "faults:\n" + "".join(f"  - {{{fault}}}\n" for fault in faults))
        return rehearse(path, seed=seed, record=False, faults=wanted)

    return begin


def is_busy(run: Rehearsal) -> bool:
    return run.newest(STATE, OperatingState).is_busy


def events(report: Report, *kinds: str) -> list[tuple[float, str, str]]:
    return [(event.at_s, event.kind, event.node) for event in report.events if event.kind in kinds]


def link(report: Report, topic: str = COMMAND, to: str = "arm") -> ConnectionReport:
    return next(link for link in report.connections if (link.topic, link.to) == (topic, to))


def struck(report: Report) -> tuple[int, int]:
    """How many messages the only fault struck, of how many."""
    (text,) = [event.text for event in report.events if event.kind == "fault_effect"]
    found = re.search(r"struck (\d+) of (\d+) messages", text)
    assert found is not None
    return int(found[1]), int(found[2])


def re_clutch(run: Rehearsal) -> None:
    run.command("operator", "press_clutch")
    run.run_for(0.05)
    run.command("operator", "release_clutch")
    run.run_for(0.1)


# What stops the arm -------------------------------------------------------------------------------------------

STOPPING = {
    "kill: operator": "operator",
    "kill: master": "master",
    "kill: tremor": "tremor",
    "kill: scaling": "scaling",
    "kill: ik": "ik",
    "kill: fk": "fk",
    "kill: arm": "arm",
    "kill: watchdog": "",
    "hang: ik, for: 0.2 s": "ik",
    "hang: watchdog, for: 0.2 s": "",
    "hang: operator": "operator",
    "slow: master, by: 60 ms, for: 0.5 s": "master",
    "drop: PSM1/servo_jp, to: arm, for: 0.3 s": "",
    "drop: watchdog/permit, to: arm, for: 0.3 s": "",
    "drop: console/estop, to: arm, for: 0.3 s": "",
    "drop: fk/heartbeat, to: watchdog, for: 0.3 s": "fk",
    "delay: PSM1/servo_jp, to: arm, by: 40 ms, for: 0.3 s": "",
    "delay: watchdog/permit, to: arm, by: {uniform: [35 ms, 45 ms]}, for: 0.3 s": "",
    "nan: master, for: 0.2 s": "",
    "nan: master, field: 'orientation[3]', for: 0.2 s": "",
    "jump_clock: fk, by: 50 ms": "fk",
    "jump_clock: ik, by: -50 ms": "ik",
}


@pytest.mark.parametrize(("fault", "tripped_by"), STOPPING.items())
def test_the_arm_holds_in_time_and_moves_again_only_after_reset_and_re_clutch(
    inject: Inject, fault: str, tripped_by: str
) -> None:
    back = fault.replace("-50", "*").replace("50", "-50").replace("*", "50")
    run = inject(f"at: {AT} s, {fault}", *([f"at: 1 s, {back}"] if "jump" in fault else []))
    run.run_until(AT - 0.001)
    assert is_busy(run), "it follows until then"
    run.run_until(AT + RESTART_S + (HUNG_S if fault == "hang: operator" else 0.0) + 0.2)  # all are back
    states = run.history.of(STATE, OperatingState, since=AT + BOUND_S)
    assert not any(sample.message.is_busy for sample in states)
    if fault != "kill: arm":
        setpoints = run.history.of(SETPOINT, JointState, since=AT + BOUND_S + TICK_S)
        assert len({sample.message.position for sample in setpoints}) == 1, "no command was applied"
    re_clutch(run)
    assert not is_busy(run), "a re-clutch alone"
    run.command("watchdog", "reset")
    run.run_for(0.2)
    assert not is_busy(run), "a reset alone"
    re_clutch(run)
    assert is_busy(run), "both"
    report = run.report()
    assert any(tripped_by in trip.cause for trip in report.trips) or not tripped_by
    assert report.verdict == "fail"


def test_a_sensor_that_is_no_number_is_a_drive_fault(inject: Inject) -> None:
    run = inject(f"at: {AT} s, nan: arm, field: 'position[2]', for: 0.2 s")
    run.run_until(AT + 0.3)
    assert run.newest(STATE, OperatingState).state.value == "FAULT"
    run.command("arm", "reset")
    run.run_for(0.05)
    run.command("watchdog", "reset")
    run.run_for(0.1)
    re_clutch(run)
    assert is_busy(run)
    report = run.report()
    assert [at for at, _, _ in events(report, "fault")] == [AT]
    assert "measured positions that are not finite" in report.trips[0].cause
    assert report.trips[0].at_s <= AT + BOUND_S


# What it bears ------------------------------------------------------------------------------------------------


def borne(run: Rehearsal) -> Report:
    """The report of a run whose arm never stopped."""
    run.run_until(AT + 0.8)
    assert is_busy(run)
    report = run.report()
    assert events(report, "hold") == []
    assert report.trips == []
    return report


def test_every_dropped_message_is_counted_lost(inject: Inject) -> None:
    report = borne(inject(f"at: {AT} s, drop: PSM1/servo_jp, to: arm, share: 10 %, for: 0.5 s"))
    hit, of = struck(report)
    assert (link(report).lost, of) == (hit, 500)
    assert 20 < hit < 90
    assert link(report).sent == link(report).received + hit
    assert f"{hit} messages lost on PSM1/servo_jp from ik to arm" in report.reasons


def test_delayed_messages_are_as_old_as_they_were_delayed(inject: Inject) -> None:
    usual, late = (
        borne(inject(f"at: 0.2 s, delay: PSM1/servo_jp, to: arm, by: {by}", seed=3))
        for by in ("1 us", "{normal: [8 ms, 1 ms]}")
    )
    assert link(late).received == link(late).sent == link(usual).sent
    before, after = usual.path, late.path
    assert before is not None
    assert before.latency_us.p50 is not None
    assert after is not None
    assert after.latency_us.p50 is not None
    assert 7_000 < after.latency_us.p50 - before.latency_us.p50 < 10_000
    assert late.verdict == "pass", late.reasons


def test_a_repeated_message_is_not_handled_again(inject: Inject) -> None:
    report = borne(inject(f"at: {AT} s, duplicate: PSM1/servo_jp, to: arm, for: 0.5 s"))
    assert struck(report) == (500, 500)
    assert link(report).received == link(report).sent
    assert report.verdict == "pass", report.reasons


def test_what_arrives_behind_a_newer_one_counts_as_lost(inject: Inject) -> None:
    run = inject(f"at: {AT} s, reorder: PSM1/servo_jp, to: arm, share: 20 %, for: 0.5 s")
    report = borne(run)
    assert link(report).lost == struck(report)[0] > 40


def test_a_place_that_is_a_little_slow_makes_motion_late_but_smooth(inject: Inject) -> None:
    usual, late = (borne(inject(f"at: 0.2 s, slow: scaling, by: {by}")) for by in ("1 ns", "3 ms"))
    assert usual.path is not None
    assert usual.path.latency_us.p50 is not None
    assert late.path is not None
    assert late.path.latency_us.p50 is not None
    assert late.path.latency_us.p50 - usual.path.latency_us.p50 == pytest.approx(3_000, rel=0.02)
    assert link(late, "MTMR/filtered_cp", "scaling").overwritten > 300
    assert link(late, "MTMR/filtered_cp", "scaling").lost == 0


def test_a_hand_whose_sensor_is_biased_is_that_far_off(inject: Inject) -> None:
    run, straight = (
        inject(f"at: {AT} s, bias: master, field: 'position[0]', by: {by}, for: 0.1 s") for by in ("2 mm", "0 mm")
    )
    for each in (run, straight):
        each.run_until(AT + 0.3)
    pairs = zip(run.history.of(HAND, Pose), straight.history.of(HAND, Pose), strict=True)
    off = {round(a.at, 6): a.message.position[0] - b.message.position[0] for a, b in pairs}
    biased = [at for at, by in off.items() if by != 0.0]
    assert [round(min(biased), 3), round(max(biased), 3)] == [AT, AT + 0.099]
    assert all(off[at] == pytest.approx(0.002) for at in biased)


def test_an_arm_whose_sensors_are_frozen_or_biased_says_where_it_is_not(inject: Inject) -> None:
    run = inject(f"at: {AT} s, freeze: arm, for: 0.2 s", "at: 1 s, bias: arm, field: 'position[0]', by: 2 deg")
    run.run_until(1.4)
    frozen = {s.message.position for s in run.history.of(MEASURED, JointState, since=AT) if s.at < AT + 0.2}
    moved = {s.message.position for s in run.history.of(SETPOINT, JointState, since=AT) if s.at < AT + 0.2}
    assert (len(frozen), len(moved) > 10) == (1, True)
    where, told = (run.newest(topic, JointState).position for topic in (MEASURED, SETPOINT))
    assert where[0] - told[0] == pytest.approx(0.0349, abs=1e-4)
    assert where[1:] == pytest.approx(told[1:], abs=1e-4)


@pytest.mark.parametrize("topic", [COMMAND, "PSM1/servo_cp", "watchdog/permit", "fk/heartbeat", "console/clutch"])
def test_whatever_is_corrupted_no_joint_leaves_its_limits_or_speed(inject: Inject, topic: str) -> None:
    to = {COMMAND: "arm", "PSM1/servo_cp": "ik", "fk/heartbeat": "watchdog"}.get(topic, "arm")
    run = inject(f"at: {AT} s, corrupt: {topic}, to: {to}, share: 30 %, bits: 2")
    run.run_until(AT + 0.5)
    arm = load_arm("psm_classic_lnd").limits
    applied = [(s.at, s.message.position) for s in run.history.of(SETPOINT, JointState, since=AT)]
    for (t0, before), (t1, after) in pairwise(applied):
        for a, b, low, high, speed in zip(before, after, arm.lower, arm.upper, arm.velocity, strict=True):
            assert low <= b <= high
            assert abs(b - a) <= speed * (t1 - t0 + 0.01)
    report = run.report()
    refused = link(report, topic, to).rejected + sum("no topic read here" in event.text for event in report.events)
    assert refused > 0
    assert struck(report)[0] >= refused


# Processes ----------------------------------------------------------------------------------------------------


def test_a_killed_place_is_mourned_and_started_anew_as_by_the_supervisor(inject: Inject) -> None:
    run = inject(f"at: {AT} s, kill: tremor", "at: 0.9 s, kill: tremor")
    run.run_until(3.0)
    back = next(s for s in run.history.of("tremor/heartbeat", Heartbeat) if s.writer == "tremor@2")
    report = run.report()
    noticed, restarted = AT + NOTICE_S, AT + NOTICE_S + RESTART_S
    assert events(report, "fault_injected", "ended", "restart", "rescue") == [
        (AT, "fault_injected", "tremor"),
        (noticed, "ended", "tremor"),
        (noticed, "restart", "tremor"),
        (0.9, "fault_injected", "tremor"),
    ]
    assert "in vain" in next(event.text for event in report.events if event.at_s == 0.9)
    assert restarted <= back.at <= restarted + 0.02
    assert report.nodes["tremor"].restarts == 1
    assert {name for name, node in report.nodes.items() if node.restarts} == {"tremor"}


def test_an_actuator_that_falls_is_rescued_before_it_is_started_anew(inject: Inject, tmp_path: Path) -> None:
    (tmp_path / "rescued.py").write_text(
        "from sutura.sim_driver.kinematic_arm import KinematicArm\n"
        "class Arm(KinematicArm):\n"
        "    @classmethod\n"
        "    def rescue(cls, options, context) -> None:\n"
        "        (context.device_dir / 'rescued').write_text(f'{context.name} {context.now()}')\n"
    )
    more = "  arm: {driver: {use: 'rescued.py:Arm'}}\n"
    run = inject(f"at: {AT} s, hang: arm, for: 0.3 s", more=more)
    run.run_until(2.0)
    assert (run.directory.path / "rescued").read_text() == f"arm {1_000_000_000 + 640_000_000}"
    found = events(run.report(), "hung", "ended", "rescue", "restart", "fault_ended")
    assert found == [
        (0.62, "hung", "arm"),
        (0.64, "ended", "arm"),
        (0.64, "rescue", "arm"),
        (0.64, "restart", "arm"),
        (0.9, "fault_ended", "arm"),
    ]


def test_a_place_that_hangs_for_long_is_ended_when_it_goes_on_or_before(inject: Inject) -> None:
    run = inject(
        f"at: {AT} s, hang: ik, for: 0.7 s", f"at: {AT} s, hang: fk", f"at: {AT} s, hang: tremor, for: 0.2 s"
    )
    run.run_until(AT + HUNG_S + 0.1)
    report = run.report()
    ended = {event.node: (event.at_s, event.text) for event in report.events if event.kind == "ended"}
    assert set(ended) == {"ik", "fk"}
    assert ended["ik"] == (1.32, "place ik ended by SIGALRM (its loop stood still for longer than its hang_limit)")
    assert ended["fk"] == (AT + HUNG_S + NOTICE_S, "place fk did not answer for 2 s, was killed")
    assert events(report, "hung") == [(AT + HUNG_S, "hung", "fk")]


SMALL = """\
sutura: 1
nodes:
  solid: {node: 'small.py:Small', supervised: true}
  frail: {node: 'small.py:Small', supervised: true}
  once: {node: 'small.py:Small', supervised: true, restart: never}
  watchdog: {node: watchdog, in: {present: operator/present, estop: operator/estop}}
  operator: {node: operator, supervised: true}
faults:
"""
NODE = """
from sutura.nodes import Node

class Small(Node):
    def on_start(self) -> None:
        if self.name == "frail" and self.is_restart:
            raise ValueError("no strength left")
"""


def small(folder: Path, *faults: str, duration: float) -> Report:
    (folder / "small.py").write_text(NODE)
    (folder / "small.yaml").write_text(SMALL + "".join(f"  - {{{fault}}}\n" for fault in faults))
    topology = load_topology(str(folder / "small.yaml"))
    return run_lockstep(topology, duration=duration, faults=True, note=lambda _: None, update=lambda _: None)


def test_a_place_that_keeps_falling_is_given_up(home: Path, tmp_path: Path) -> None:
    kills = [f"at: {1.1 * n:.1f} s, kill: solid" for n in range(1, MAX_RESTARTS + 3)]
    report = small(tmp_path, *kills, duration=9.0)
    assert len(events(report, "restart")) == report.nodes["solid"].restarts == MAX_RESTARTS
    assert [node for _, _, node in events(report, "given_up")] == ["solid"]
    assert len(events(report, "ended")) == MAX_RESTARTS + 1


def test_a_place_that_must_not_be_started_anew_is_not(home: Path, tmp_path: Path) -> None:
    report = small(tmp_path, "at: 0.1 s, kill: once", duration=2.0)
    assert events(report, "restart", "ended") == [(0.12, "ended", "once")]


def test_a_place_that_cannot_start_again_stays_away_and_the_others_go_on(home: Path, tmp_path: Path) -> None:
    report = small(tmp_path, "at: 0.1 s, kill: frail", "at: 1.5 s, kill: solid", duration=3.0)
    assert events(report, "crash") == [(1.12, "crash", "frail")]
    assert (1.5, "fault_injected", "solid") in events(report, "fault_injected")
    assert report.ran.duration_s == 3.0


# The run ------------------------------------------------------------------------------------------------------

MANY = (
    f"at: {AT} s, drop: PSM1/servo_jp, to: arm, share: 5 %, for: 0.2 s",
    "at: 0.3 s, delay: PSM1/servo_cp, to: ik, by: {normal: [3 ms, 2 ms]}",
    "at: 0.3 s, slow: tremor, by: {uniform: [0 ms, 2 ms]}",
    "at: 0.5 s, corrupt: PSM1/setpoint_js, to: fk, share: 5 %",
    "at: 1 s, kill: scaling",
)


def said(run: Rehearsal) -> str:
    run.run_until(2.2)
    return str(run.report().recording_hash)


def test_equal_seeds_and_faults_give_equal_recordings(inject: Inject) -> None:
    first = said(inject(*MANY))
    assert first == said(inject(*MANY))
    assert first != said(inject(*MANY, seed=8))
    assert first != said(inject(*MANY[1:]))


def test_faults_are_injected_only_when_they_are_wanted(inject: Inject) -> None:
    unwanted = inject(*MANY, wanted=False)
    none = inject("at: 100 s, kill: tremor")
    assert said(unwanted) == said(none)
    assert events(unwanted.report(), "fault_injected", "fault_ended", "fault_effect") == []


def test_begin_and_end_of_every_fault_stand_in_the_report_before_what_they_cause(inject: Inject) -> None:
    run = inject(f"at: {AT} s, nan: arm, for: 0.1 s", "at: 0.3 s, slow: tremor, by: 1 ms", "at: 9 s, kill: fk")
    run.run_until(1.0)
    report = run.report()
    kinds = [event.kind for event in report.events if event.at_s >= AT]
    assert kinds[0] == "fault_injected"
    assert events(report, "fault_injected", "fault_ended") == [
        (0.3, "fault_injected", "tremor"),
        (AT, "fault_injected", "arm"),
        (0.7, "fault_ended", "arm"),
    ]
    assert "fault 1: nan arm, for 0.1 s" in [event.text for event in report.events]


def test_faults_are_never_injected_where_hardware_moves(home: Path, tmp_path: Path) -> None:
    arm = (Path(__file__).parents[2] / "examples" / "slow_arm.py").read_text()
    (tmp_path / "hard.py").write_text(arm.replace("simulated=True", "simulated=False"))
    text = "sutura: 1\ninclude: [{file: teleop}]\nnodes: {arm: {driver: {use: 'hard.py:SlowArm'}}}\n"
    (tmp_path / "hard.yaml").write_text(text + "faults: [{at: 1 s, kill: tremor}]\n")
    topology = load_topology(str(tmp_path / "hard.yaml"))
    with pytest.raises(FaultsRefused, match=r"node arm has .*SlowArm, which moves real hardware"):
        run_topology(topology, faults=True, note=lambda _: None, update=lambda _: None)
    with pytest.raises(NotSimulated):
        run_lockstep(topology, faults=True, note=lambda _: None, update=lambda _: None)
    assert list(home.iterdir()) == []


def test_lockstep_across_processes_injects_none_and_says_so(home: Path) -> None:
    with pytest.raises(LaunchError, match="in one process"):
        run_lockstep(
            load_topology("teleop"), processes=True, faults=True, note=lambda _: None, update=lambda _: None
        )


def test_a_topology_without_faults_may_be_asked_for_them_whatever_it_moves(home: Path, tmp_path: Path) -> None:
    arm = (Path(__file__).parents[2] / "examples" / "slow_arm.py").read_text()
    (tmp_path / "hard.py").write_text(arm.replace("simulated=True", "simulated=False"))
    text = "sutura: 1\ninclude: [{file: teleop}]\nnodes: {arm: {driver: {use: 'hard.py:SlowArm'}}}\n"
    (tmp_path / "hard.yaml").write_text(text)
    blueprint = Blueprint.of(load_topology(str(tmp_path / "hard.yaml")))
    assert list(blueprint.hardware) == ["arm"]
    assert injections_for(blueprint, wanted=True) == []


def test_a_fault_in_physics_leaves_the_simulated_arm_holding(rehearse: Rehearse, tmp_path: Path) -> None:
    more = "  world: {}\n"
    text = TELEOP.replace("file: teleop, args: {arm_at_start: true}", "file: sim") + more
    (tmp_path / "sim.yaml").write_text(text + f"faults: [{{at: {AT} s, kill: arm}}, {{at: 2 s, kill: world}}]\n")
    run = rehearse(tmp_path / "sim.yaml", seed=5, record=False, faults=True)
    run.run_until(2.2)
    report = run.report()
    assert any("arm" in trip.cause for trip in report.trips)
    assert (AT + NOTICE_S, "rescue", "arm") in events(report, "rescue")
    assert [node for _, _, node in events(report, "ended")] == ["arm", "world"]
    assert [node for _, _, node in events(report, "restart")] == ["arm"]


def test_a_fault_at_the_very_start_is_injected(inject: Inject) -> None:
    run = inject("at: 0 s, drop: console/clutch, to: scaling", "at: 0 s, hang: ik, for: 0.1 s")
    run.run_until(0.5)
    assert not is_busy(run), "scaling never heard that the clutch was released"
    assert min(sample.at for sample in run.history.of("ik/heartbeat", Heartbeat)) >= 0.1
    with pytest.raises(NotInHistory):
        run.newest(COMMAND, JointCommand)
