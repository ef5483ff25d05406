"""What a lockstep coordinator and a place in another process say to each other, over one UNIX stream socket.

The place says who it is; then each step gets one answer. Each is MessagePack behind its length in four bytes.
"""

import socket
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from sutura.messages import MessageSchema
from sutura.nodes import Event
from sutura.runtime.config import PROTOCOL
from sutura.runtime.errors import SocketRefused
from sutura.runtime.status import PlaceStatus

_LENGTH = 4
_CHUNK = 1 << 16
_PATH_MAX = 107

S = TypeVar("S")


class Hello(msgspec.Struct, frozen=True, array_like=True):
    """The first word of a place."""

    place: str
    boot_id: str
    schemas: dict[str, MessageSchema]
    protocol: int = PROTOCOL


class Step(msgspec.Struct, frozen=True, array_like=True):
    """One step of a place.

    what: `begin`; `grant`: take `mail`, run what is due at `now` [ns]; `look`: take mail, tell the figures; `end`.
    """

    what: str
    now: int
    mail: list[bytes] = []


class Stepped(msgspec.Struct, frozen=True, array_like=True):
    """The answer. sent: frames in their order; due [ns]: when it must run next; crash: why it ends here, and which
    `node` did it; status and events: only to `look`, and with a crash."""

    sent: list[bytes]
    due: int
    crash: str = ""
    node: str = ""
    status: PlaceStatus | None = None
    events: tuple[Event, ...] = ()


class Link(Generic[S]):
    """One end; it reads messages of one type. Both ways raise OSError where the socket does."""

    def __init__(self, sock: socket.socket, kind: type[S]) -> None:
        self.socket = sock
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._rest = b""

    def send(self, message: msgspec.Struct) -> None:
        """Send one message; waits for room."""
        data = self._encode(message)
        self.socket.sendall(len(data).to_bytes(_LENGTH, "little") + data)

    def receive(self) -> S | None:
        """Wait for a message; None when the other end has closed. Raises MsgspecError if it is of another type."""
        data = self._rest
        while len(data) < _LENGTH or len(data) < (size := _LENGTH + int.from_bytes(data[:_LENGTH], "little")):
            more = self.socket.recv(_CHUNK)
            if not more:
                return None
            data = data + more if data else more
        self._rest = data[size:]
        return self._decode(data[_LENGTH:size])

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


def step_path(sockets: Path) -> Path:
    """Where the coordinator of a run listens. Raises SocketRefused."""
    path = sockets / "steps"
    if len(str(path)) > _PATH_MAX:
        raise SocketRefused(
            f"socket path {path} has {len(str(path))} characters, the system takes {_PATH_MAX}; "
            "set SUTURA_HOME to a shorter folder"
        )
    return path
