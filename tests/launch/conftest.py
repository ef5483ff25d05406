"""Runs of small topologies with real processes; every one is ended, whatever the test does."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from sutura.launch import Blueprint, load_topology
from sutura.launch.run_dir import RunDirectory, start_time
from sutura.launch.supervisor import Supervisor
from sutura.nodes import Event
from sutura.runtime.clock import monotonic

ROOT = Path(__file__).parents[2]
BOUND_S = 20.0

PROGRAM = """
import json, sys
from pathlib import Path
from sutura.errors import SuturaError
from sutura.launch import load_topology
from sutura.launch.run import run_topology

def tell(**words):
    print(json.dumps(words), flush=True)

def update(supervisor):
    pids = {place: child.pid for place, child in supervisor.children.items()}
    tell(run=str(supervisor.run.path), pids={**pids, "guard": supervisor.guard_pid},
         moved=any("gesture_to_motor" in node.figures for s in supervisor.statuses.values() for node in s.nodes),
         events=[[event.node, event.kind, event.text] for event in supervisor.events])

tell(begun=True)
try:
    report = run_topology(load_topology(sys.argv[1], sys.argv[2:]), settings=sys.argv[2:],
                          note=lambda text: tell(note=text), update=update)
except SuturaError as error:
    tell(error=str(error))
    sys.exit(3)
tell(verdict=report.verdict)
"""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home for runs with a short path, as sockets need it."""
    folder = Path(tempfile.mkdtemp(prefix="su"))
    monkeypatch.setenv("SUTURA_HOME", str(folder))
    yield folder
    shutil.rmtree(folder)


class Stage:
    """Writes files of nodes and topologies, and runs them under a supervisor in this process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._supervisors: list[Supervisor] = []

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(dedent(text))
        return path

    def supervisor(self, topology: str | Path, settings: Sequence[str] = (), *, faults: bool = False) -> Supervisor:
        """Of a shipped topology or one of a file, not started yet."""
        blueprint = Blueprint.of(load_topology(str(topology), settings))
        self._supervisors.append(Supervisor(blueprint, RunDirectory.create("test"), 0, faults=faults))
        return self._supervisors[-1]

    def started(self, topology: str | Path, settings: Sequence[str] = (), *, faults: bool = False) -> Supervisor:
        supervisor = self.supervisor(topology, settings, faults=faults)
        supervisor.start(lambda text: None)
        return supervisor

    def end(self) -> None:
        for supervisor in self._supervisors:
            supervisor.stop()


@pytest.fixture
def stage(home: Path, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.end()


def watch_until(supervisor: Supervisor, is_true: Callable[[], bool]) -> None:
    """Let a supervisor work until something has happened, for a bounded time."""
    end = monotonic() + int(BOUND_S * 1e9)
    supervisor.watch(lambda: is_true() or monotonic() > end, lambda watched: None)
    assert is_true(), f"waited in vain; events: {supervisor.events}"


def events_of(supervisor: Supervisor, kind: str) -> list[Event]:
    return [event for event in supervisor.events if event.kind == kind]


def is_gone(pid: int) -> bool:
    """Whether no process of that number runs; a zombie counts as ended."""
    return start_time(pid) is None


def wait_until(is_true: Callable[[], bool], what: str) -> None:
    end = monotonic() + int(BOUND_S * 1e9)
    while not is_true():
        assert monotonic() < end, f"waited in vain until {what}"
        select.select([], [], [], 0.005)


class Program:
    """A supervisor in a process of its own, and the lines it says."""

    def __init__(self, topology: str | Path, settings: Sequence[str] = ()) -> None:
        command = [sys.executable, "-c", PROGRAM, str(topology), *settings]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, bufsize=0, start_new_session=True
        )
        self.lines: list[dict[str, object]] = []
        self._rest = b""

    def until(self, key: str) -> object:
        """Read until a line says `key`; its value."""
        out = self.process.stdout
        assert out is not None
        end = monotonic() + int(60e9)
        while not (found := [line[key] for line in self.lines if key in line]):
            assert select.select([out], [], [], max(0.0, (end - monotonic()) * 1e-9))[0], f"no {key!r} came"
            data = os.read(out.fileno(), 1 << 16)
            assert data, f"it ended before it said {key!r}: {self.lines}"
            *whole, self._rest = (self._rest + data).split(b"\n")
            self.lines += [json.loads(line) for line in whole]
        return found[-1]

    def forget(self) -> None:
        """Wait for what comes from now on."""
        self.lines.clear()

    @property
    def run(self) -> Path:
        return Path(str(self.until("run")))

    @property
    def pids(self) -> dict[str, int]:
        """Of all places, and of the guard."""
        pids = self.until("pids")
        assert isinstance(pids, dict)
        return pids

    def end(self, number: signal.Signals) -> int:
        """Send a signal and wait; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(BOUND_S)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def program(home: Path) -> Iterator[Callable[..., Program]]:
    made: list[Program] = []

    def start(topology: str | Path, settings: Sequence[str] = ()) -> Program:
        made.append(Program(topology, settings))
        return made[-1]

    yield start
    for each in made:
        pids = [pid for line in each.lines if "pids" in line for pid in dict(line["pids"]).values()]  # type: ignore[call-overload]
        each.close()
        wait_until(lambda pids=pids: all(map(is_gone, pids)), "all processes of a test are gone")  # type: ignore[misc]
