"""What becomes of a run when its console hangs or dies: nothing, or, where it holds the controls, the hold."""

import os
import signal
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from textwrap import dedent

import pytest

from sutura.console import read_address, with_console
from sutura.launch import Blueprint, load_topology
from sutura.launch.run_dir import RunDirectory
from sutura.launch.supervisor import Supervisor
from sutura.messages import ArmState, JointState, OperatingState
from sutura.nodes import Event
from sutura.record import Recording
from sutura.runtime.clock import monotonic

viewing = pytest.importorskip("bench.console_viewer", reason="no viser here: pip install 'sutura[console]'")

BOUND_NS = 30_000_000_000
HOLD_NS = 50_000_000

HELD = """
    sutura: 1
    include: [{file: sim}]
    nodes:
      console: {node: "held.py:Console", supervised: true}
"""
# somebody who holds the controls, presses and releases the clutch, and moves the gizmo on and on
HELD_CONSOLE = """
    import math
    from sutura.console.node import Console as Shown
    from sutura.nodes import every

    class Console(Shown):
        def on_start(self) -> None:
            super().on_start()
            self._controls.show(1, read_token(self))
            self._controls.take(1)

        @every(100.0)
        def move(self) -> None:
            self._controls.clutch(1, self.elapsed % 2.0 < 0.2)
            self._page.hand.gizmo.drag((0.01 * math.sin(3.0 * self.elapsed), 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))

    def read_token(console):
        from sutura.console.address import read_address
        return read_address(console.device_dir).token
"""


class Run:
    """A run of `sim` with its console, under a supervisor in this process."""

    def __init__(self, topology: str | Path, settings: tuple[str, ...] = ()) -> None:
        blueprint = Blueprint.of(with_console(load_topology(str(topology), settings)))
        self.supervisor = Supervisor(blueprint, RunDirectory.create("test"), 0)
        self.supervisor.start(lambda text: None)

    @property
    def path(self) -> Path:
        return self.supervisor.run.path

    def until(self, is_true: Callable[[], bool]) -> None:
        end = monotonic() + BOUND_NS
        self.supervisor.watch(lambda: is_true() or monotonic() > end, lambda watched: None)
        assert is_true(), f"waited in vain; events: {self.supervisor.events}"

    def events(self, kind: str) -> list[Event]:
        return [event for event in self.supervisor.events if event.kind == kind]

    def written(self) -> int:
        """How many commands have reached the arm."""
        nodes = [
            node for status in self.supervisor.statuses.values() for node in status.nodes if node.name == "arm"
        ]
        return sum(node.figures["gesture_to_motor"].count for node in nodes if "gesture_to_motor" in node.figures)

    def strike(self, number: signal.Signals) -> int:
        """A real signal to the console's process; when [ns]."""
        at = monotonic()
        os.kill(self.supervisor.children["console"].pid, number)
        return at

    def lost(self) -> int:
        """Between nodes on which motion depends."""
        control = self.supervisor.blueprint.control_nodes
        links = [link for status in self.supervisor.statuses.values() for link in status.connections]
        return sum(link.counters.lost for link in links if {link.writer, link.reader} <= control)


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., Run]]:
    made: list[Run] = []

    def begin(topology: str | Path, settings: tuple[str, ...] = ()) -> Run:
        made.append(Run(topology, settings))
        return made[-1]

    yield begin
    for run in made:
        run.supervisor.stop()


@pytest.mark.realtime
@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_as_a_viewer_it_is_not_missed(start: Callable[..., Run], number: signal.Signals) -> None:
    run = start("sim")
    address = read_address(run.path)
    assert address is not None
    with viewing.viewer(address.url):
        run.until(lambda: run.written() > 500)
        run.strike(number)
        run.until(lambda: bool(run.events("ended")))  # one that hangs is ended by the supervisor after 2 s
        before = run.written()
        run.until(lambda: run.written() > before + 1500)
    assert run.events("trip") == []
    assert run.events("hold") == []
    assert run.lost() == 0
    run.until(lambda: run.supervisor.children["console"].phase == "running")
    assert read_address(run.path) == address, "started anew, it is where it was"


@pytest.mark.realtime
@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_holding_the_controls_its_death_is_the_hold(
    start: Callable[..., Run], tmp_path: Path, number: signal.Signals
) -> None:
    (tmp_path / "held.py").write_text(dedent(HELD_CONSOLE))
    (tmp_path / "held.yaml").write_text(dedent(HELD))
    run = start(tmp_path / "held.yaml", ("master.driver=console", "operator.driver=console"))
    run.until(lambda: run.written() > 500)
    before = run.written()
    run.until(lambda: run.written() > before)
    trips = len(run.events("trip"))
    at = run.strike(number)
    run.until(lambda: len(run.events("trip")) > trips and bool(run.events("hold")))
    trip = run.events("trip")[-1]
    assert "console" in trip.text
    run.supervisor.stop()
    assert last_busy(run) - at < HOLD_NS + 20_000_000, "told 50 times a second, it held before"
    assert last_motion(run) - at < HOLD_NS


def last_busy(run: Run) -> int:
    """When the arm said for the last time that it follows [ns]."""
    heard = Recording(run.path / "recording.mcap").messages({"PSM1/operating_state"})
    states = [(sample.frame.stamp, sample.frame.payload) for sample in heard]
    return max(
        at for at, s in states if isinstance(s, OperatingState) and s.is_busy and s.state is ArmState.ENABLED
    )


def last_motion(run: Run) -> int:
    """When the setpoint of the arm was told before it changed for the last time [ns]."""
    heard = Recording(run.path / "recording.mcap").messages({"PSM1/setpoint_js"})
    told = [(s.frame.stamp, s.frame.payload.position) for s in heard if isinstance(s.frame.payload, JointState)]
    return next(before for (before, a), (_, b) in reversed(list(pairwise(told))) if a != b)
