"""`sutura test`: what it says, what it writes, and the exit codes that a script goes by."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import msgspec
import pytest

from sutura.launch.report import Report

Sutura = Callable[..., Any]

TOPOLOGY = """\
sutura: 1
include: [{{file: teleop, args: {{arm_at_start: true}}}}]
nodes:
  operator: {{params: {{script: [{{at: 0.0, present: true, clutch: true}}, {{at: 0.1, clutch: false}}]}}}}
  master: {{driver: {{start: 0.15}}}}
test: {{duration: 0.3 s, seed: 7}}
{expect}
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    """Writes a topology with these expectations."""

    def write(*expect: str, name: str = "tried") -> str:
        block = "expect:\n" + "".join(f"  - {entry}\n" for entry in expect) if expect else ""
        path = tmp_path / f"{name}.yaml"
        path.write_text(TOPOLOGY.format(expect=block))
        return str(path)

    return write


def test_all_that_held_ends_with_0(sutura: Sutura, home: Path, written: Callable[..., str]) -> None:
    outcome = sutura("test", written("{trips: 0, name: calm}", "{rate: watchdog/permit, min: 99 Hz, from: 0.1 s}"))
    assert outcome.code == 0
    assert "in lockstep, 0.3 s, seed 7" in outcome.out
    assert any(line.split() == ["held", "calm", "0", "trips"] for line in outcome.out.splitlines())
    assert "tried passed: 2 of 2 expectations held" in outcome.out


def test_one_that_failed_ends_with_1_and_says_where(
    sutura: Sutura, home: Path, written: Callable[..., str]
) -> None:
    path = written("{trips: 0}", "{trips: 1}", "{topic: PSM1/measured_cp, field: 'position[0]', min: 0, at: 1 s}")
    outcome = sutura("test", path)
    assert outcome.code == 1
    assert f"{path}:9: failed: expected 1: none came" in outcome.out
    assert f"{path}:10: not evaluated: the run ended at 300 ms, before 1 s" in outcome.out
    assert "tried failed: 1 of 3 expectations held" in outcome.out


def test_where_nothing_is_expected_it_ends_with_1(sutura: Sutura, home: Path, written: Callable[..., str]) -> None:
    outcome = sutura("test", written())
    assert outcome.code == 1
    assert "nothing is expected of it" in outcome.out


def test_what_the_topology_silences_is_said(sutura: Sutura, home: Path, written: Callable[..., str]) -> None:
    path = Path(written("{trips: 0}"))
    silence = "silence: [{rule: unwritten-topic, topic: pointer/cp, reason: fed by hand}]\n"
    watch = "  pointer: {node: recorder, in: {topics: [pointer/cp]}}\n"
    path.write_text(path.read_text().replace("nodes:\n", f"nodes:\n{watch}") + silence)
    outcome = sutura("test", str(path))
    assert outcome.code == 0, outcome.err
    assert "silenced: fed by hand" in outcome.out


def test_what_nobody_expects_ends_with_1(sutura: Sutura, home: Path, written: Callable[..., str]) -> None:
    outcome = sutura("test", written("{lost: 0}"), "--duration", "0.05")
    assert outcome.code == 1
    assert "unexpected: no command reached a motor" in outcome.out


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nope",),
        ("teleop", "--duration", "0"),
        ("teleop", "--seed", "-1"),
        ("teleop", "--set", "nope=1"),
        ("teleop", "--junit", "/dev/null/results.xml"),
        ("teleop", "--report", "."),
        ("teleop", "sim", "--report", "run.json"),
        ("teleop", "--set", "driver=nope"),
    ],
    ids=" ".join,
)
def test_bad_input_ends_with_2_and_runs_nothing(sutura: Sutura, home: Path, arguments: tuple[str, ...]) -> None:
    outcome = sutura("test", *arguments)
    assert outcome.code == 2
    assert outcome.err
    assert "Traceback" not in outcome.err
    assert list(home.iterdir()) == []


