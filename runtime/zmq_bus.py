"""The ZeroMQ bus of one place: an XPUB for what it says, a SUB for what it hears.

Publishing is lossy by design: a stopped observer must never starve a live reader, so there is no XPUB_NODROP;
receivers count what they miss. XPUB_VERBOSER shows every subscription and its end, which the start waits for.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import cast

import zmq

from sutura.messages import MAX_FRAME_BYTES, Frame, Message, encode_frame, topic_prefix
from sutura.runtime.errors import SocketRefused

_IPC_PATH_MAX = 107
_HIGH_WATER = 1000
_GIANT = 16 * MAX_FRAME_BYTES  # ZeroMQ drops the peer; what is smaller is refused, counted and named by the decoder

# pyzmq's outer getsockopt wraps every answer in an enum, which costs more than the question
_get = cast("Callable[[zmq.Socket[bytes], int], int]", zmq.backend.Socket.get)
_EVENTS, _POLLIN, _NOBLOCK = int(zmq.EVENTS), int(zmq.POLLIN), int(zmq.NOBLOCK)


def publisher_address(sockets: Path, place: str) -> str:
    """Where a place publishes."""
    return _ipc(sockets / f"{place}.pub")


def control_address(sockets: Path, place: str) -> str:
    """Where a place takes requests."""
    return _ipc(sockets / f"{place}.ctl")


def _ipc(path: Path) -> str:
    if len(str(path)) > _IPC_PATH_MAX:
        raise SocketRefused(
            f"socket path {path} has {len(str(path))} characters, the system takes {_IPC_PATH_MAX}; "
            "set SUTURA_HOME to a shorter folder"
        )
    return f"ipc://{path}"


def require_safe_bind(address: str, has_keys: bool) -> None:
    """Refuse an address that would carry commands in clear between hosts. Raises SocketRefused."""
    if address.startswith("ipc://") or has_keys:
        return
    host = address.removeprefix("tcp://").rpartition(":")[0]
    if host not in ("127.0.0.1", "localhost", "[::1]"):
        raise SocketRefused(f"refused to bind {address}: TCP outside loopback needs CURVE keys")


def is_readable(socket: "zmq.Socket[bytes]") -> bool:
    """Whether a message waits; also acknowledges the socket's edge-triggered descriptor."""
    return bool(_get(socket, _EVENTS) & _POLLIN)


class ZmqBus:
    """Sends and receives the frames of one place; one thread owns it."""

    def __init__(self, sockets: Path, place: str) -> None:
        self._context = zmq.Context()
        self._context.set(zmq.MAX_SOCKETS, 64)
        self.publisher = self._context.socket(zmq.XPUB)
        self.publisher.setsockopt(zmq.XPUB_VERBOSER, 1)
        self.publisher.setsockopt(zmq.SNDHWM, _HIGH_WATER)
        self.publisher.setsockopt(zmq.LINGER, 0)
        self.publisher.setsockopt(zmq.MAXMSGSIZE, 1024)
        address = publisher_address(sockets, place)
        require_safe_bind(address, has_keys=False)
        self.publisher.bind(address)
        self.subscriber = self._make_subscriber()
        self.fd = int(self.subscriber.getsockopt(zmq.FD))
        self._sockets = sockets
        self._send = self.publisher.send
        self._receive = self.subscriber.recv
        self._readers: Counter[bytes] = Counter()
        self._wanted: dict[str, bool] = {}
        self._prefixes: dict[str, bytes] = {}
        self._latched: dict[bytes, bytes] = {}

    def _make_subscriber(self) -> "zmq.Socket[bytes]":
        subscriber = self._context.socket(zmq.SUB)
        for option, value in (
            (zmq.RCVHWM, _HIGH_WATER),
            (zmq.LINGER, 0),
            (zmq.MAXMSGSIZE, _GIANT),
            (zmq.HANDSHAKE_IVL, 1000),
            (zmq.RECONNECT_IVL, 1),
            (zmq.RECONNECT_IVL_MAX, 20),
        ):
            subscriber.setsockopt(option, value)
        return subscriber

    def listen(self, topics_by_place: Mapping[str, Iterable[str]]) -> None:
        """Connect to other places and subscribe to their topics."""
        for place, topics in topics_by_place.items():
            self.subscriber.connect(publisher_address(self._sockets, place))
            for topic in topics:
                self.subscriber.setsockopt(zmq.SUBSCRIBE, topic_prefix(topic))

    def readers(self, topic: str) -> int:
        """How many places read a topic now."""
        return self._readers[self._prefix(topic)]

    def wants(self, topic: str) -> bool:
        """Whether anybody outside reads this topic, as of the last `serve`."""
        return self._wanted.get(topic, False)

    def serve(self) -> None:
        """Note who has come and gone; give newcomers what is latched. Cheap; called from the place's slack."""
        while is_readable(self.publisher):
            note = self.publisher.recv(zmq.NOBLOCK)
            prefix = note[1:]
            self._readers[prefix] += 1 if note[:1] == b"\x01" else -1
            if note[:1] == b"\x01" and prefix in self._latched:
                self.publisher.send(self._latched[prefix], zmq.NOBLOCK)
            self._wanted = {topic: self._heard(prefix) for topic, prefix in self._prefixes.items()}

    def follow(self, topics: Iterable[str]) -> None:
        """The topics this place may send."""
        for topic in topics:
            self._prefixes[topic] = topic_prefix(topic)
            self._wanted[topic] = self._heard(self._prefixes[topic])

    def send(self, frame: Frame[Message], latched: bool) -> None:
        """Send without waiting."""
        data = encode_frame(frame)
        if latched:
            self._latched[self._prefix(frame.topic)] = data
        try:
            self._send(data, _NOBLOCK)
        except zmq.Again:  # XPUB drops rather than waits; this only comes with NODROP, which is never set
            return

    def _prefix(self, topic: str) -> bytes:
        return self._prefixes.get(topic) or topic_prefix(topic)

    def _heard(self, prefix: bytes) -> bool:
        """Whether some subscription, exact or shorter (an observer of everything), covers this topic."""
        return any(count > 0 and prefix.startswith(key) for key, count in self._readers.items())

    def receive(self) -> bytes | None:
        """The next message, or None when there is none now."""
        try:
            return self._receive(_NOBLOCK)
        except zmq.Again:
            return None

    @property
    def has_more(self) -> bool:
        """Whether a message waits."""
        return is_readable(self.subscriber)

    def control_socket(self, address: str) -> "zmq.Socket[bytes]":
        """A ROUTER for requests, in the same context."""
        router = self._context.socket(zmq.ROUTER)
        router.setsockopt(zmq.LINGER, 100)
        router.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES)
        router.bind(address)
        return router

    def close(self) -> None:
        """Close every socket; nothing waits to be sent."""
        self._context.destroy(linger=0)
