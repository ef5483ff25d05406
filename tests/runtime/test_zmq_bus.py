"""The ZeroMQ bus on real sockets: the handshake, late readers, slow readers, rogue writers."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq

from sutura.messages import MAX_FRAME_BYTES, Clutch, Frame, FrameDecoder, Message, encode_frame, topic_prefix
from sutura.nodes import Input, InputPort, Node
from sutura.runtime.clock import monotonic
from sutura.runtime.config import NodeConfig, PlaceConfig, TopicSource
from sutura.runtime.errors import SocketRefused
from sutura.runtime.host import Host
from sutura.runtime.zmq_bus import ZmqBus, control_address, publisher_address, require_safe_bind

TOPIC = "console/clutch"
OTHER = "assistant/clutch"
BOUND_S = 20.0


@pytest.fixture
def sockets() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="su"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def make_bus(sockets: Path) -> Iterator[Callable[[str], ZmqBus]]:
    made: list[ZmqBus] = []

    def make(place: str) -> ZmqBus:
        made.append(ZmqBus(sockets, place))
        return made[-1]

    yield make
    for bus in made:
        bus.close()


def until(is_true: Callable[[], bool]) -> None:
    """Try again and again, for a bounded time."""
    end = monotonic() + int(BOUND_S * 1e9)
    while not is_true():
        assert monotonic() < end, "waited in vain"


def clutch(seq: int, topic: str = TOPIC, writer: str = "operator@1") -> Frame[Message]:
    now = monotonic()
    return Frame(topic, "Clutch", writer, seq, now, now, 0, Clutch(seq % 2 == 0))


def has_readers(bus: ZmqBus, count: int, topic: str = TOPIC) -> Callable[[], bool]:
    def look() -> bool:
        bus.serve()
        return bus.readers(topic) == count

    return look


def next_of(bus: ZmqBus) -> bytes:
    came: list[bytes] = []

    def look() -> bool:
        data = bus.receive()
        if data is not None:
            came.append(data)
        return bool(came)

    until(look)
    return came[0]


def test_the_first_message_reaches_every_reader_whoever_came_first(make_bus: Callable[[str], ZmqBus]) -> None:
    for attempt, early in enumerate(itertools.product((True, False), repeat=3)):
        name = f"writer{attempt}"
        readers = [make_bus(f"{name}.{i}") for i in range(len(early))]
        for reader, is_early in zip(readers, early, strict=True):
            if is_early:
                reader.listen({name: [TOPIC]})
        writer = make_bus(name)
        writer.follow([TOPIC])
        for reader, is_early in zip(readers, early, strict=True):
            if not is_early:
                reader.listen({name: [TOPIC]})
        until(has_readers(writer, len(readers)))
        writer.send(clutch(1), latched=False)
        for reader in readers:
            assert next_of(reader).startswith(topic_prefix(TOPIC))


def test_a_second_reader_of_the_same_topic_is_seen(make_bus: Callable[[str], ZmqBus]) -> None:
    writer = make_bus("writer")
    for count in (1, 2, 3):
        make_bus(f"reader{count}").listen({"writer": [TOPIC]})
        until(has_readers(writer, count))


def test_readers_that_leave_are_counted_out(make_bus: Callable[[str], ZmqBus]) -> None:
    writer = make_bus("writer")
    writer.follow([TOPIC])
    readers = [make_bus("a"), make_bus("b")]
    for reader in readers:
        reader.listen({"writer": [TOPIC]})
    until(has_readers(writer, 2))
    readers[0].close()
    until(has_readers(writer, 1))
    assert writer.wants(TOPIC)
    readers[1].close()
    until(has_readers(writer, 0))
    assert not writer.wants(TOPIC)


def test_a_topic_is_wanted_by_an_observer_of_everything_and_not_by_readers_of_others(
    make_bus: Callable[[str], ZmqBus], sockets: Path
) -> None:
    writer = make_bus("writer")
    writer.follow([TOPIC, "console/estop"])
    make_bus("reader").listen({"writer": ["console/estop"]})
    until(has_readers(writer, 1, "console/estop"))
    assert not writer.wants(TOPIC)
    with zmq.Context() as context, context.socket(zmq.SUB) as observer:
        observer.connect(publisher_address(sockets, "writer"))
        observer.subscribe(b"")

        def is_wanted() -> bool:
            writer.serve()
            return writer.wants(TOPIC)

        until(is_wanted)


def test_a_late_reader_gets_what_is_latched_and_nothing_else(make_bus: Callable[[str], ZmqBus]) -> None:
    writer, late = make_bus("writer"), make_bus("late")
    for seq in (1, 2):
        writer.send(clutch(seq), latched=True)
        writer.send(clutch(seq, "console/level"), latched=False)
    late.listen({"writer": [TOPIC, "console/level"]})
    until(has_readers(writer, 1))
    until(has_readers(writer, 1, "console/level"))
    writer.send(clutch(3, "console/level"), latched=False)
    first = FrameDecoder(TOPIC, Clutch)(next_of(late))
    assert first.seq == 2
    assert FrameDecoder("console/level", Clutch)(next_of(late)).seq == 3


OBSERVER = """
import json, sys
from pathlib import Path
from sutura.messages import Clutch, FrameDecoder
from sutura.nodes import Connection, InputPort
from sutura.runtime.clock import monotonic
from sutura.runtime.zmq_bus import ZmqBus

