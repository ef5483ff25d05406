"""The supervisor with real places: the start, what happens when a place falls, and the end."""

import os
import signal
import stat
from pathlib import Path

import pytest

from sutura.errors import SuturaError
from sutura.launch.run_errors import StartFailed
from sutura.launch.supervisor import Supervisor
from sutura.launch.watching import MAX_RESTARTS
from sutura.messages import SchemaMismatch
from sutura.runtime.client import ControlClient
from sutura.runtime.clock import monotonic
from tests.launch.conftest import Stage, events_of, is_gone, watch_until

pytestmark = pytest.mark.realtime

NODES = """
    from sutura.messages import Clutch, TaskState
    from sutura.nodes import Input, Node, NodeParams, Output, RequestRefused, every, queue

    class Source(Node):
        out = Output(TaskState)
        state_commands = frozenset({"crash"})
        def on_start(self) -> None:
            self.sent = 0
        @every(500)
        def tick(self) -> None:
            self.sent += 1
            self.out.publish(TaskState(self.sent, 0))
        def on_state_command(self, command: str) -> str:
            raise ValueError("told to crash")

    class Sink(Node):
        got = Input(TaskState, policy=queue(1000))
        first = 0
        def on_got(self, message: TaskState) -> None:
            self.first = self.first or message.rings_transferred
            self.gauge("first", self.first)

    class Stubborn(Node):
        def on_stop(self) -> None:
            while True:
                pass

    class NoStart(Node):
        def on_start(self) -> None:
            raise RuntimeError("no valve on port 7")

    class NoParams(Node):
        class Params(NodeParams):
            depth: int
"""

PAIR = """
    sutura: 1
    nodes:
      source: {node: nodes.py:Source, out: {out: task}}
      sink: {node: nodes.py:Sink, in: {got: task}}
"""


@pytest.fixture
def pair(stage: Stage) -> Path:
    stage.write("nodes.py", NODES)
    return stage.write("pair.yaml", PAIR)


def all_run(supervisor: Supervisor) -> bool:
    return all(child.phase == "running" for child in supervisor.children.values())


def sent_by(supervisor: Supervisor, place: str) -> int:
    """Messages of its output `out`, as of its last figures."""
    status = supervisor.statuses.get(place)
    return sum(output.sent for output in status.outputs if output.port == "out") if status is not None else 0


def kill(supervisor: Supervisor, place: str, number: signal.Signals = signal.SIGKILL) -> int:
    pid = supervisor.children[place].pid
    os.kill(pid, number)
    return pid


def assert_nothing_is_left(supervisor: Supervisor) -> None:
    assert all(is_gone(child.pid) for child in supervisor.children.values() if child.pid)
    assert is_gone(supervisor.guard_pid)
    assert not supervisor.run.sockets.exists()
    assert not supervisor.run.is_live()


# The start ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attempt", range(3))
def test_no_message_is_lost_from_the_very_first_on(stage: Stage, attempt: int) -> None:
    stage.write("nodes.py", NODES)
    topology = """
        sutura: 1
        nodes:
          late: {node: nodes.py:Sink, in: {got: task}}
          source: {node: nodes.py:Source, out: {out: task}}
          sink: {node: nodes.py:Sink, in: {got: task}}
          third: {node: nodes.py:Sink, in: {got: task}}
    """
    supervisor = stage.started(stage.write("several.yaml", topology))
    watch_until(supervisor, lambda: sent_by(supervisor, "source") > 100)
    supervisor.stop()
    for place in ("late", "sink", "third"):
        (link,) = supervisor.statuses[place].connections
        assert (link.counters.received, link.counters.lost) == (sent_by(supervisor, "source"), 0)
        assert supervisor.statuses[place].nodes[0].gauges["first"] == 1
    assert_nothing_is_left(supervisor)


