"""The ZeroMQ bus of one place: what it says, what it hears, and the socket for requests to it.

Between places it speaks ZeroMQ's own protocol from the thread that runs the nodes, so that a message costs one
wake-up a hop where libzmq's two threads beside it make three; any ZeroMQ socket may subscribe. Requests, which are
rare, go through libzmq. Why: docs/decisions/007.
"""

import select
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

import zmq

from sutura.messages import MAX_FRAME_BYTES, Frame, Message, encode_frame
from sutura.runtime.errors import SocketRefused
from sutura.runtime.publisher import Publisher, Topic
from sutura.runtime.subscriptions import Subscriptions

_IPC_PATH_MAX = 107
_NOBODY: tuple[int, ...] = ()


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
    """Whether a message waits on a libzmq socket."""
    return bool(cast("int", socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN)


class ZmqBus:
    """Sends and receives the frames of one place; one thread owns it. Raises SocketRefused."""

    def __init__(self, sockets: Path, place: str) -> None:
        self._sockets = sockets
        self._publisher = Publisher(_path(publisher_address(sockets, place)))
        self._subscriptions = Subscriptions()
        self._context: zmq.Context[zmq.Socket[bytes]] | None = None
        self._topics: dict[str, Topic] = {}
        self._fds = self._subscriptions.fds

    def listen(self, topics_by_place: Mapping[str, Iterable[str]]) -> None:
        """Connect to other places and subscribe to their topics."""
        for place, topics in topics_by_place.items():
            self._subscriptions.listen(_path(publisher_address(self._sockets, place)), topics)

    def follow(self, topics: Iterable[str]) -> None:
        """The topics this place may send."""
        for topic in topics:
            self._topics[topic] = self._publisher.topic(topic)

    def readers(self, topic: str) -> int:
        """How many places read a topic now."""
        return self._publisher.readers(topic)

    def serve(self) -> None:
        """Note who has come and gone, give newcomers what is latched, connect anew what broke; for the slack."""
        self._publisher.serve()
        self._subscriptions.serve()

    def complaints(self) -> list[str]:
        """Why peers were dropped since this was last asked."""
        found, self._publisher.complaints = self._publisher.complaints, []
        return found + self._subscriptions.complaints()

    def send(self, frame: Frame[Message], latched: bool) -> None:
        """Send without waiting, if anybody reads it."""
        topic = self._topic(frame.topic)
        if topic.readers or latched:
            self._publisher.send(topic, encode_frame(frame), latched)

    def _topic(self, name: str) -> Topic:
        found = self._topics.get(name)
        if found is None:
            found = self._topics[name] = self._publisher.topic(name)
        return found

    def wait(self, seconds: float) -> list[bytes]:
        """Wait for messages, for so long at most; one read of every place that has sent some."""
        ready = select.select(self._fds, _NOBODY, _NOBODY, seconds)[0]
        return self._subscriptions.take(ready) if ready else []

    def control_socket(self, address: str) -> "zmq.Socket[bytes]":
        """A ROUTER for requests."""
        self._context = zmq.Context()
        router = self._context.socket(zmq.ROUTER)
        router.setsockopt(zmq.LINGER, 100)
        router.setsockopt(zmq.MAXMSGSIZE, MAX_FRAME_BYTES)
        router.bind(address)
        return router

    def close(self) -> None:
        """Close every socket; nothing waits to be sent."""
        self._publisher.close()
        self._subscriptions.close()
        if self._context is not None:
            self._context.destroy(linger=0)


def _path(address: str) -> Path:
    return Path(address.removeprefix("ipc://"))