def test_an_expectation_that_cannot_be_is_bad_input_for_all(
    sutura: Sutura, home: Path, written: Callable[..., str]
) -> None:
    outcome = sutura("test", written("{trips: 0}", name="good"), written("{tirps: 0}", name="bad"))
    assert outcome.code == 2
    assert "bad.yaml:8: unknown kind of expectation 'tirps'; did you mean 'trips'?" in outcome.err
    assert "nothing was tested" in outcome.err
    assert list(home.iterdir()) == []


def test_results_for_machines(sutura: Sutura, home: Path, tmp_path: Path, written: Callable[..., str]) -> None:
    junit, report = tmp_path / "fresh" / "results.xml", tmp_path / "fresh" / "run.json"
    arguments = (
        "--junit",
        str(junit),
        "--report",
        str(report),
        "--json",
        "--seed",
        "3",
        "--set",
        "scaling.scale=0.1",
    )
    outcome = sutura("test", written("{trips: 0}", "{holds: 1}"), *arguments)
    assert outcome.code == 1
    assert outcome.table["passed"] is False
    (said,) = outcome.table["reports"]
    kept = msgspec.json.decode(report.read_bytes(), type=Report)
    assert said == msgspec.to_builtins(kept)
    assert (kept.ran.seed, kept.ran.settings) == (3, ["scaling.scale=0.1"])
    assert [each["outcome"] for each in said["test"]["expectations"]] == ["held", "failed"]
    root = Xml.parse(junit).getroot()
    assert (root.get("tests"), root.get("failures")) == ("3", "1")


def test_several_topologies_are_a_suite_each(
    sutura: Sutura, home: Path, tmp_path: Path, written: Callable[..., str]
) -> None:
    junit = tmp_path / "results.xml"
    paths = written("{trips: 0}", name="one"), written("{trips: 1}", name="two")
    assert sutura("test", *paths, "--junit", str(junit)).code == 1
    suites = Xml.parse(junit).getroot().findall("testsuite")
    assert [(suite.get("name"), suite.get("failures")) for suite in suites] == [("one", "0"), ("two", "1")]


def test_a_run_that_breaks_at_its_start_is_an_error_and_the_others_still_run(
    sutura: Sutura, home: Path, tmp_path: Path, written: Callable[..., str]
) -> None:
    (tmp_path / "early.py").write_text(
        "from sutura.nodes import Node\n\nclass Early(Node):\n"
        "    def on_start(self) -> None:\n        raise OSError\n"
    )
    broken = tmp_path / "broken.yaml"
    broken.write_text("sutura: 1\nnodes: {early: {node: 'early.py:Early'}}\nexpect: [{trips: 0}]\n")
    junit = tmp_path / "results.xml"
    outcome = sutura("test", str(broken), written("{trips: 0}"), "--junit", str(junit), "--json")
    assert outcome.code == 1
    assert "early" in outcome.table["errors"]["broken"]
    assert [report["test"]["passed"] for report in outcome.table["reports"]] == [True]
    suites = Xml.parse(junit).getroot().findall("testsuite")
    assert [suite.get("errors") for suite in suites] == ["1", "0"]


def test_ctrl_c_ends_a_test_and_all_after_it(home: Path, tmp_path: Path, written: Callable[..., str]) -> None:
    junit = tmp_path / "results.xml"
    paths = written("{trips: 0}", name="one"), written("{trips: 0}", name="two")
    command = [sys.executable, "-m", "sutura.cli.main", "test", *paths, "--duration", "1e6", "--junit", str(junit)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        while "reset" not in (line := process.stdout.readline()):
            assert line, "it has ended"
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 1
    assert "of 1e+06 s" in said
    first, second = Xml.parse(junit).getroot().findall("testsuite")
    assert (first.get("failures"), first.get("errors")) == ("1", "0")
    (error,) = second.iter("error")
    assert error.get("message") == "not tested: interrupted"


def test_the_shipped_teleoperation_does_what_it_says(sutura: Sutura, home: Path) -> None:
    outcome = sutura("test", "teleop")
    assert outcome.code == 0, outcome.out
    assert "10 of 10 expectations held" in outcome.out


def test_the_shipped_simulation_transfers_a_ring(sutura: Sutura, home: Path) -> None:
    outcome = sutura("test", "sim", "--json")
    assert outcome.code == 0, outcome.out
    assert outcome.table["reports"][0]["task"]["rings_transferred"] == 1
