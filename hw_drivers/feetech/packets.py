"""Packets of Feetech's serial protocol as a servo sees them; the driver's side is the vendor's SDK."""

from collections.abc import Iterator
from typing import NamedTuple

HEADER = b"\xff\xff"
BROADCAST = 0xFE
PING, READ, WRITE, REG_WRITE, ACTION = 0x01, 0x02, 0x03, 0x04, 0x05
SYNC_READ, SYNC_WRITE = 0x82, 0x83

_SHORTEST = 2  # instruction and checksum
_LONGEST = 250
MOST_DATA = _LONGEST - _SHORTEST  # bytes of one answer
_BEFORE_LENGTH = 4  # header, id, length


class Packet(NamedTuple):
    """An instruction to one servo, or to all."""

    motor: int
    instruction: int
    parameters: bytes


def checksum(data: bytes) -> int:
    """Over a packet from its id on."""
    return ~sum(data) & 0xFF


def encode(packet: Packet) -> bytes:
    """The bytes of a packet."""
    body = bytes((packet.motor, len(packet.parameters) + 2, packet.instruction)) + packet.parameters
    return HEADER + body + bytes((checksum(body),))


def status(motor: int, error: int, parameters: bytes = b"") -> bytes:
    """The bytes of a status packet, whose error stands where an instruction has its own code."""
    return encode(Packet(motor, error, parameters))


class PacketStream:
    """Finds the packets in what comes over the wire, whatever else does. One with a wrong checksum is none."""

    def __init__(self) -> None:
        self._held = bytearray()

    def forget(self) -> None:
        """The line was quiet for so long that what has begun will not end."""
        self._held.clear()

    def feed(self, data: bytes) -> Iterator[Packet]:
        """The packets that are whole by now."""
        self._held += data
        while (length := self._whole()) is not None:
            raw = bytes(self._held[:length])
            if checksum(raw[2:-1]) != raw[-1]:
                del self._held[:1]  # what looked like a header was none
                continue
            del self._held[:length]
            yield Packet(raw[2], raw[4], raw[5:-1])

    def _whole(self) -> int | None:
        """The length of the packet at the front, once all of it is there; noise before it goes."""
        while True:
            at = self._held.find(HEADER)
            if at < 0:
                del self._held[: len(self._held) - self._held.endswith(HEADER[:1])]
                return None
            del self._held[:at]
            if len(self._held) < _BEFORE_LENGTH:
                return None
            motor, length = self._held[2], self._held[3]
            if motor <= BROADCAST and _SHORTEST <= length <= _LONGEST:
                whole = _BEFORE_LENGTH + length
                return whole if len(self._held) >= whole else None
            del self._held[:1]
