"""The control socket: requests in, answers out, over real sockets."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
import zmq
from msgspec import Meta

from sutura.messages import MAX_FRAME_BYTES, Clutch, Frame, encode_frame
from sutura.nodes import Input, Node, NodeParams, Output, RequestRefused
from sutura.runtime.client import ControlClient
from sutura.runtime.clock import monotonic
from sutura.runtime.config import PROTOCOL, NodeConfig, PlaceConfig
from sutura.runtime.control import PlaceControl, Reply, decode_reply
from sutura.runtime.errors import NoAnswer
from sutura.runtime.host import Host
from sutura.runtime.zmq_bus import ZmqBus, control_address

BOUND_S = 20.0


class Valve(Node):
    class Params(NodeParams):
        opening: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.5
        label: str = ""

    params: Params
    state_commands = frozenset({"open", "jam"})
    clutch = Input(Clutch)
    out = Output(Clutch)

    def on_start(self) -> None:
        self.heard: list[bool] = []

    def on_clutch(self, clutch: Clutch) -> None:
        self.heard.append(clutch.pressed)

    def on_params(self, params: NodeParams) -> None:
        if isinstance(params, self.Params) and params.label == "taken":
            raise RequestRefused("that label is taken")

    def on_state_command(self, command: str) -> str:
        if command == "jam":
            raise RequestRefused("it is jammed")
        self.event("info", "opened")
        return "it is open"


class Served:
    """A place without a process: the test serves its socket itself."""

    def __init__(self, folder: Path, place: str = "valves") -> None:
        self.place = place
        self.bus = ZmqBus(folder, place)
        node = NodeConfig(name="valve", node=f"{__name__}:Valve", inputs={"clutch": ("pedal",)})
        config = PlaceConfig(place=place, nodes=(node,), run_dir=str(folder), incarnation="1")
        self.host = Host(config, monotonic, self.bus)
        self.control = PlaceControl(self.host, self.bus.control_socket(control_address(folder, place)), "this boot")
        self.host.begin(monotonic())
        self.client = ControlClient(folder)

    @property
    def valve(self) -> Valve:
        node = self.host.nodes["valve"]
        assert isinstance(node, Valve)
        return node

    def ask(self, what: str, **fields: object) -> Reply:
        """One request and the answer to it."""
        wanted = self.client.send(self.place, what, **fields)
        return self.answer(wanted)

    def answer(self, wanted: str) -> Reply:
        end = monotonic() + int(BOUND_S * 1e9)
        while monotonic() < end:
            self.control.serve()
            for place, reply in self.client.replies(0.01):
                assert (place, reply.id) == (self.place, wanted)
                return reply
        raise AssertionError(f"no answer to request {wanted}")

    def close(self) -> None:
        self.client.close()
        self.bus.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="su"))
    yield path
    shutil.rmtree(path)


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    made = Served(folder)
    yield made
    made.close()


def test_every_request_is_answered_under_its_id(served: Served) -> None:
    wanted = [served.client.send("valves", "status") for _ in range(20)]
    assert len(set(wanted)) == 20
    came: list[str] = []
    end = monotonic() + int(BOUND_S * 1e9)
    while len(came) < 20 and monotonic() < end:
        served.control.serve()
        came += [reply.id for _, reply in served.client.replies(0.01)]
    assert came == wanted


def test_a_status_tells_who_it_is_and_what_it_means_by_its_messages(served: Served) -> None:
    reply = served.ask("status")
    assert (reply.phase, reply.boot_id, reply.protocol) == ("waiting", "this boot", PROTOCOL)
    assert set(reply.schemas) == {"valve.clutch", "valve.out", "valve.heartbeat"}
    assert reply.status is not None
    assert [node.name for node in reply.status.nodes] == ["valve"]
    served.ask("go", start=monotonic())
    assert served.ask("status").schemas == {}  # said once, before the start


def test_phases_follow_the_supervisors_word(served: Served) -> None:
    assert served.ask("go", start=123).phase == "running"
    assert served.control.start == 123
    assert served.ask("quiesce").phase == "quiet"
    assert served.ask("stop").phase == "stopping"


def test_events_are_kept_for_the_supervisor_whoever_else_looks(served: Served) -> None:
    served.ask("command", node="valve", command="open")
    assert served.ask("status", take_events=False).events == ()
    assert [event.text for event in served.ask("status", take_events=True).events] == ["opened"]
    assert served.ask("status", take_events=True).events == ()


def test_a_command_is_carried_out_or_refused_with_its_reason(served: Served) -> None:
    assert served.ask("command", node="valve", command="open").text == "it is open"
    assert served.ask("command", node="valve", command="jam").refused == "it is jammed"
    assert "it takes: jam, open" in served.ask("command", node="valve", command="close").refused
    assert "nodes: valve" in served.ask("command", node="pump", command="open").refused
    assert "'dance'" in served.ask("dance").refused


def test_parameters_are_told_with_their_bounds_and_changed_as_a_whole(served: Served) -> None:
    reply = served.ask("get_params", node="valve")
    assert reply.params == {"opening": 0.5, "label": ""}
    assert [info.name for info in reply.infos] == ["opening", "label"]
    assert served.ask("set_params", node="valve", params={"opening": 0.75}).params["opening"] == 0.75
    assert served.valve.params.opening == 0.75


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"opening": 1.5}, "opening"),
        ({"opening": float("nan")}, "opening"),
        ({"opening": "wide"}, "opening"),
        ({"opening": 0.1, "colour": "red"}, "colour"),
        ({"opening": 0.1, "label": "taken"}, "taken"),
    ],
)
def test_a_refused_change_says_why_and_changes_nothing(
    served: Served, change: dict[str, object], reason: str
) -> None:
    assert reason in served.ask("set_params", node="valve", params=change).refused
    assert served.ask("get_params", node="valve").params == {"opening": 0.5, "label": ""}


def test_a_message_is_injected_where_nobody_else_writes(served: Served) -> None:
    now = monotonic()
    data = encode_frame(Frame("pedal", "Clutch", "person@1", 1, now, now, 0, Clutch(True)))
    assert served.ask("inject", data=data).refused == ""
    served.host.run()
    assert served.valve.heard == [True]
    assert served.ask("inject", data=b"nonsense").refused
    assert served.ask("inject", data=data[:-1]).refused
    assert served.valve.heard == [True]


@pytest.mark.parametrize(
    "parts", [[b"garbage"], [b""], [b"", b"\xc1"], [b"\x91" * 5000], [b"\x81\xa4what\xff"], [b"1", b"2", b"3"]]
)
def test_garbage_is_refused_and_the_next_request_answered(served: Served, folder: Path, parts: list[bytes]) -> None:
    with zmq.Context() as context, context.socket(zmq.DEALER) as peer:
        peer.linger = 0
        peer.connect(control_address(folder, "valves"))
        peer.send_multipart(parts)
        end = monotonic() + int(BOUND_S * 1e9)
        while not peer.poll(10) and monotonic() < end:
            served.control.serve()
        assert "expected a request" in decode_reply(peer.recv(zmq.NOBLOCK)).refused
    assert served.ask("status").status is not None


def test_an_oversized_request_is_dropped_and_others_are_answered(served: Served, folder: Path) -> None:
    with zmq.Context() as context, context.socket(zmq.DEALER) as peer:
        peer.linger = 0
        peer.connect(control_address(folder, "valves"))
        peer.send(bytes(MAX_FRAME_BYTES + 1))
        for _ in range(3):
            assert served.ask("status").refused == ""
        assert not peer.poll(0)


def test_nobody_there_is_an_error_with_a_name(folder: Path) -> None:
    client = ControlClient(folder)
    try:
        with pytest.raises(NoAnswer, match="'ghost'"):
            client.ask("ghost", "status", timeout=0.05)
    finally:
        client.close()


def test_a_place_started_anew_is_reached_by_the_same_client(folder: Path) -> None:
    """What waited for the old incarnation is not said to the new one."""
    first = Served(folder)
    first.ask("status")
    first.client.send("valves", "stop")  # it ends before it hears this
    first.bus.close()
    second = Served(folder)
    try:
        first.client.forget("valves")
        wanted = first.client.send("valves", "status")
        end = monotonic() + int(BOUND_S * 1e9)
        came: list[Reply] = []
        while not came and monotonic() < end:
            second.control.serve()
            came = [reply for _, reply in first.client.replies(0.01)]
        assert [(reply.id, reply.phase) for reply in came] == [(wanted, "waiting")]
    finally:
        first.client.close()
        second.close()
