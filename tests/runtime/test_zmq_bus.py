"""The ZeroMQ bus on real sockets: the handshake, late readers, slow readers, rogue writers."""

import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq

from sutura.messages import (
    MAX_FRAME_BYTES,
    Clutch,
    Frame,
    FrameDecoder,
    Message,
    RawMessage,
    encode_frame,
    topic_prefix,
)
from sutura.nodes import Input, InputPort, Node
from sutura.runtime.clock import monotonic
from sutura.runtime.config import NodeConfig, PlaceConfig, TopicSource
from sutura.runtime.errors import SocketRefused
from sutura.runtime.host import Host
from sutura.runtime.zmq_bus import ZmqBus, control_address, publisher_address, require_safe_bind

TOPIC = "console/clutch"
OTHER = "assistant/clutch"
BOUND_S = 20.0


class Ear(ZmqBus):
    """A bus that hands out what it hears one by one; `street`: all buses of a test."""

    def __init__(self, sockets: Path, place: str, street: list["Ear"]) -> None:
        super().__init__(sockets, place)
        self.street = street
        self._came: deque[bytes] = deque()

    def give_slack(self) -> None:
        """Let every bus do what its place does between messages."""
        for bus in self.street:
            bus.serve()

    def receive(self) -> bytes | None:
        """The next message, or None when there is none now."""
        if not self._came:
            self.give_slack()
            self._came.extend(self.wait(0.0))
        return self._came.popleft() if self._came else None


@pytest.fixture
def sockets() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="su"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def make_bus(sockets: Path) -> Iterator[Callable[[str], Ear]]:
    made: list[Ear] = []

    def make(place: str) -> Ear:
        made.append(Ear(sockets, place, made))
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


def has_readers(bus: Ear, count: int, topic: str = TOPIC) -> Callable[[], bool]:
    def look() -> bool:
        bus.give_slack()
        return bus.readers(topic) == count

    return look


def next_of(bus: Ear) -> bytes:
    came: list[bytes] = []

    def look() -> bool:
        data = bus.receive()
        if data is not None:
            came.append(data)
        return bool(came)

    until(look)
    return came[0]


def test_the_first_message_reaches_every_reader_whoever_came_first(make_bus: Callable[[str], Ear]) -> None:
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


def test_a_second_reader_of_the_same_topic_is_seen(make_bus: Callable[[str], Ear]) -> None:
    writer = make_bus("writer")
    for count in (1, 2, 3):
        make_bus(f"reader{count}").listen({"writer": [TOPIC]})
        until(has_readers(writer, count))


def test_readers_that_leave_are_counted_out(make_bus: Callable[[str], Ear]) -> None:
    writer = make_bus("writer")
    writer.follow([TOPIC])
    readers = [make_bus("a"), make_bus("b")]
    for reader in readers:
        reader.listen({"writer": [TOPIC]})
    until(has_readers(writer, 2))
    readers[0].close()
    writer.street.remove(readers[0])
    until(has_readers(writer, 1))
    assert writer.readers(TOPIC) == 1
    readers[1].close()
    writer.street.remove(readers[1])
    until(has_readers(writer, 0))
    assert not writer.readers(TOPIC)


def test_an_observer_of_everything_hears_a_topic_that_no_place_reads(
    make_bus: Callable[[str], Ear], sockets: Path
) -> None:
    writer = make_bus("writer")
    writer.follow([TOPIC, "console/estop"])
    make_bus("reader").listen({"writer": ["console/estop"]})
    until(has_readers(writer, 1, "console/estop"))
    with zmq.Context() as context, context.socket(zmq.SUB) as observer:
        observer.connect(publisher_address(sockets, "writer"))
        observer.subscribe(b"")

        def is_heard() -> bool:
            writer.give_slack()
            writer.send(clutch(1), latched=False)
            return bool(observer.poll(0))

        until(is_heard)
        assert FrameDecoder(TOPIC, Clutch)(observer.recv()).seq == 1


def test_a_late_reader_gets_what_is_latched_and_nothing_else(make_bus: Callable[[str], Ear]) -> None:
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
    bus.serve()
    for data in bus.wait(0.01):
        port.accept(decode(data), monotonic())