def test_a_run_directory_and_all_sockets_in_it_are_private(stage: Stage, pair: Path) -> None:
    supervisor = stage.started(pair)
    assert stat.S_IMODE(supervisor.run.path.stat().st_mode) == 0o700
    sockets = list(supervisor.run.sockets.iterdir())
    assert sorted(path.name for path in sockets) == ["sink.ctl", "sink.pub", "source.ctl", "source.pub"]
    assert not any(stat.S_IMODE(path.stat().st_mode) & 0o077 for path in sockets)


def failed_start(stage: Stage, supervisor: Supervisor) -> str:
    """The reason of a start that must fail; nothing of it may be left."""
    with pytest.raises(SuturaError) as caught:
        supervisor.start(lambda text: None)
    supervisor.stop()
    assert_nothing_is_left(supervisor)
    return str(caught.value)


def test_a_node_that_cannot_start_is_named_with_its_reason(stage: Stage, pair: Path) -> None:
    topology = stage.write("bad.yaml", PAIR + "      bad: {node: nodes.py:NoStart}\n")
    reason = failed_start(stage, stage.supervisor(topology))
    assert "place 'bad' ended with exit code 1" in reason
    assert "on_start raised RuntimeError: no valve on port 7" in reason


def test_parameters_that_only_the_place_refuses_are_told(stage: Stage, pair: Path) -> None:
    topology = stage.write("bad.yaml", PAIR + "      bad: {node: nodes.py:NoParams}\n")
    assert "depth" in failed_start(stage, stage.supervisor(topology))


def test_a_file_that_vanishes_before_the_start_is_named(stage: Stage, pair: Path) -> None:
    supervisor = stage.supervisor(pair)
    (stage.folder / "nodes.py").unlink()
    assert "nodes.py" in failed_start(stage, supervisor)


def test_a_driver_that_cannot_open_its_device_fails_the_start(stage: Stage) -> None:
    stage.write(
        "stuck.py",
        """
        from sutura.hw_drivers import DeviceLost
        from sutura.sim_driver.kinematic_arm import KinematicArm
        class Stuck(KinematicArm):
            def _open(self) -> None:
                raise DeviceLost("arm", "no answer on the bus")
        """,
    )
    supervisor = stage.supervisor("teleop", [f"driver={stage.folder / 'stuck.py'}:Stuck"])
    assert "no answer on the bus" in failed_start(stage, supervisor)


def test_ends_that_understand_a_message_differently_do_not_start(stage: Stage) -> None:
    """The reader's place has another version of the message, as after half an upgrade."""
    stage.write(
        "skewed.py",
        """
        import sys
        from sutura.messages import Message
        from sutura.nodes import Input, Node, Output
        if sys.argv[1:] and sys.argv[1].endswith("reader.json"):
            class Grip(Message, frozen=True):
                newtons: float
        else:
            class Grip(Message, frozen=True):
                width: float
        class Writer(Node):
            grip = Output(Grip)
        class Reader(Node):
            grip = Input(Grip)
        """,
    )
    topology = """
        sutura: 1
        nodes:
          writer: {node: skewed.py:Writer, out: {grip: grip}}
          reader: {node: skewed.py:Reader, in: {grip: grip}}
    """
    supervisor = stage.supervisor(stage.write("skewed.yaml", topology))
    with pytest.raises(SchemaMismatch, match=r"(?s)grip.*writer.*reader|grip.*reader.*writer"):
        supervisor.start(lambda text: None)
    supervisor.stop()
    assert_nothing_is_left(supervisor)


def test_a_start_that_is_not_wanted_any_more_is_given_up(stage: Stage, pair: Path) -> None:
    supervisor = stage.supervisor(pair)
    with pytest.raises(StartFailed, match="asked to end"):
        supervisor.start(lambda text: None, lambda: True)
    supervisor.stop()
    assert_nothing_is_left(supervisor)


def test_a_supervisor_that_never_started_leaves_nothing(stage: Stage, pair: Path) -> None:
    supervisor = stage.supervisor(pair)
    supervisor.stop()
    assert_nothing_is_left(supervisor)


# A place falls ------------------------------------------------------------------------------------------------


