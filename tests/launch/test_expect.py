"""Every kind of expectation, held and not, on short runs in lockstep."""

from pathlib import Path

import pytest

from sutura.launch.expect import KINDS
from sutura.launch.judgement import Judged
from sutura.launch.report import Report
from tests.launch.trials import ABSENT, GOOD, STOPPED, judgement, only, tried, written

OWN = """\
dawdler: {node: 'own.py:Dawdler', in: {pose: MTMR/measured_cp}}
reader: {node: 'own.py:Reader', in: {pose: dawdler/answer}}
looker: {node: 'own.py:Looker', in: {pose: dawdler/answer}}
late: {node: 'own.py:Reader', in: {pose: dawdler/spoilt}}
"""

HELD = {
    GOOD: [
        "{path: [master, arm], latency_p50: 1 ms, latency_p95: 1 ms, latency_p99: 1 ms, latency_max: 1 ms}",
        "{path: [master, tremor, scaling, ik, arm], latency_max: 1 us}",
        "{path: [tremor, ik], latency_max: 1 us}",
        "{path: [master, fk], latency_max: 1 ms}",
        "{path: [master, arm, fk], latency_p50: 5001 us, latency_p99: 11 ms}",
        "{path: [master, reader], latency_max: 21 ms}",
        "{path: [master, looker], latency_max: 21 ms}",
        "{path: [master, dawdler, reader], latency_max: 21 ms}",
        "{tracking: fk, tip_error_p50: 1 mm, tip_error_p95: 1 mm, tip_error_p99: 1 mm, tip_error_max: 1 cm}",
        "{tracking: arm, tip_error_p95: 1 mm}",
        "{rate: PSM1/servo_jp, min: 1 kHz, max: 1 kHz}",
        "{rate: PSM1/measured_js, min: 100 Hz, max: 100 Hz, from: 0.203 s, until: 0.391 s}",
        "{lost: 0}",
        "{lost: 0, rejected: 0, stale: 0, overwritten: 1000}",
        "{overwritten: 0, topic: PSM1/servo_jp, to: arm}",
        "{state: PSM1/operating_state, reaches: ENABLED, is_busy: true, is_homed: true, by: 0.3 s, stays: true}",
        "{state: PSM1/operating_state, never: FAULT}",
        "{state: watchdog/state, reaches: granting, by: 0.1 s, stays: 200 ms}",
        "{state: console/teleop/state, reaches: following, after: 0.2 s}",
        "{state: PSM1/operating_state, is_busy: false, by: 0.1 s}",
        "{trips: 0}",
        "{holds: 0, node: arm}",
        "{event: reset, node: watchdog, text: epoch, within: 50 ms}",
        "{no_command: arm, until: 0.09 s}",
        "{topic: PSM1/measured_cp, field: 'position[2]', min: -0.2, max: -10 cm, at: 0.5 s}",
        "{topic: PSM1/measured_cp, field: 'position[2]', min: -200 mm, from: 0.1 s, until: 0.5 s}",
        "{topic: PSM1/measured_js, field: 'position[2]', min: 1 cm, max: 240 mm}",
        "{topic: PSM1/measured_js, field: 'position[0]', min: -91 deg, max: 1.6}",
        "{topic: PSM1/measured_js, field: 'name[0]', equals: yaw}",
        "{topic: PSM1/operating_state, field: is_busy, equals: true, from: 0.2 s}",
        "{topic: PSM1/operating_state, field: state, equals: ENABLED, from: 0.1 s}",
        "{topic: PSM1/operating_state, field: cause, equals: '', at: 0.5 s}",
        "{topic: watchdog/state, field: trips, equals: 0}",
        "{topic: watchdog/permit, field: 'basis[0].seq', min: 1, from: 0.1 s}",
    ],
    ABSENT: [
        "{trip: operator is not present, after: 0.4 s, within: 10 ms}",
        "{trip: true}",
        "{trips: 1, node: watchdog}",
        "{hold: no fresh command, node: arm, after: 0.4 s, within: 50 ms}",
        "{holds: 1}",
        "{no_command: arm, after: 0.45 s, until: 0.6 s}",
        "{no_command: PSM1/servo_jp, after: 0.431 s}",
        "{state: watchdog/state, reaches: latched, after: 0.4 s, by: 0.41 s, stays: true}",
    ],
}
FAILED = {
    GOOD: {
        "{path: [master, reader], latency_max: 1 ms}": "latency_max is 20 ms, may be 1 ms",
        "{path: [master, looker], latency_p50: 10 ms, latency_max: 1 ms}": "latency_max is 20 ms",
        "{tracking: fk, tip_error_p50: 1 mm, tip_error_max: 1 um}": "tip_error_max is",
        "{rate: PSM1/measured_js, min: 101 Hz}": "100 Hz, expected 101 Hz or more",
        "{rate: PSM1/measured_js, max: 99 Hz}": "100 Hz, expected 99 Hz or less",
        "{rate: PSM1/servo_jp, min: 990 Hz, from: 0 s}": "Hz, expected 990 Hz or more",
        "{overwritten: 0}": "overwritten, may be 0; most on PSM1/operating_state to fk",
        "{stale: 0, to: late}": "stale, may be 0; most on dawdler/spoilt to late",
        "{state: PSM1/operating_state, reaches: FAULT}": "FAULT was not reached",
        "{state: PSM1/operating_state, reaches: ENABLED, is_busy: true, by: 0.05 s}": "expected by 50 ms",
        "{state: PSM1/operating_state, is_busy: false, by: 0.1 s, stays: true}": "is_busy false did not stay",
        "{state: watchdog/state, never: granting}": "granting in the run: granting at 20 ms",
        "{trip: heartbeat}": "no such trip in the run; in the run: none",
        "{trips: 1}": "expected 1: none came",
        "{hold: permit, after: 0.2 s, within: 0.1 s}": "no such hold from 200 ms to 300 ms",
        "{event: reset, text: epoch, after: 0.1 s}": "in the run: watchdog at 20 ms: epoch",
        "{no_command: arm, after: 0.2 s, until: 0.3 s}": "arm followed a command at 200 ms",
        "{no_command: arm}": "arm followed a command at 100 ms",
        "{topic: PSM1/measured_cp, field: 'position[2]', min: 0.0, from: 0.2 s}": "0 m or more (and",
        "{topic: PSM1/measured_cp, field: 'position[2]', max: -1 m, at: 0.5 s}": "at 500 ms, expected -1 m or less",
        "{topic: PSM1/operating_state, field: state, equals: FAULT, at: 0.5 s}": "ENABLED at 500 ms, expected",
        "{topic: console/clutch, field: pressed, equals: true, from: 0.05 s}": "false at 100 ms, expected true",
    },
    STOPPED: {
        "{trips: 0}": "expected 0: watchdog at 400 ms: emergency stop",
        "{trip: stop, after: 0.41 s}": "no such trip from 410 ms on; in the run: watchdog at 400 ms",
        "{state: PSM1/operating_state, never: FAULT, after: 0.1 s, by: 0.5 s}": "FAULT at 400 ms (emergency stop)",
        "{state: PSM1/operating_state, reaches: ENABLED, stays: true}": "did not stay: FAULT at 400 ms",
        "{rate: watchdog/permit, min: 90 Hz, from: 0.2 s}": "expected 90 Hz or more",
    },
}
NOT_EVALUATED = {
    GOOD: {
        "{rate: console/clutch, min: 1 Hz, from: 0.5 s, until: 0.51 s}": "2 messages from 500 ms to 510 ms; a",
        "{rate: console/clutch, min: 1 Hz, until: 0.7 s}": "the run ended at 600 ms, before 700 ms",
        "{state: PSM1/operating_state, reaches: ENABLED, stays: 1 s}": "the run ended at 600 ms, before 1.01 s",
        "{state: PSM1/operating_state, never: FAULT, by: 1 s}": "the run ended at 600 ms, before 1 s",
        "{trip: permit, after: 0.5 s, within: 0.2 s}": "the run ended at 600 ms, before 700 ms",
        "{hold: permit, after: 1 s}": "the run ended at 600 ms, before 1 s",
        "{no_command: arm, until: 2 s}": "the run ended at 600 ms, before 2 s",
        "{topic: PSM1/measured_cp, field: 'position[2]', min: -1, at: 0.7 s}": "ended at 600 ms, before 700 ms",
        "{topic: PSM1/measured_js, field: 'effort[9]', min: 0}": "has no effort[9]: its series is shorter",
        "{topic: PSM1/servo_jp, field: 'position[0]', min: -2, from: 2 ms, until: 3 ms}": "nothing was said on",
        "{topic: PSM1/servo_jp, field: 'position[0]', min: -2, at: 0 s}": "'PSM1/servo_jp' until",
    },
    ABSENT: {
        "{topic: watchdog/permit, field: epoch, min: 0, at: 0.5 s}": "at 400 ms, is 100 ms old and had run out",
        "{topic: watchdog/permit, field: epoch, min: 0, from: 0.5 s}": "nothing was said on watchdog/permit from",
    },
}


