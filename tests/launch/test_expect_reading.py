"""What the check says of expectations that could never be evaluated: file, line, and the nearest name."""

from pathlib import Path

import pytest

from sutura.launch import examine, load_topology
from sutura.launch.expect import read_expectations
from tests.launch.trials import GOOD, written

CP = "topic: PSM1/measured_cp"
STATE = "topic: PSM1/operating_state"

BAD = {
    "{trak: fk}": "unknown kind of expectation 'trak'; did you mean 'task'?",
    "{tracking: armm, tip_error_p95: 1 mm}": "unknown node in tracking: 'armm'; did you mean 'arm'?",
    "{tracking: ik, tip_error_p95: 1 mm}": "tracking: expected a node that measures a TrackingError, or its arm",
    "{tracking: fk}": "expectation `tracking`: a limit is missing such as `tip_error_p95: 1 mm`",
    "{tracking: fk, tip_error_p95: 1 ms}": "unknown unit in tip_error_p95: 'ms'",
    "{tracking: fk, tip_error_p95: 0 mm}": "tip_error_p95: expected a distance above 0 m, came 0 mm",
    "{rate: PSM1/servo_jq, min: 1 Hz}": "unknown topic in rate: 'PSM1/servo_jq'; did you mean 'PSM1/servo_jp'?",
    "{rate: PSM1/servo_jp}": "expectation `rate`: a limit is missing",
    "{rate: PSM1/servo_jp, min: 950}": "min: expected a quantity such as `100 Hz`",
    "{rate: PSM1/servo_jp, min: 2 Hz, max: 1 Hz}": "max: expected 2 Hz or more, as `min` is, came 1 Hz",
    "{rate: PSM1/servo_jp, min: 2 Hz, from: 2 s, until: 1 s}": "until: expected a time after 2 s, came 1 s",
    "{rate: PSM1/servo_jp, min: 2 Hz, form: 2 s}": "unknown key in expectation `rate`: 'form'; did you mean",
    "{lost: -1}": "lost: expected a whole number, 0 or more, came -1",
    "{lost: true}": "lost: expected a whole number, 0 or more, came true",
    "{lost: 0, topic: PSM1/servo_jq}": "unknown topic in expectation: 'PSM1/servo_jq'",
    "{lost: 0, topic: PSM1/tracking_error}": "topic: expected a topic that somebody reads",
    "{lost: 0, topic: PSM1/servo_jp, to: fk}": "unknown reader of 'PSM1/servo_jp' in expectation: 'fk'",
    "{state: PSM1/operating_sate, reaches: ENABLED}": "unknown topic in state: 'PSM1/operating_sate'; did you mean",
    "{state: PSM1/measured_cp, reaches: ENABLED}": "state: expected a topic that carries a state (known: PSM1/op",
    "{state: PSM1/operating_state, reaches: ENABELD}": "unknown reaches: 'ENABELD'; did you mean 'ENABLED'?",
    "{state: PSM1/operating_state, reaches: [ENABLED]}": "reaches: expected a text, came a list",
    "{state: PSM1/operating_state}": "expectation `state`: a limit is missing such as `reaches: ENABLED`",
    "{state: PSM1/operating_state, is_bussy: true}": "unknown key in expectation `state`: 'is_bussy'; did you mean",
    "{state: PSM1/operating_state, is_busy: 1}": "is_busy: expected true or false, came 1",
    "{state: PSM1/operating_state, never: FAULT, stays: 1 s}": "unknown key in expectation `state`: 'stays'",
    "{state: PSM1/operating_state, reaches: FAULT, after: 2 s, by: 1 s}": "by: expected a time after 2 s",
    "{trip: 7}": "trip: a text in its cause: expected a text, came 7",
    "{trip: stop, within: 0 s}": "within: expected a time above 0 s, came 0 s",
    "{trip: stop, after: -1 s}": "after: expected 0 s or more, came -1 s",
    "{trip: stop, node: watchdgo}": "unknown node in expectation: 'watchdgo'; did you mean 'watchdog'?",
    "{trips: some}": "trips: expected a whole number, 0 or more, came 'some'",
    "{event: crash, nod: ik}": "unknown key in expectation `event`: 'nod'; did you mean 'node'?",
    "{no_command: fk}": "unknown actuator, or topic that one reads, in no_command: 'fk'",
    "{no_command: arm, from: 1 s}": "unknown key in expectation `no_command`: 'from'",
    f"{{{CP}, min: 0}}": "expectation `topic`: `field` is missing of a Pose",
    f"{{{CP}, field: positon, min: 0}}": "unknown field of Pose 'positon'; did you mean 'position'?",
    f"{{{CP}, field: position, min: 0}}": "field: expected one plain value, as position[0], came 'position'",
    f"{{{CP}, field: 'position[3]', min: 0}}": "field: expected an index below 3, came position[3]",
    f"{{{CP}, field: 'position[0][0]', min: 0}}": "field: expected an index only into a series",
    f"{{{CP}, field: position.x, min: 0}}": "unknown field of a plain value 'x'",
    f"{{{CP}, field: 'position[-1]', min: 0}}": "field: expected a path such as position[2], came 'position[-1]'",
    f"{{{CP}, field: 'position[0]'}}": "expectation `topic`: a limit is missing",
    f"{{{CP}, field: 'position[0]', equals: 1}}": "equals: expected `min` and `max`, as this field is no whole",
    f"{{{CP}, field: 'position[0]', min: 1 s}}": "unknown unit in min: 's'",
    f"{{{CP}, field: 'position[0]', min: low}}": "min: expected a quantity such as `1 mm`",
    f"{{{CP}, field: 'orientation[0]', min: 1 m}}": "min: expected a number, came '1 m'",
    f"{{{CP}, field: 'position[0]', min: 2, max: 1}}": "max: expected 2 or more, as `min` is, came 1",
    f"{{{CP}, field: 'position[0]', min: 0, at: 1 s, until: 2 s}}": "until: expected `at`, or `from` and `until`",
    f"{{{STATE}, field: state, min: 0}}": "min: expected `equals`, as this field is no number",
    f"{{{STATE}, field: state, equals: ENABELD}}": "unknown equals: 'ENABELD'; did you mean 'ENABLED'?",
    f"{{{STATE}, field: is_busy, equals: 'yes'}}": "equals: expected true or false, came 'yes'",
    "{topic: watchdog/permit, field: basis, min: 0}": "field: expected one plain value, as basis[0], came 'basis'",
    "{topic: watchdog/permit, field: 'basis[0]', min: 0}": "field: expected one plain value, as basis[0].writer",
    "{topic: watchdog/permit, field: 'basis[0].sqe', min: 0}": "unknown field of Evidence 'sqe'; did you mean",
    "{task: rings_transfered, min: 1}": "unknown figure of the task: 'rings_transfered'; did you",
    "{task: drops, max: 0}": "task: expected a node that writes a TaskState, such as `world`, came none",
    "{trips: 0, name: ''}": "name of an expectation: expected a text, came ''",
}


