"""Lockstep across processes: equal to one process to the last byte, or it says where they part."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest
from mcap.reader import make_reader

from sutura.launch import load_topology
from sutura.launch.report import Report
from sutura.launch.run import run_lockstep
from sutura.runtime.errors import PlaceFell
from tests.launch.conftest import Stage, is_gone, wait_until

EARLY = (
    "master.driver.start=0.15",
    "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}]",
)


def run(topology: str | Path, *settings: str, processes: bool, duration: float = 0.6) -> Report:
    """A run in lockstep, of one process or of many."""
    return run_lockstep(
        load_topology(str(topology), settings),
        seed=7,
        duration=duration,
        processes=processes,
        note=lambda text: None,
        update=lambda stepped: None,
    )


def recorded(report: Report) -> list[tuple[int, bytes]]:
    """When each message came to the recorder, and the message."""
    with Path(report.ran.recording).open("rb") as file:
        messages = make_reader(file).iter_messages(log_time_order=False)
        return [(message.log_time, message.data) for _, _, message in messages]


def test_processes_say_what_one_process_says(home: Path) -> None:
    one, many = (run("teleop", "arm_at_start=true", *EARLY, processes=number) for number in (False, True))
    assert many.verdict == "pass", many.reasons
    assert many.recording_hash == one.recording_hash
    assert many.connections == one.connections
    assert many.nodes == one.nodes
    assert many.events == one.events
    assert many.path is not None


def test_simulated_drives_are_the_same_across_processes(home: Path) -> None:
    one, many = (run("sim", *EARLY, processes=number) for number in (False, True))
    assert many.verdict == "pass", many.reasons
    assert many.recording_hash == one.recording_hash
    assert many.task == one.task is not None
    assert recorded(many) == recorded(one)
    assert not list((home / "runs").rglob("one"))


NODES = """
import os, signal, sys, time
from sutura.messages import TeleopState
from sutura.nodes import Node, Output, every

class Sundial(Node):
    "Looks at the wall clock, once it is noon."
    hour = Output(TeleopState)

    @every(10.0)
    def tell(self) -> None:
        self.hour.publish(TeleopState("hour", str(time.monotonic_ns()) if self.elapsed > 0.25 else "dawn"))

class Frail(Node):
    "Raises."
    hour = Output(TeleopState)

    def on_start(self) -> None:
        if self.name == "early":
            raise ValueError("no ground")

    @every(10.0)
    def fall(self) -> None:
        self.hour.publish(TeleopState("hour", ""))
        if self.elapsed > 0.25:
            raise ValueError("lost its grip")

class Doomed(Frail):
    "Is killed, where it has a process of its own."

    @every(10.0)
    def fall(self) -> None:
        self.hour.publish(TeleopState("hour", ""))
        if self.elapsed > 0.25 and "stepped_place" in sys.argv[0]:
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def with_node(home: Path, stage: Stage) -> Stage:
    """Writes topologies of one node of the above beside a teleop chain."""
    (stage.folder / "parts.py").write_text(NODES)
    return stage


def topology_of(stage: Stage, name: str, kind: str) -> Path:
    teleop = "sutura: 1\ninclude: [{file: teleop, args: {arm_at_start: true}}]\n"
    return stage.write("parts.yaml", f"{teleop}nodes: {{{name}: {{node: 'parts.py:{kind}'}}}}\n")


def test_a_node_that_reads_the_wall_clock_is_named_with_the_first_message_that_differs(with_node: Stage) -> None:
    report = run(topology_of(with_node, "sundial", "Sundial"), processes=True)
    assert report.verdict == "fail"
    (diverged,) = (event for event in report.events if event.kind == "diverged")
    assert (diverged.node, diverged.at_s) == ("sundial", 0.3)
    assert "topic sundial/hour, message 3 at 0.300000 s: payload" in diverged.text
    assert diverged.text in report.reasons[0]


def test_a_crash_is_the_same_in_processes(with_node: Stage) -> None:
    topology = topology_of(with_node, "frail", "Frail")
    one, many = (run(topology, processes=number) for number in (False, True))
    assert many.recording_hash == one.recording_hash
    assert many.events == one.events
    assert [(event.node, event.at_s) for event in many.events if event.kind == "crash"] == [("frail", 0.3)]
    assert many.nodes == one.nodes


def test_a_place_that_is_killed_is_told_and_the_others_go_on(with_node: Stage) -> None:
    report = run(topology_of(with_node, "doomed", "Doomed"), processes=True)
    ended = [event.text for event in report.events if event.kind == "ended"]
    assert len(ended) == 1
    assert "place doomed ended by SIGKILL" in ended[0]
    assert "no figures from: doomed" in report.reasons
    assert report.ran.duration_s == 0.6


def test_a_node_that_cannot_start_ends_it_all(with_node: Stage) -> None:
    with pytest.raises(PlaceFell, match="no ground"):
        run(topology_of(with_node, "early", "Frail"), processes=True)
    assert not [child for child in psutil.Process().children() if "stepped_place" in " ".join(child.cmdline())]


def started() -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """A long run from the command line and its processes, once all are at work."""
    command = [sys.executable, "-m", "sutura.cli.main", "launch", "teleop", "--lockstep", "--processes"]
    command += ["--duration", "100000", "--set", "arm_at_start=true"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while "reset" not in process.stdout.readline():
        assert process.poll() is None
    return process, psutil.Process(process.pid).children(recursive=True)


def test_ctrl_c_ends_it_with_its_report_and_leaves_nothing(home: Path) -> None:
    process, children = started()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert "verdict: " in said
    assert len(children) >= 9
    assert all(is_gone(child.pid) for child in children)
    (folder,) = (home / "runs").iterdir()
    assert msgspec.json.decode((folder / "report.json").read_bytes(), type=Report).recording_hash
    assert not (folder / "s").exists()


def test_no_process_outlives_a_coordinator_that_is_killed(home: Path) -> None:
    process, children = started()
    os.kill(next(child.pid for child in children if "stepped_place" in " ".join(child.cmdline())), signal.SIGSTOP)
    process.kill()
    process.communicate()
    wait_until(lambda: all(is_gone(child.pid) for child in children), "all were gone")
