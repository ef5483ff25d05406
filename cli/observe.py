"""Listens to one topic of a live run, beside its readers and without standing in their way."""

import itertools
import statistics
from collections import deque
from types import TracebackType

import msgspec
import zmq

from sutura.cli.errors import UnknownTopic
from sutura.cli.live_run import LiveRun
from sutura.launch import Blueprint, load_topology
from sutura.messages import (
    MAX_FRAME_BYTES,
    DecodeFailure,
    Frame,
    FrameDecoder,
    Message,
    UnknownMessageType,
    message_type,
    topic_prefix,
)
from sutura.runtime.clock import monotonic
from sutura.runtime.zmq_bus import publisher_address

_HIGH_WATER = 1000


class Observer:
    """Hears one topic and counts what it misses; use it as a context manager. Raises UnknownTopic."""

    def __init__(self, run: LiveRun, topic: str) -> None:
        entry = run.info.topics.get(topic)
        if entry is None:
            raise UnknownTopic(topic, run.info.name, run.info.topics)
        self.received = self.lost = self.rejected = 0
        self.size = 0  # of the newest message [bytes]
        self._run = run
        self._decode = FrameDecoder(topic, type_of(run, entry.type))
        self._writer, self._seq = "", 0
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        for option, value in (
            (zmq.RCVHWM, _HIGH_WATER),
            (zmq.LINGER, 0),
            (zmq.MAXMSGSIZE, MAX_FRAME_BYTES),
            (zmq.RECONNECT_IVL, 5),
        ):
            self._socket.setsockopt(option, value)
        self._socket.setsockopt(zmq.SUBSCRIBE, topic_prefix(topic))
        self._socket.connect(publisher_address(run.directory.sockets, entry.place))

    def __enter__(self) -> "Observer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.destroy(linger=0)

    @property
    def run_lives(self) -> bool:
        """Whether more can come."""
        return self._run.directory.is_live()

    def receive(self, seconds: float) -> Frame[Message] | None:
        """The next message, or None if none comes in time; what cannot be decoded is counted and passed over."""
        end = monotonic() + int(seconds * 1e9)
        while (left := end - monotonic()) > 0:
            if not self._socket.poll(left // 1_000_000 + 1):
                break
            data = self._socket.recv(zmq.NOBLOCK)
            self.size = len(data)
            try:
                frame = self._decode(data)
            except DecodeFailure:
                self.rejected += 1
                continue
            if self._is_new(frame):
                return frame
        return None

    def _is_new(self, frame: Frame[Message]) -> bool:
        """Count a gap; a latched message sent again for somebody else is not new."""
        if frame.writer != self._writer:
            self._writer, self._seq = frame.writer, frame.seq - 1
        gap = frame.seq - self._seq
        if gap <= 0:
            return False
        self.lost += gap - 1
        self.received += 1
        self._seq = frame.seq
        return True


class Rhythm(msgspec.Struct, frozen=True):
    """How often a writer spoke. period [s]: between neighbours; age [s]: from stamp to here; None: unknown."""

    rate_hz: float | None
    period_min: float | None
    period_max: float | None
    period_std: float | None
    age_p50: float | None
    age_max: float | None
    window: int


class RhythmMeter:
    """Takes messages and gives the rhythm of the last `window` of them, by their writer's own stamps."""

    def __init__(self, window: int) -> None:
        self._seen: deque[tuple[int, int, int]] = deque(maxlen=window)

    def add(self, seq: int, stamp: int, now: int) -> None:
        """Take a message; a writer that counts anew begins a new rhythm."""
        if self._seen and seq <= self._seen[-1][0]:
            self._seen.clear()
        self._seen.append((seq, stamp, now - stamp))

    def rhythm(self) -> Rhythm:
        """Of what has been taken. The rate counts messages lost on the way to here, the periods leave them out."""
        seen = list(self._seen)
        ages = [age * 1e-9 for _, _, age in seen]
        pairs = itertools.pairwise(seen)
        periods = [(b[1] - a[1]) * 1e-9 for a, b in pairs if b[0] - a[0] == 1]
        span = (seen[-1][1] - seen[0][1]) * 1e-9 if seen else 0.0
        return Rhythm(
            rate_hz=(seen[-1][0] - seen[0][0]) / span if span > 0.0 else None,
            period_min=min(periods, default=None),
            period_max=max(periods, default=None),
            period_std=statistics.pstdev(periods) if periods else None,
            age_p50=statistics.median(ages) if ages else None,
            age_max=max(ages, default=None),
            window=len(seen),
        )


def type_of(run: LiveRun, name: str) -> type[Message]:
    """A message type; one of a user's own comes in with the run's node classes. Raises UnknownMessageType."""
    try:
        return message_type(name)
    except UnknownMessageType:
        Blueprint.of(load_topology(str(run.directory.path / "topology.yaml")))
        return message_type(name)
