"""One place as a process of its own: its life, its devices, its end."""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from sutura.runtime.client import ControlClient
from sutura.runtime.clock import boot_id, monotonic
from sutura.runtime.config import NodeConfig, PlaceConfig, Realtime, write_config
from sutura.runtime.control import Reply
from sutura.runtime.errors import NoAnswer
from sutura.runtime.place import EXIT_CRASHED, EXIT_ORPHANED

pytestmark = pytest.mark.realtime

BOUND_S = 20.0
NODES = """
    import os
    import signal
    from sutura.messages import Clutch, TaskState
    from sutura.nodes import Input, Node, Output, every, queue

    class Source(Node):
        out = Output(TaskState)
        count = 0
        @every(200)
        def tick(self) -> None:
            self.count += 1
            self.out.publish(TaskState(self.count, 0))

    class Relay(Node):
        got = Input(TaskState, policy=queue(100))
        out = Output(TaskState)
        def on_got(self, message: TaskState) -> None:
            self.out.publish(message)

    class Sink(Node):
        got = Input(TaskState, policy=queue(100))
        total = 0
        def on_got(self, message: TaskState) -> None:
            self.total += 1
            self.gauge("total", self.total)
            self.gauge("last", message.rings_transferred)

    class Stuck(Node):
        @every(200)
        def tick(self) -> None:
            while True:
                pass

    class Device(Node):
        state_commands = frozenset({"crash", "hang", "suspend"})
        @every(200)
        def tick(self) -> None:
            self.gauge("ticked", 1.0)
        def on_start(self) -> None:
            self._note("open")
        def on_stop(self) -> None:
            self._note("closed")
        def _note(self, word: str) -> None:
            with (self.device_dir / "device").open("a") as file:
                file.write(word + "\\n")
        def on_state_command(self, command: str) -> str:
            if command == "hang":
                while True:
                    pass
            raise ValueError("a wire has come loose")
"""


class Process:
    """A place's process and its control socket."""

    def __init__(self, folder: Path, config: PlaceConfig, parent: int) -> None:
        path = folder / "place.json"
        write_config(config, path)
        self.log = folder / "log"
        command = [sys.executable, "-m", "sutura.runtime.place", str(path), str(parent)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self.client = ControlClient(folder / "s")

    def status(self) -> Reply:
        """Its answer, once it answers."""
        return self.client.ask("place", "status", timeout=BOUND_S)

    def run(self) -> None:
        """See it ready, and let it go."""
        self.until(lambda: self.status().phase == "ready", "it is ready")
        self.client.ask("place", "go", start=monotonic())

    def command(self, word: str) -> None:
        self.client.send("place", "command", node="device", command=word)

    def gauges(self, node: str) -> dict[str, float]:
        status = self.status().status
        assert status is not None
        return next(each.gauges for each in status.nodes if each.name == node)

    def until(self, is_true: Callable[[], bool], what: str) -> None:
        end = monotonic() + int(BOUND_S * 1e9)
        while not is_true():
            assert monotonic() < end, f"waited in vain until {what}"
            select.select([], [], [], 0.005)

    def exit_code(self) -> int:
        return self.process.wait(BOUND_S)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.client.close()


Start = Callable[..., Process]


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="su"))
    (path / "s").mkdir()
    (path / "nodes.py").write_text(dedent(NODES))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    made: list[Process] = []

    def make(
        *nodes: NodeConfig,
        parent: int = 0,
        readers: dict[str, int] | None = None,
        realtime: Realtime = Realtime(),  # noqa: B008 (it is immutable)
    ) -> Process:
        config = PlaceConfig(
            place="place",
            nodes=nodes,
            run_dir=str(folder),
            incarnation="1",
            readers=readers or {},
            realtime=realtime,
            boot_id=boot_id(),
        )
        made.append(Process(folder, config, parent or os.getpid()))
        return made[-1]

    yield make
    for each in made:
        each.close()


def node(folder: Path, name: str, kind: str, **inputs: str) -> NodeConfig:
    wires: dict[str, tuple[str, ...]] = {port: (topic,) for port, topic in inputs.items()}
    return NodeConfig(name=name, node=f"nodes.py:{kind}", folder=str(folder), inputs=wires)


@pytest.fixture
def device(start: Start, folder: Path) -> Process:
    process = start(node(folder, "device", "Device"))
    process.run()
    process.until(lambda: (folder / "device").exists(), "the device is open")
    return process


def notes(folder: Path) -> list[str]:
    return (folder / "device").read_text().split()