def _run(folder: Path, text: str, entries: list[str]) -> Report:
    return tried(written(folder, text, *entries, more=OWN))


@pytest.mark.parametrize("text", HELD, ids=["good", "absent"])
def test_what_holds(home: Path, tmp_path: Path, text: str) -> None:
    found = judgement(_run(tmp_path, text, HELD[text]))
    assert [each for each in found.expectations if each.outcome != "held"] == []
    assert all(each.figure and not each.reason for each in found.expectations)
    assert found.unexpected == []
    assert found.passed


@pytest.mark.parametrize(
    ("outcome", "text", "cases"),
    [
        *(("failed", text, cases) for text, cases in FAILED.items()),
        *(("not evaluated", text, cases) for text, cases in NOT_EVALUATED.items()),
    ],
    ids=["good", "stopped", "unmeasured", "run-out"],
)
def test_what_does_not_hold_says_why(
    home: Path, tmp_path: Path, outcome: str, text: str, cases: dict[str, str]
) -> None:
    found = judgement(_run(tmp_path, text, list(cases)))
    assert not found.passed
    for judged, (entry, says) in zip(found.expectations, cases.items(), strict=True):
        assert judged.outcome == outcome, (entry, judged)
        assert says in judged.reason, (entry, judged)


def test_every_kind_is_tried_both_ways() -> None:
    held = {kind for entries in HELD.values() for entry in entries for kind in KINDS if f"{{{kind}: " in entry}
    failed = {kind for cases in FAILED.values() for entry in cases for kind in KINDS if f"{{{kind}: " in entry}
    assert held >= KINDS.keys() - {"task", "rejected", "stale"}
    assert failed >= KINDS.keys() - {"task", "rejected", "lost", "holds"}


