"""Listens to many topics of a live run at once, beside their readers and without standing in their way."""

from collections.abc import Collection
from types import TracebackType

import zmq

from sutura.cli.live_run import LiveRun
from sutura.cli.observe import type_of
from sutura.messages import (
    MAX_FRAME_BYTES,
    DecodeFailure,
    Frame,
    FrameDecoder,
    Message,
    UnknownMessageType,
    prefix_of,
    topic_prefix,
)
from sutura.runtime.zmq_bus import publisher_address

_HIGH_WATER = 10_000


class Listener:
    """Hears topics and counts what it misses; use it as a context manager.

    topics: those of the run whose type is known here.
    """

    def __init__(self, run: LiveRun, topics: Collection[str]) -> None:
        self.received = self.lost = self.rejected = 0
        self._decoders: dict[bytes, FrameDecoder[Message]] = {}
        self._last: dict[str, tuple[str, int]] = {}
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        for option, value in (
            (zmq.RCVHWM, _HIGH_WATER),
            (zmq.LINGER, 0),
            (zmq.MAXMSGSIZE, MAX_FRAME_BYTES),
            (zmq.RECONNECT_IVL, 5),
        ):
            self._socket.setsockopt(option, value)
        for topic in topics:
            self._subscribe(run, topic)
        for place in {run.info.topics[topic].place for topic in self.topics}:
            self._socket.connect(publisher_address(run.directory.sockets, place))

    def __enter__(self) -> "Listener":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._context.destroy(linger=0)

    @property
    def topics(self) -> tuple[str, ...]:
        """What it hears."""
        return tuple(decoder.topic for decoder in self._decoders.values())

    def receive(self, seconds: float) -> Frame[Message] | None:
        """The next message, or None if none comes in time or what came is of no use."""
        if not self._socket.poll(int(seconds * 1000)):
            return None
        data = self._socket.recv()
        decode = self._decoders.get(prefix_of(data))
        try:
            frame = decode(data) if decode is not None else None
        except DecodeFailure:
            frame = None
        if frame is None:
            self.rejected += 1
            return None
        return frame if self._is_new(frame) else None

    def _subscribe(self, run: LiveRun, topic: str) -> None:
        try:
            message = type_of(run, run.info.topics[topic].type)
        except UnknownMessageType:
            return
        self._decoders[topic_prefix(topic)] = FrameDecoder(topic, message)
        self._socket.setsockopt(zmq.SUBSCRIBE, topic_prefix(topic))

    def _is_new(self, frame: Frame[Message]) -> bool:
        """Count a gap; a latched message sent again for somebody else is not new."""
        writer, seq = self._last.get(frame.topic, ("", 0))
        if frame.writer != writer:
            seq = frame.seq - 1
        if frame.seq <= seq:
            return False
        self.lost += frame.seq - seq - 1
        self.received += 1
        self._last[frame.topic] = frame.writer, frame.seq
        return True
