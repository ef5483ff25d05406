"""`sutura launch` before anything starts: lists, arguments, and every mistake that keeps a run from starting."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

Sutura = Callable[..., Any]


def test_shipped_topologies_are_listed_with_what_they_are(sutura: Sutura) -> None:
    outcome = sutura("launch", "--list", "--json")
    assert {"teleop", "sim", "real"} <= {row["name"] for row in outcome.rows}
    assert all(row["description"] for row in outcome.rows)
    assert "teleop" in sutura("launch", "--list").out


def test_arguments_are_shown_with_defaults_and_help(sutura: Sutura) -> None:
    shown = sutura("launch", "teleop", "--args").out
    assert "arm_at_start" in shown
    assert "tool metres per hand metre" in shown
    assert sutura("launch", "teleop", "--args", "--json").table["scale"]["default"] == 0.2


def test_arguments_without_a_default_are_shown_as_well(sutura: Sutura, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("sutura: 1\nargs:\n  file: {type: path, help: which one}\nnodes: {}\n")
    assert "(required)" in sutura("launch", str(file), "--args").out


def test_a_topology_without_arguments_says_so(sutura: Sutura, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("sutura: 1\nnodes: {}\n")
    assert "no arguments" in sutura("launch", str(file), "--args").out


def test_a_setting_that_fails_the_check_starts_nothing(sutura: Sutura, home: Path) -> None:
    outcome = sutura("launch", "teleop", "--set", "driver=nope")
    assert outcome.code == 1
    assert "no actuator driver 'nope'" in outcome.err
    assert "not started" in outcome.err
    assert list(home.iterdir()) == []


def test_what_is_silenced_is_said_at_the_head_of_a_run(sutura: Sutura, home: Path, tmp_path: Path) -> None:
    node = Path(__file__).parents[2] / "examples" / "speed_watch.py"
    file = tmp_path / "mine.yaml"
    file.write_text(
        f"sutura: 1\nnodes: {{a: {{node: '{node}:SpeedWatch', in: {{tip: open/cp}}}}}}\n"
        "silence: [{rule: unwritten-topic, topic: open/cp, reason: fed by hand}]\n"
    )
    outcome = sutura("launch", str(file), "--lockstep", "--duration", "0.1")
    assert outcome.code == 0
    assert "[unwritten-topic] silenced: fed by hand" in outcome.out


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nope",),
        ("teleop", "--duration", "0"),
        ("teleop", "--duration", "nan"),
        ("teleop", "--duration", "soon"),
        ("teleop", "--seed", "-1"),
        ("teleop", "--lockstep", "--processes", "--faults"),
        ("teleop", "--set", "nope=1"),
        ("teleop", "--report", "no/such/folder/report.json"),
        ("teleop", "--report", "."),
        ("teleop", "--processes"),
    ],
    ids=" ".join,
)
def test_bad_usage_ends_with_2_and_starts_nothing(sutura: Sutura, home: Path, arguments: tuple[str, ...]) -> None:
    outcome = sutura("launch", *arguments)
    assert outcome.code == 2
    assert "Traceback" not in outcome.err
    assert list(home.iterdir()) == []


def test_lockstep_from_the_command_line(sutura: Sutura, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "run.json"
    arguments = ("launch", "teleop", "--set", "arm_at_start=true", "--lockstep", "--duration", "2.5", "--seed", "7")
    outcome = sutura(*arguments, "--json", "--report", str(file))
    assert outcome.code == 0
    report = outcome.table
    assert report == msgspec.json.decode(file.read_bytes())
    assert report["verdict"] == "pass"
    assert report["ran"]["duration_s"] == 2.5
    assert report["realtime_factor"] > 0.0
    again = sutura(*arguments)
    assert again.code == 0
    assert f"recording hash: {report['recording_hash']}" in again.out
    assert "× real time" in again.out
    assert "reset    watchdog" in again.out


def test_a_failing_verdict_in_lockstep_ends_with_1(sutura: Sutura, home: Path) -> None:
    outcome = sutura("launch", "teleop", "--lockstep", "--duration", "0.2")
    assert outcome.code == 1
    assert "no command reached a motor" in outcome.out


def test_no_record_leaves_the_recorder_out(sutura: Sutura, home: Path) -> None:
    arguments = ("launch", "sim", "--lockstep", "--duration", "0.1", "--json")
    recorded, unrecorded = sutura(*arguments).table, sutura(*arguments, "--no-record").table
    assert Path(recorded["ran"]["recording"]).is_file()
    assert unrecorded["ran"]["recording"] == ""
    assert set(recorded["nodes"]) - set(unrecorded["nodes"]) == {"recorder"}
    assert recorded["recording_hash"] == unrecorded["recording_hash"]


FAULTY = """\
sutura: 1
include: [{file: teleop, args: {arm_at_start: true}}]
faults:
  - {at: 0.2 s, kill: tremor}
"""


def test_faults_are_injected_only_on_demand_and_said_either_way(sutura: Sutura, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "faulty.yaml"
    file.write_text(FAULTY)
    arguments = ("launch", str(file), "--lockstep", "--duration", "2.5")
    spared = sutura(*arguments)
    assert spared.code == 0
    assert "1 fault in the topology, not injected; --faults injects them" in spared.out
    struck = sutura(*arguments, "--faults")
    assert struck.code == 1
    assert "1 fault in the topology, injected at their times" in struck.out
    assert "fault_injected tremor: fault 1: kill tremor" in struck.out
    assert "node tremor: no heartbeat" in struck.out


def test_faults_are_refused_where_hardware_moves(sutura: Sutura, home: Path, tmp_path: Path) -> None:
    arm = (Path(__file__).parents[2] / "examples" / "slow_arm.py").read_text()
    (tmp_path / "hard.py").write_text(arm.replace("simulated=True", "simulated=False"))
    file = tmp_path / "hard.yaml"
    text = FAULTY.replace(", args: {arm_at_start: true}", "")
    file.write_text(text + "nodes: {arm: {driver: {use: 'hard.py:SlowArm'}}}\n")
    outcome = sutura("launch", str(file), "--faults")
    assert outcome.code == 1
    assert "which moves real hardware" in outcome.err
    assert "Traceback" not in outcome.err
    assert list(home.iterdir()) == []


def test_what_has_no_recorder_is_recorded_unless_nobody_wants_it(sutura: Sutura, home: Path) -> None:
    arguments = ("launch", "teleop", "--lockstep", "--duration", "0.1", "--json")
    recorded, unrecorded = sutura(*arguments).table, sutura(*arguments, "--no-record").table
    assert Path(recorded["ran"]["recording"]).stat().st_size > 0
    assert unrecorded["ran"]["recording"] == ""
    assert recorded["recording_hash"] == unrecorded["recording_hash"]