print(json.dumps([link.seq, link.counters.received, link.counters.lost]), flush=True)
bus.close()
"""


def test_a_stopped_observer_starves_nobody_and_counts_what_it_lost(
    make_bus: Callable[[str], Ear], sockets: Path
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
                writer.serve()
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

    def __init__(self, bus: Ear, folder: Path) -> None:
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
def listener(make_bus: Callable[[str], Ear], sockets: Path) -> Listener:
    return Listener(make_bus("reader"), sockets)


@pytest.fixture
def rogue(sockets: Path) -> Iterator["zmq.Socket[bytes]"]:
    with zmq.Context() as context, context.socket(zmq.XPUB) as publisher:
        publisher.linger = 0
        publisher.bind(publisher_address(sockets, "rogue"))
        yield publisher


def subscribed(publisher: "zmq.Socket[bytes]", listener: Listener) -> None:
    """Wait for the reader, which comes back by itself after it has been thrown out."""

    def has_come() -> bool:
        listener.bus.give_slack()
        return bool(publisher.poll(1))

    until(has_come)
    publisher.recv()


def test_garbage_is_counted_and_reported_and_the_next_good_message_is_handled(
    listener: Listener, rogue: "zmq.Socket[bytes]"
) -> None:
    subscribed(rogue, listener)
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
    subscribed(rogue, listener)
    rogue.send(encode_frame(clutch(1, writer="mallory@1")))
    until(lambda: listener.has_counted(rejected=1))
    assert "mallory@1" in listener.host.events[-1].text
    assert listener.counters.received == 0


def test_an_oversized_message_is_counted_with_its_writer(listener: Listener, rogue: "zmq.Socket[bytes]") -> None:
    subscribed(rogue, listener)
    rogue.send(encode_frame(clutch(1)) + bytes(MAX_FRAME_BYTES))
    until(lambda: listener.has_counted(rejected=1))
    assert "operator@1" in listener.host.events[-1].text
    rogue.send(encode_frame(clutch(2)))
    until(lambda: listener.has_counted(received=1))


def test_a_giant_message_never_reaches_the_decoder_and_other_places_are_still_heard(
    listener: Listener, rogue: "zmq.Socket[bytes]", make_bus: Callable[[str], Ear]
) -> None:
    subscribed(rogue, listener)
    writer = make_bus("writer")
    listener.bus.listen({"writer": [OTHER]})
    until(has_readers(writer, 1, OTHER))
    rogue.send(topic_prefix(TOPIC) + bytes(64 * MAX_FRAME_BYTES))
    writer.send(clutch(1, OTHER, "assistant@1"), latched=False)
    complaints: list[str] = []

    def has_complained() -> bool:
        listener.has_counted()
        complaints.extend(listener.bus.complaints())
        return bool(complaints) and listener.others.received == 1

    until(has_complained)
    assert (listener.counters.rejected, listener.host.unreadable) == (0, 0)
    (complaint,) = complaints
    assert "rogue was dropped" in complaint
    assert str(64 * MAX_FRAME_BYTES + len(topic_prefix(TOPIC))) in complaint


def test_what_is_no_zeromq_is_dropped_with_a_word_and_readers_are_still_served(
    make_bus: Callable[[str], Ear], sockets: Path
) -> None:
    writer = make_bus("writer")
    with socket.socket(socket.AF_UNIX) as stranger:
        stranger.connect(str(sockets / "writer.pub"))
        stranger.send(b"GET / HTTP/1.1\r\n\r\n".ljust(64))
        found: list[str] = []

        def has_complained() -> bool:
            writer.give_slack()
            found.extend(writer.complaints())
            return bool(found)

        until(has_complained)
    assert "greeting of ZMTP 3" in found[0]
    reader = make_bus("reader")
    reader.listen({"writer": [TOPIC]})
    until(has_readers(writer, 1))
    writer.send(clutch(1), latched=False)
    assert next_of(reader).startswith(topic_prefix(TOPIC))


@pytest.mark.parametrize("size", [0, 1, 200, 255, 256, 5000, 60_000])
def test_a_zeromq_socket_of_libzmq_hears_every_byte(
    make_bus: Callable[[str], Ear], sockets: Path, size: int
) -> None:
    writer = make_bus("writer")
    frame: Frame[Message] = Frame(TOPIC, "RawMessage", "recorder@1", 1, 1, 1, 0, RawMessage(os.urandom(size)))
    with zmq.Context() as context, context.socket(zmq.SUB) as observer:
        observer.connect(publisher_address(sockets, "writer"))
        observer.subscribe(topic_prefix(TOPIC))
        until(has_readers(writer, 1))
        writer.send(frame, latched=False)
        assert observer.poll(int(BOUND_S * 1000))
        assert observer.recv() == encode_frame(frame)
        observer.unsubscribe(topic_prefix(TOPIC))
        until(has_readers(writer, 0))


def test_a_reader_comes_back_to_a_writer_that_was_started_anew(make_bus: Callable[[str], Ear]) -> None:
    writer, reader = make_bus("writer"), make_bus("reader")
    reader.listen({"writer": [TOPIC]})
    until(has_readers(writer, 1))
    writer.close()
    writer.street.remove(writer)
    again = make_bus("writer")

    def has_come_back() -> bool:
        reader.receive()
        return has_readers(again, 1)()

    until(has_come_back)
    again.send(clutch(1), latched=False)
    assert next_of(reader).startswith(topic_prefix(TOPIC))


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