def test_nodes_of_one_place_reach_each_other_by_direct_calls(start: Start, folder: Path) -> None:
    process = start(
        node(folder, "source", "Source"),
        node(folder, "relay", "Relay", got="source/out"),
        node(folder, "sink", "Sink", got="relay/out"),
    )
    process.run()
    process.until(lambda: process.gauges("sink").get("total", 0.0) >= 50, "fifty messages came")
    process.client.ask("place", "quiesce")
    status = process.status().status
    assert status is not None
    sent = {output.topic: output.sent for output in status.outputs}
    for link in status.connections:
        assert (link.counters.received, link.counters.lost) == (sent[link.topic], 0)
    gauges = next(each.gauges for each in status.nodes if each.name == "sink")
    assert gauges["total"] == gauges["last"] == sent["source/out"] == sent["relay/out"]


def test_it_waits_for_its_readers_and_says_so(start: Start, folder: Path) -> None:
    process = start(node(folder, "source", "Source"), readers={"source/out": 1})
    for _ in range(20):
        assert process.status().phase == "waiting"


def test_an_ordered_stop_leaves_the_device_safe(device: Process, folder: Path) -> None:
    device.client.ask("place", "quiesce")
    device.until(lambda: device.status().phase == "quiet" and notes(folder) == ["open", "closed"], "it is closed")
    device.client.send("place", "stop")
    assert device.exit_code() == 0
    assert notes(folder) == ["open", "closed"]


def test_a_place_that_is_told_to_stop_before_the_start_opens_nothing(start: Start, folder: Path) -> None:
    process = start(node(folder, "device", "Device"))
    process.until(lambda: process.status().phase == "ready", "it is ready")
    process.client.send("place", "stop")
    assert process.exit_code() == 0


def test_sigterm_leaves_the_device_safe(device: Process, folder: Path) -> None:
    device.process.terminate()
    assert device.exit_code() == 0
    assert notes(folder) == ["open", "closed"]


def test_ctrl_c_is_the_supervisors_to_handle(device: Process) -> None:
    device.process.send_signal(signal.SIGINT)
    assert device.status().phase == "running"


def test_a_crash_is_told_with_its_node_and_leaves_the_device_safe(device: Process, folder: Path) -> None:
    device.command("crash")
    assert device.exit_code() == EXIT_CRASHED
    assert notes(folder) == ["open", "closed"]
    said = device.log.read_text()
    assert "place: node device: state command 'crash' raised ValueError: a wire has come loose" in said
    assert "nodes.py" in said  # where


def test_a_loop_that_stands_still_is_ended_by_the_kernel(start: Start, folder: Path) -> None:
    process = start(node(folder, "device", "Device"), realtime=Realtime(hang_limit=0.2))
    process.run()
    process.until(lambda: "ticked" in process.gauges("device"), "it runs")
    process.command("hang")
    assert process.exit_code() == -signal.SIGALRM


def test_a_loop_that_stands_still_from_its_first_round_on_is_ended_too(start: Start, folder: Path) -> None:
    process = start(node(folder, "stuck", "Stuck"), realtime=Realtime(hang_limit=0.2))
    process.until(lambda: process.status().phase == "ready", "it is ready")
    process.client.ask("place", "go", start=monotonic() - 1_000_000_000)
    assert process.exit_code() == -signal.SIGALRM


def test_it_does_not_live_without_the_parent_it_was_given(start: Start, folder: Path) -> None:
    process = start(node(folder, "device", "Device"), parent=1)
    assert process.exit_code() == EXIT_ORPHANED
    assert not (folder / "device").exists()


def test_it_stops_in_good_order_when_its_parent_is_killed(folder: Path) -> None:
    path = folder / "place.json"
    config = PlaceConfig(
        place="place", nodes=(node(folder, "device", "Device"),), run_dir=str(folder), incarnation="1"
    )
    write_config(config, path)
    program = "import os, subprocess, sys; subprocess.Popen([*sys.argv[1:], str(os.getpid())]).wait()"
    command = [sys.executable, "-c", program, sys.executable, "-m", "sutura.runtime.place", str(path)]
    client = ControlClient(folder / "s")
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as parent:
        try:
            while client.ask("place", "status", timeout=BOUND_S).phase != "ready":
                pass
            client.ask("place", "go", start=monotonic())
            end = monotonic() + int(BOUND_S * 1e9)
            while not (folder / "device").exists() and monotonic() < end:
                pass
        finally:
            parent.kill()
    while notes(folder) != ["open", "closed"]:
        assert monotonic() < end, "the device was not closed"
    with pytest.raises(NoAnswer):
        client.ask("place", "status", timeout=0.5)
    client.close()


def test_what_the_kernel_refuses_is_a_notice(start: Start, folder: Path) -> None:
    process = start(node(folder, "source", "Source"), realtime=Realtime(cpus=(4095,)))
    process.run()
    status = process.status().status
    assert status is not None
    assert any("4095" in notice for notice in status.notices)