def test_loss_is_counted_and_answered_for(home: Path, tmp_path: Path) -> None:
    """A node that is overwhelmed: only what an expectation allows passes."""
    report = _run(tmp_path, GOOD, ["{stale: 1000, to: late}", "{stale: 0, topic: dawdler/answer, to: reader}"])
    assert judgement(report).passed


def _judged_task(folder: Path, entry: str, duration: float = 0.2) -> Judged:
    path = folder / "task.yaml"
    path.write_text(f"sutura: 1\ninclude: [{{file: sim}}]\ntest: {{duration: {duration} s}}\nexpect: [{entry}]\n")
    return only(tried(path))


def test_the_task(home: Path, tmp_path: Path) -> None:
    assert _judged_task(tmp_path, "{task: drops, max: 0}").outcome == "held"
    failed = _judged_task(tmp_path, "{task: rings_transferred, min: 1}")
    assert (failed.outcome, failed.reason) == ("failed", "0 rings_transferred, expected 1 or more")


def test_what_nobody_measured_is_no_pass(home: Path, tmp_path: Path) -> None:
    """An arm that never follows has no tracking error and no latency."""
    idle = "sutura: 1\ninclude: [{file: teleop}]\nnodes:\n  operator: {params: {script: []}}\n"
    entries = ["{tracking: fk, tip_error_p95: 1 m}", "{path: [master, arm], latency_p99: 1 s}", "{no_command: arm}"]
    found = judgement(tried(written(tmp_path, idle, *entries, duration=0.3)))
    assert [each.outcome for each in found.expectations] == ["not evaluated", "not evaluated", "held"]
    assert found.expectations[0].reason == "node fk has measured no tip_error"
    assert found.unexpected == [], "that no command reached a motor is what the last one expects"


def test_a_state_that_nobody_repeats_is_not_kept(home: Path, tmp_path: Path) -> None:
    text = GOOD + "  brittle: {node: 'own.py:Brittle'}\nplaces: {both: [scaling, brittle]}\n"
    entry = "{state: console/teleop/state, reaches: following, by: 0.3 s, stays: true}"
    judged = only(tried(written(tmp_path, text, entry, duration=1.2)))
    assert judged.outcome == "failed"
    assert judged.reason.startswith("nothing was said on console/teleop/state for")