def test_a_place_whose_node_crashes_is_named_and_started_anew(stage: Stage, pair: Path) -> None:
    supervisor = stage.started(pair)
    pid = supervisor.children["source"].pid
    client = ControlClient(supervisor.run.sockets)
    try:
        client.send("source", "command", node="source", command="crash")
        watch_until(supervisor, lambda: supervisor.children["source"].pid != pid and all_run(supervisor))
    finally:
        client.close()
    (ended,) = events_of(supervisor, "ended")
    assert ended.node == "source"
    assert "ValueError: told to crash" in ended.text
    assert [event.node for event in events_of(supervisor, "restart")] == ["source"]
    before = supervisor.statuses["sink"].connections[0].counters.received
    watch_until(supervisor, lambda: supervisor.statuses["sink"].connections[0].counters.received > before + 50)
    supervisor.stop()
    assert supervisor.statuses["sink"].connections[0].counters.lost == 0
    assert_nothing_is_left(supervisor)


def test_a_reader_that_was_started_anew_hears_on(stage: Stage, pair: Path) -> None:
    supervisor = stage.started(pair)
    pid = kill(supervisor, "sink")
    watch_until(supervisor, lambda: supervisor.children["sink"].pid != pid and all_run(supervisor))
    pid = supervisor.children["sink"].pid
    watch_until(
        supervisor,
        lambda: (
            supervisor.statuses["sink"].pid == pid
            and supervisor.statuses["sink"].connections[0].counters.received > 50
        ),
    )
    assert supervisor.statuses["sink"].connections[0].counters.lost == 0


def test_writer_and_reader_that_fall_together_come_back_together(stage: Stage, pair: Path) -> None:
    supervisor = stage.started(pair)
    pids = [kill(supervisor, "source"), kill(supervisor, "sink")]
    watch_until(
        supervisor,
        lambda: not {c.pid for c in supervisor.children.values()} & set(pids) and all_run(supervisor),
    )


def test_a_writer_comes_back_though_its_reader_is_gone_for_good(stage: Stage, pair: Path) -> None:
    stage.write("pair.yaml", PAIR.replace("in: {got: task}", "in: {got: task}, restart: never"))
    supervisor = stage.started(pair)
    kill(supervisor, "sink")
    watch_until(supervisor, lambda: supervisor.children["sink"].phase == "ended")
    pid = kill(supervisor, "source")
    watch_until(
        supervisor,
        lambda: supervisor.children["source"].pid != pid and supervisor.children["source"].phase == "running",
    )
    assert supervisor.children["sink"].restarts == 0
    assert [event.node for event in events_of(supervisor, "restart")] == ["source"]


def test_a_place_is_started_anew_only_so_often(stage: Stage, pair: Path) -> None:
    supervisor = stage.started(pair)
    child = supervisor.children["sink"]
    while child.phase != "ended":
        restarts = child.restarts
        kill(supervisor, "sink")
        watch_until(supervisor, lambda restarts=restarts: child.restarts > restarts or child.phase == "ended")  # type: ignore[misc]
    assert child.restarts == MAX_RESTARTS
    (given_up,) = events_of(supervisor, "given_up")
    assert given_up.node == "sink"


def test_a_place_that_hangs_is_noticed_killed_and_started_anew(stage: Stage, pair: Path) -> None:
    supervisor = stage.started(pair)
    pid = kill(supervisor, "sink", signal.SIGSTOP)
    watch_until(supervisor, lambda: supervisor.children["sink"].pid != pid and all_run(supervisor))
    (hung,) = events_of(supervisor, "hung")
    assert "did not answer" in hung.text
    assert [event.node for event in events_of(supervisor, "ended")] == ["sink"]


def test_a_place_that_no_longer_agrees_is_not_let_in(stage: Stage, pair: Path) -> None:
    supervisor = stage.started(pair)
    stage.write("nodes.py", NODES.replace("Input(TaskState", "Input(Clutch"))
    kill(supervisor, "sink")
    watch_until(supervisor, lambda: bool(events_of(supervisor, "hung")))
    assert "TaskState and Clutch" in events_of(supervisor, "hung")[0].text