@pytest.mark.parametrize("entry", BAD)
def test_an_entry_that_cannot_be(tmp_path: Path, entry: str) -> None:
    path = written(tmp_path, GOOD, entry)
    (problem,) = examine(load_topology(str(path))).problems
    assert (problem.rule, problem.file) == ("bad-expectation", str(path))
    assert problem.line == path.read_text().splitlines().index(f"  - {entry}") + 1
    assert problem.message.startswith(BAD[entry])


def test_a_task_without_bounds(tmp_path: Path) -> None:
    path = tmp_path / "task.yaml"
    path.write_text(
        "sutura: 1\ninclude: [{file: sim}]\nexpect:\n  - {task: drops}\n  - {task: drops, min: 2, max: 1}\n"
    )
    said = [problem.message for problem in examine(load_topology(str(path))).problems]
    assert said[0].startswith("expectation `task`: a limit is missing")
    assert said[1] == "max: expected 2 or more, as `min` is, came 1"


def test_where_a_class_is_not_known_nothing_is_said_of_its_topics(tmp_path: Path) -> None:
    entries = [
        "{rate: ghost/answer, min: 1 Hz}",
        "{topic: ghost/answer, field: 'position[0]', min: 0}",
        "{state: ghost/state, reaches: ENABLED}",
        "{no_command: ghost}",
        "{tracking: ghost, tip_error_p95: 1 mm}",
    ]
    path = written(tmp_path, GOOD, *entries, more="ghost: {node: 'own.py:Ghost'}")
    assert [problem.rule for problem in examine(load_topology(str(path))).problems] == ["bad-node"]


def test_an_expectation_is_called_by_what_it_says_or_by_its_name(tmp_path: Path) -> None:
    entries = [
        "{min: 1 kHz, rate: PSM1/servo_jp}",
        "{path: [master, arm], latency_p99: 5 ms}",
        "{trips: 0, name: calm}",
    ]
    path = written(tmp_path, GOOD, *entries)
    assert [each.name for each in read_expectations(load_topology(str(path)))] == [
        "rate: PSM1/servo_jp, min: 1 kHz",
        "path: [master, arm], latency_p99: 5 ms",
        "calm",
    ]
