"""Whole runs from the command line: topologies of a user's own, JSON for scripts, the end in time."""

import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sutura.cli.live_run import watched_run
from sutura.launch.run_errors import NoSuchRun
from sutura.runtime.clock import monotonic

pytestmark = pytest.mark.realtime

Sutura = Callable[..., Any]

EAR = """
from sutura.messages import Clutch, Message
from sutura.nodes import Input, Node, Output, every, queue

class Beep{tag}(Message, frozen=True):
    heard: int

class Ear(Node):
    "Counts what it hears."
    clutch = Input(Clutch, policy=queue(64), required=False)
    beep = Output(Beep{tag})

    def on_start(self) -> None:
        self.heard = 0

    def on_clutch(self, clutch: Clutch) -> None:
        self.heard += 1
        self.gauge("heard", self.heard)

    @every(50.0)
    def tell(self) -> None:
        self.beep.publish(Beep{tag}(self.heard))
"""
TOPOLOGY = """\
sutura: 1
nodes:
  ear:
    node: ear.py:Ear
    in: {clutch: outside/clutch}
silence: [{rule: unwritten-topic, topic: outside/clutch, reason: published from outside}]
"""
LAUNCH = (sys.executable, "-m", "sutura.cli.main", "launch")


def wait_until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    """Ask again and again while the process lives, for a bounded time."""
    end, pause = monotonic() + 60_000_000_000, threading.Event()
    while not condition():
        assert process.poll() is None
        assert monotonic() < end
        pause.wait(0.05)


def end(process: "subprocess.Popen[bytes]") -> None:
    """As Ctrl-C does; by force where that is not enough."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(30)
    finally:
        process.kill()
        process.wait()


def beeps() -> bool:
    """Whether the ear of the live run has begun to beep."""
    try:
        with watched_run(None) as run:
            return any(out.sent > 0 for status in run.statuses().values() for out in status.outputs)
    except NoSuchRun:
        return False


@pytest.fixture
def ear(tmp_path: Path) -> Path:
    """A topology with a node and a message type of its user's own."""
    (tmp_path / "ear.py").write_text(EAR.replace("{tag}", f"{os.getpid()}"))
    file = tmp_path / "ear.yaml"
    file.write_text(TOPOLOGY)
    return file


def test_messages_from_outside_reach_an_input_that_nobody_writes(sutura: Sutura, home: Path, ear: Path) -> None:
    process = subprocess.Popen([*LAUNCH, str(ear)], stdout=subprocess.DEVNULL)
    try:
        wait_until(beeps, process)
        outcome = sutura(
            "topic", "pub", "outside/clutch", "Clutch", "{pressed: true}", "--times", "5", "--rate", "100"
        )
        assert outcome.code == 0
        assert "published 5 Clutch" in outcome.out
        wait_until(
            lambda: sutura("node", "info", "ear", "--json").table["node"]["gauges"] == {"heard": 5.0}, process
        )
        link = sutura("node", "info", "ear", "--json").table["inputs"][0]
        assert (link["counters"]["received"], link["counters"]["lost"]) == (5, 0)
        unknown = sutura("topic", "pub", "outside/cluch", "Clutch", "{pressed: true}")
        assert unknown.code == 2
        assert "did you mean 'outside/clutch'?" in unknown.err
    finally:
        end(process)


def test_a_message_type_of_a_user_is_echoed(sutura: Sutura, home: Path, ear: Path) -> None:
    process = subprocess.Popen([*LAUNCH, str(ear)], stdout=subprocess.DEVNULL)
    try:
        wait_until(beeps, process)
        outcome = sutura("topic", "echo", "ear/beep", "--count", "1", "--json")
        assert outcome.code == 0
        assert msgspec.json.decode(outcome.out)["payload"] == {"heard": 0}
    finally:
        end(process)


def test_json_gives_the_report_and_nothing_else(home: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "sutura.cli.main", "launch", "teleop", "--set", "arm_at_start=true"]
    command += ["--duration", "1", "--seed", "7", "--json", "--report", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    said = msgspec.json.decode(done.stdout, type=dict[str, Any])
    assert said == msgspec.json.decode(report.read_bytes())
    assert done.returncode == (0 if said["verdict"] == "pass" else 1)
    assert said["ran"]["seed"] == 7
    assert "places started" in done.stderr


def test_a_terminal_shows_a_table_of_the_nodes(home: Path) -> None:
    command = [sys.executable, "-m", "sutura.cli.main", "launch", "teleop", "--duration", "1.5"]
    terminal, inner = pty.openpty()
    environment = {**os.environ, "COLUMNS": "160", "LINES": "50", "TERM": "xterm"}
    process = subprocess.Popen(command, stdout=inner, stderr=inner, stdin=inner, env=environment)
    os.close(inner)
    shown = b"".join(iter(lambda: _read(terminal), b"")).decode()
    os.close(terminal)
    assert process.wait(60) == 1  # nothing moves without a reset
    assert "rate Hz" in shown
    assert "watchdog latched" in shown
    assert all(node in shown for node in ("tremor", "scaling", "ik"))
    assert "no command reached a motor" in shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


def test_an_interrupt_before_the_start_leaves_nothing_running(home: Path) -> None:
    command = [sys.executable, "-m", "sutura.cli.main", "launch", "teleop"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while "places started" not in process.stdout.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode in (0, 1)
    assert "Traceback" not in out + err
    assert not list(home.glob("runs/*/s"))


def test_two_live_runs_must_be_told_apart_by_who_acts(sutura: Sutura, home: Path, ear: Path) -> None:
    command = [*LAUNCH, str(ear)]
    runs = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    try:
        wait_until(lambda: beeps() and len(list(home.glob("runs/*/run.json"))) == 2, runs[0])
        outcome = sutura("param", "set", "ear", "anything", "1")
        assert outcome.code == 2
        assert "--run" in outcome.err
        assert sutura("node", "list").code == 0
    finally:
        for run in runs:
            end(run)