def test_a_guard_that_falls_is_replaced(stage: Stage, pair: Path) -> None:
    supervisor = stage.started(pair)
    before = supervisor.guard_pid
    os.kill(before, signal.SIGKILL)
    watch_until(supervisor, lambda: supervisor.guard_pid != before)
    assert "guard" in events_of(supervisor, "guard")[0].text


# Devices ------------------------------------------------------------------------------------------------------

RESCUED = """
    from pathlib import Path
    from sutura.hw_drivers import Capabilities
    from sutura.sim_driver.kinematic_arm import KinematicArm
    class Arm(KinematicArm):
        capabilities = Capabilities(holds_unpowered=True, simulated=True)
        @classmethod
        def rescue(cls, options, context) -> None:
            with (context.device_dir / "rescued").open("a") as file:
                file.write(context.name)
    class Jammed(Arm):
        @classmethod
        def rescue(cls, options, context) -> None:
            (context.device_dir / "never").stat()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_the_device_of_an_actuator_that_falls_is_rescued(stage: Stage, number: signal.Signals) -> None:
    path = stage.write("rescued.py", RESCUED)
    supervisor = stage.started("teleop", [f"driver={path}:Arm"])
    kill(supervisor, "arm", number)
    watch_until(supervisor, lambda: bool(events_of(supervisor, "rescue")))
    (rescue,) = events_of(supervisor, "rescue")
    assert rescue.node == "arm"
    assert "rescued" in rescue.text
    assert (supervisor.run.path / "rescued").read_text() == "arm"
    kinds = [event.kind for event in supervisor.events if event.node == "arm"]
    assert kinds.index("rescue") < kinds.index("restart")


def test_a_rescue_that_fails_is_told(stage: Stage) -> None:
    path = stage.write("rescued.py", RESCUED)
    supervisor = stage.started("teleop", [f"driver={path}:Jammed"])
    kill(supervisor, "arm")
    watch_until(supervisor, lambda: bool(events_of(supervisor, "rescue")))
    assert "FileNotFoundError" in events_of(supervisor, "rescue")[0].text


# The end ------------------------------------------------------------------------------------------------------


def test_every_place_ends_by_itself_when_asked(stage: Stage, pair: Path) -> None:
    supervisor = stage.started(pair)
    supervisor.stop()
    assert [child.exit_code for child in supervisor.children.values()] == [0, 0]
    assert not supervisor.events
    assert_nothing_is_left(supervisor)
    supervisor.stop()  # once more changes nothing


def test_a_place_that_ignores_everything_is_ended_by_force(stage: Stage, pair: Path) -> None:
    topology = PAIR + "      stubborn: {node: nodes.py:Stubborn}\n    realtime: {stubborn: {hang_limit: 60.0}}\n"
    supervisor = stage.started(stage.write("stubborn.yaml", topology))
    begun = monotonic()
    supervisor.stop()
    assert monotonic() - begun < 5e9  # it ends within a bound; how fast is measured elsewhere
    assert [(event.node, "SIGKILL" in event.text) for event in events_of(supervisor, "forced")] == [
        ("stubborn", True)
    ]
    assert_nothing_is_left(supervisor)


def test_a_suspended_place_does_not_outlive_the_end(stage: Stage, pair: Path) -> None:
    supervisor = stage.started(pair)
    kill(supervisor, "source", signal.SIGSTOP)
    watch_until(supervisor, lambda: supervisor.children["source"].is_suspended)
    supervisor.stop()
    assert [(event.node, "was suspended" in event.text) for event in events_of(supervisor, "ended")] == [
        ("source", True)
    ]
    assert_nothing_is_left(supervisor)


def test_a_place_that_falls_during_the_end_is_told(stage: Stage, pair: Path) -> None:
    supervisor = stage.started(pair)
    kill(supervisor, "sink")
    supervisor.stop()
    assert [event.node for event in events_of(supervisor, "ended")] == ["sink"]
    assert_nothing_is_left(supervisor)