folder, topic, last = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
bus = ZmqBus(folder, "observer")
port = InputPort("clutch", depth=1, keeps_all=False, max_age=None, feedback=False, clock=monotonic)
port.connections[topic] = link = Connection(topic, "operator")
bus.listen({"writer": [topic]})
decode = FrameDecoder(topic, Clutch)
while link.seq < last:
    data = bus.receive()
    if data is not None:
        port.accept(decode(data), monotonic())
print(json.dumps([link.seq, link.counters.received, link.counters.lost]), flush=True)
bus.close()
"""


def test_a_stopped_observer_starves_nobody_and_counts_what_it_lost(
    make_bus: Callable[[str], ZmqBus], sockets: Path
) -> None:
    count = 20_000
    writer, live = make_bus("writer"), make_bus("live")
    live.listen({"writer": [TOPIC]})
    command = [sys.executable, "-c", OBSERVER, str(sockets), TOPIC, str(count + 1)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as observer:
        try:
            until(has_readers(writer, 2))
            os.kill(observer.pid, signal.SIGSTOP)
            for seq in range(1, count + 1):
                writer.send(clutch(seq), latched=False)
                assert FrameDecoder(TOPIC, Clutch)(next_of(live)).seq == seq
            os.kill(observer.pid, signal.SIGCONT)
            seqs = itertools.count(count + 1)

            def has_ended() -> bool:
                writer.send(clutch(next(seqs)), latched=False)
                return observer.poll() is not None

            until(has_ended)
            assert observer.stdout is not None
            seq, received, lost = json.loads(observer.stdout.read())
        finally:
            observer.kill()
    assert lost > 0
    assert received + lost == seq


# What others may do to a reader -------------------------------------------------------------------------------


class Pedal(Node):
    clutch = Input(Clutch, many=True)

    def on_start(self) -> None:
        self.pressed: list[bool] = []

    def on_clutch(self, clutch: Clutch) -> None:
        self.pressed.append(clutch.pressed)


class Listener:
    """A place that hears one topic of a publisher that is no place at all."""

    def __init__(self, bus: ZmqBus, folder: Path) -> None:
        self.bus = bus
        config = PlaceConfig(
            place="reader",
            nodes=(NodeConfig(name="pedal", node=f"{__name__}:Pedal", inputs={"clutch": (TOPIC, OTHER)}),),
            run_dir=str(folder),
            incarnation="1",
            sources={TOPIC: TopicSource("operator", "rogue"), OTHER: TopicSource("assistant", "writer")},
        )
        self.host = Host(config, monotonic, bus)
        self.host.begin(monotonic())
        bus.listen({"rogue": [TOPIC]})
        port = self.host.nodes["pedal"].ports["clutch"]
        assert isinstance(port, InputPort)
        self.counters = port.connections[TOPIC].counters
        self.others = port.connections[OTHER].counters

    def has_counted(self, *, received: int = 0, rejected: int = 0) -> bool:
        """Take what has come, and look at the figures."""
        data = self.bus.receive()
        if data is not None:
            self.host.deliver(data)
            self.host.run()
        return self.counters.received >= received and self.counters.rejected >= rejected


@pytest.fixture
def listener(make_bus: Callable[[str], ZmqBus], sockets: Path) -> Listener:
    return Listener(make_bus("reader"), sockets)


@pytest.fixture
def rogue(sockets: Path) -> Iterator["zmq.Socket[bytes]"]:
    with zmq.Context() as context, context.socket(zmq.XPUB) as publisher:
        publisher.linger = 0
        publisher.bind(publisher_address(sockets, "rogue"))
        yield publisher


def subscribed(publisher: "zmq.Socket[bytes]") -> None:
    """Wait for the reader, which comes back by itself after it has been thrown out."""
    assert publisher.poll(int(BOUND_S * 1000)), "nobody subscribed"
    publisher.recv()


def test_garbage_is_counted_and_reported_and_the_next_good_message_is_handled(
    listener: Listener, rogue: "zmq.Socket[bytes]"
) -> None:
    subscribed(rogue)
    good = encode_frame(clutch(1))
    prefix = topic_prefix(TOPIC)
    bad = [prefix, prefix + os.urandom(64), good[:-1], good[:-1] + b"\xc0", prefix + b"\x91" * 5000]
    for data in bad:
        rogue.send(data)
    until(lambda: listener.has_counted(rejected=len(bad)))
    assert [event.kind for event in listener.host.events] == ["rejected"] * len(bad)
    rogue.send(good)
    until(lambda: listener.has_counted(received=1))
    assert listener.counters.rejected == len(bad)


def test_a_message_of_another_writer_is_refused_by_name(listener: Listener, rogue: "zmq.Socket[bytes]") -> None:
    subscribed(rogue)
    rogue.send(encode_frame(clutch(1, writer="mallory@1")))
    until(lambda: listener.has_counted(rejected=1))
    assert "mallory@1" in listener.host.events[-1].text
    assert listener.counters.received == 0


def test_an_oversized_message_is_counted_with_its_writer(listener: Listener, rogue: "zmq.Socket[bytes]") -> None:
    subscribed(rogue)
    rogue.send(encode_frame(clutch(1)) + bytes(MAX_FRAME_BYTES))
    until(lambda: listener.has_counted(rejected=1))
    assert "operator@1" in listener.host.events[-1].text
    rogue.send(encode_frame(clutch(2)))
    until(lambda: listener.has_counted(received=1))


def test_a_giant_message_never_reaches_the_decoder_and_other_places_are_still_heard(
    listener: Listener, rogue: "zmq.Socket[bytes]", make_bus: Callable[[str], ZmqBus]
) -> None:
    subscribed(rogue)
    writer = make_bus("writer")
    listener.bus.listen({"writer": [OTHER]})
    until(has_readers(writer, 1, OTHER))
    rogue.send(topic_prefix(TOPIC) + bytes(64 * MAX_FRAME_BYTES))
    writer.send(clutch(1, OTHER, "assistant@1"), latched=False)
    until(lambda: listener.has_counted() and listener.others.received == 1)
    assert (listener.counters.rejected, listener.host.unreadable) == (0, 0)


# Addresses ----------------------------------------------------------------------------------------------------


def test_a_socket_path_that_is_too_long_says_what_to_do(sockets: Path) -> None:
    for address in (publisher_address, control_address):
        with pytest.raises(SocketRefused, match=r"107.*SUTURA_HOME"):
            address(sockets, "p" * 107)
    with pytest.raises(SocketRefused):
        ZmqBus(sockets, "p" * 107)


@pytest.mark.parametrize(
    "address",
    [
        "tcp://0.0.0.0:5555",
        "tcp://*:5555",
        "tcp://192.168.1.4:5555",
        "tcp://[::]:5555",
        "tcp://127.0.0.1.example.org:1",
    ],
)
def test_tcp_outside_loopback_is_refused_without_keys(address: str) -> None:
    with pytest.raises(SocketRefused, match="CURVE"):
        require_safe_bind(address, has_keys=False)
    require_safe_bind(address, has_keys=True)


@pytest.mark.parametrize(
    "address", ["ipc:///run/x.pub", "tcp://127.0.0.1:5555", "tcp://localhost:*", "tcp://[::1]:1"]
)
def test_loopback_and_ipc_are_allowed(address: str) -> None:
    require_safe_bind(address, has_keys=False)
