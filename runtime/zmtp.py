"""ZMTP 3.0, the protocol of ZeroMQ, as far as publishing and subscribing on one host need it.

A connection begins with a greeting of 64 bytes each way and a READY command each way (mechanism NULL); from then on
frames travel: flags, size, body. A subscription is a message to the publisher: 1 or 0 for its end, then the prefix.
Source: the ZeroMQ RFCs 23 (ZMTP 3.0) and 29 (PUB-SUB).
"""

import struct
from enum import Enum

from sutura.runtime.errors import BadPeer

_SIGNATURE = b"\xff" + bytes(8) + b"\x7f"
_VERSION = b"\x03\x00"
_MECHANISM = b"NULL".ljust(20, b"\0")
_AS_SERVER_AND_FILLER = bytes(32)
GREETING = _SIGNATURE + _VERSION + _MECHANISM + _AS_SERVER_AND_FILLER

_LONG, _COMMAND = 0x02, 0x04
_SHORT_MAX = 255
_LONG_HEAD = struct.Struct(">BQ")
_SHORT_HEADS = tuple(bytes((0, size)) for size in range(_SHORT_MAX + 1))


def message(body: bytes) -> bytes:
    """A message on the wire."""
    size = len(body)
    return (_SHORT_HEADS[size] if size <= _SHORT_MAX else _LONG_HEAD.pack(_LONG, size)) + body


def ready(socket_type: str) -> bytes:
    """The READY command of a socket of this type."""
    name, value = b"Socket-Type", socket_type.encode()
    body = b"\x05READY" + bytes((len(name),)) + name + struct.pack(">I", len(value)) + value
    return bytes((_COMMAND, len(body))) + body


def subscription(prefix: bytes) -> bytes:
    """The message by which a subscriber asks for all that begins with `prefix`."""
    return message(b"\x01" + prefix)


class Phase(Enum):
    """How far a connection has come."""

    GREETING = "greeting"
    COMMAND = "waiting for READY"
    UP = "up"


class Stream:
    """What one peer sends, cut into messages.

    :param max_bytes: the largest frame that is taken; a peer that announces more is a BadPeer.
    """

    __slots__ = ("_max_bytes", "_rest", "phase")

    def __init__(self, max_bytes: int) -> None:
        self.phase = Phase.GREETING
        self._rest = b""
        self._max_bytes = max_bytes

    def feed(self, data: bytes) -> list[bytes]:
        """The messages that are whole with these bytes. Raises BadPeer on what is no ZMTP 3 of mechanism NULL."""
        if self._rest:
            data = self._rest + data
            self._rest = b""
        elif self.phase is Phase.UP and len(data) > 1 and not data[0] and data[1] == len(data) - 2:
            return [data[2:]]  # one short message, as nearly always
        at = 0
        if self.phase is Phase.GREETING:
            if len(data) < len(GREETING):
                self._rest = data
                return []
            self._check_greeting(data)
            at = len(GREETING)
        return self._cut(data, at)

    def _cut(self, data: bytes, at: int) -> list[bytes]:
        messages: list[bytes] = []
        while (head := self._head(data, at)) is not None:
            flags, begin, size = head
            if size > self._max_bytes:
                raise BadPeer(f"frames of at most {self._max_bytes} bytes", f"one of {size}")
            if len(data) < begin + size:
                break
            at = begin + size
            if flags & _COMMAND:
                self._take_command(data[begin:at])
            elif self.phase is Phase.UP:
                messages.append(data[begin:at])
            else:
                raise BadPeer("the command READY", "a message")
        self._rest = data[at:]
        return messages

    @staticmethod
    def _head(data: bytes, at: int) -> tuple[int, int, int] | None:
        """Flags, where the body begins, and its size; None while the head is not whole."""
        left = len(data) - at
        if left < 2:
            return None
        flags = data[at]
        if not flags & _LONG:
            return flags, at + 2, data[at + 1]
        if left < _LONG_HEAD.size:
            return None
        return flags, at + _LONG_HEAD.size, int(_LONG_HEAD.unpack_from(data, at)[1])

    def _check_greeting(self, data: bytes) -> None:
        if data[0] != 0xFF or not data[9] & 1 or data[10] < 3:
            raise BadPeer("a greeting of ZMTP 3", repr(data[:12]))
        if data[12:32] != _MECHANISM:
            raise BadPeer("the mechanism NULL", repr(data[12:32].rstrip(b"\0")))
        self.phase = Phase.COMMAND

    def _take_command(self, body: bytes) -> None:
        name = body[1 : 1 + body[0]] if body else b""
        if self.phase is Phase.COMMAND:
            if name != b"READY":
                raise BadPeer("the command READY", repr(body[:64]))
            self.phase = Phase.UP
