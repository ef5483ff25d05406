"""Packets of Dynamixel protocol 2.0 as a servo sees them; the driver's side is the vendor's SDK."""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

HEADER = b"\xff\xff\xfd"
BROADCAST = 0xFE
PING, READ, WRITE, REG_WRITE, ACTION, REBOOT, STATUS = 0x01, 0x02, 0x03, 0x04, 0x05, 0x08, 0x55
SYNC_READ, SYNC_WRITE, FAST_SYNC_READ = 0x82, 0x83, 0x8A

_POLYNOMIAL = 0x8005
_SHORTEST = 3  # instruction and CRC
_LONGEST = 1024
_BEFORE_LENGTH = 7  # header, reserved, id, length


def _crc_row(byte: int) -> int:
    crc = byte << 8
    for _ in range(8):
        crc = (crc << 1) ^ (_POLYNOMIAL if crc & 0x8000 else 0)
    return crc & 0xFFFF


_TABLE = tuple(map(_crc_row, range(256)))


def crc16(data: bytes) -> int:
    """CRC-16/BUYPASS over a packet from its header on."""
    crc = 0
    for byte in data:
        crc = (crc << 8 & 0xFFFF) ^ _TABLE[crc >> 8 ^ byte]
    return crc


class Packet(NamedTuple):
    """An instruction to one motor, or to all."""

    motor: int
    instruction: int
    parameters: bytes


def encode(packet: Packet) -> bytes:
    """The bytes of a packet, stuffed and with its CRC."""
    body = stuff(bytes((packet.instruction,)) + packet.parameters)
    head = HEADER + struct.pack("<BBH", 0, packet.motor, len(body) + 2)
    return head + body + struct.pack("<H", crc16(head + body))


def status(motor: int, error: int, parameters: bytes) -> bytes:
    """The bytes of a status packet."""
    return encode(Packet(motor, STATUS, bytes((error,)) + parameters))


def fast_status(rows: Sequence[tuple[int, int, bytes]]) -> bytes:
    """The one packet in which several motors answer: (id, error, data) each; it is not stuffed.

    Each motor puts its part on the wire after the one before, and ends it with the CRC of all that was sent so far.
    """
    length = 1 + sum(len(data) + 4 for _, _, data in rows)
    packet = HEADER + struct.pack("<BBHB", 0, BROADCAST, length, STATUS)
    for motor, error, data in rows:
        packet += bytes((error, motor)) + data
        packet += struct.pack("<H", crc16(packet))
    return packet


def stuff(body: bytes) -> bytes:
    """No header may appear in a body: FF FF FD becomes FF FF FD FD."""
    return body.replace(HEADER, HEADER + b"\xfd")


def unstuff(body: bytes) -> bytes:
    """The body before it was stuffed."""
    return body.replace(HEADER + b"\xfd", HEADER)


class PacketStream:
    """Finds the packets in what comes over the wire, whatever else does. One with a wrong CRC is none."""

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
            if crc16(raw[:-2]) != int.from_bytes(raw[-2:], "little"):
                del self._held[: len(HEADER)]  # what looked like a header was none
                continue
            del self._held[:length]
            body = unstuff(raw[_BEFORE_LENGTH:-2])
            yield Packet(raw[4], body[0], body[1:])

    def _whole(self) -> int | None:
        """The length of the packet at the front, once all of it is there; noise before it goes."""
        while True:
            at = self._held.find(HEADER)
            if at < 0:
                keep = next((n for n in (2, 1) if self._held.endswith(HEADER[:n])), 0)
                del self._held[: len(self._held) - keep]
                return None
            del self._held[:at]
            if len(self._held) < _BEFORE_LENGTH:
                return None
            length = int.from_bytes(self._held[5:7], "little")
            if self._held[3] == 0 and _SHORTEST <= length <= _LONGEST:
                whole = _BEFORE_LENGTH + length
                return whole if len(self._held) >= whole else None
            del self._held[: len(HEADER)]
