"""Emulated servos on one wire: which of them answers an instruction, and what."""

import struct
from collections.abc import Callable, Iterator, Sequence

from sutura.hw_drivers.dynamixel import packets
from sutura.hw_drivers.dynamixel.emulated_servo import DATA_LENGTH, UNKNOWN_INSTRUCTION, EmulatedServo
from sutura.hw_drivers.dynamixel.packets import BROADCAST, Packet, PacketStream

_REGISTERS = struct.Struct("<HH")  # address and length
_SHORT = _REGISTERS.size
Answer = tuple[int, bytes]  # error and parameters


class EmulatedBus:
    """What the servos hear, and what they say to it."""

    def __init__(self, servos: Sequence[EmulatedServo], knows_fast: bool = True) -> None:
        self._knows_fast = knows_fast
        self.servos = {servo.motor: servo for servo in servos}
        self._stream = PacketStream()
        self._single: dict[int, Callable[[EmulatedServo, bytes], Answer]] = {
            packets.PING: _ping,
            packets.READ: _read,
            packets.WRITE: _write,
            packets.REG_WRITE: lambda servo, given: (servo.register_write(given), b""),
            packets.ACTION: lambda servo, _: (servo.act(), b""),
            packets.REBOOT: _reboot,
        }

    def forget(self) -> None:
        """The line was quiet: what has begun will not end."""
        self._stream.forget()

    def answers(self, data: bytes) -> Iterator[bytes]:
        """Status packets, in the order in which they come."""
        for packet in self._stream.feed(data):
            if packet.instruction == packets.STATUS:
                continue
            for servo in self._awake():
                servo.heard()
            yield from self._to(packet)

    def _awake(self) -> Iterator[EmulatedServo]:
        return (servo for servo in self.servos.values() if servo.answers)

    def _to(self, packet: Packet) -> Iterator[bytes]:
        match packet.instruction:
            case packets.SYNC_WRITE:
                self._sync_write(packet.parameters)
            case packets.SYNC_READ | packets.FAST_SYNC_READ:
                yield from self._sync_read(packet)
            case _:
                yield from self._to_each(packet)

    def _to_each(self, packet: Packet) -> Iterator[bytes]:
        act = self._single.get(packet.instruction, _unknown)
        for servo in list(self._awake()):
            if packet.motor in (servo.motor, BROADCAST):
                alert = servo.alert
                error, parameters = act(servo, packet.parameters)
                if self._is_told(servo, packet):
                    yield packets.status(servo.motor, alert | error, parameters)

    @staticmethod
    def _is_told(servo: EmulatedServo, packet: Packet) -> bool:
        """By its Status Return Level; of what goes to all, only a ping is answered."""
        if packet.instruction == packets.PING:
            return True
        level = servo.status_return_level
        return packet.motor != BROADCAST and (level == 2 or (level == 1 and packet.instruction == packets.READ))

    def _sync_write(self, parameters: bytes) -> None:
        if len(parameters) < _SHORT:
            return
        address, length = _REGISTERS.unpack_from(parameters)
        for start in range(_SHORT, len(parameters) - length, length + 1):
            servo = self.servos.get(parameters[start])
            if servo is not None and servo.answers and length:
                servo.write(address, parameters[start + 1 : start + 1 + length])

    def _sync_read(self, packet: Packet) -> Iterator[bytes]:
        """Each in its turn; one that is not there keeps those after it silent, as each waits for the one before."""
        is_fast = packet.instruction == packets.FAST_SYNC_READ
        if packet.motor != BROADCAST or len(packet.parameters) < _SHORT or (is_fast and not self._knows_fast):
            return
        address, length = _REGISTERS.unpack_from(packet.parameters)
        found: list[tuple[EmulatedServo, Answer]] = []
        for motor in packet.parameters[_SHORT:]:
            servo = self.servos.get(motor)
            if servo is None or not servo.answers:
                break
            found.append((servo, servo.read(address, length)))
        if not is_fast:
            for servo, (error, data) in found:
                yield packets.status(servo.motor, servo.alert | error, data)
        elif found and len(found) == len(packet.parameters) - _SHORT:
            yield packets.fast_status([(servo.motor, servo.alert | error, data) for servo, (error, data) in found])


def _ping(servo: EmulatedServo, _: bytes) -> Answer:
    model, firmware = servo.identity
    return 0, struct.pack("<HB", model, firmware)


def _read(servo: EmulatedServo, parameters: bytes) -> Answer:
    return servo.read(*_REGISTERS.unpack(parameters)) if len(parameters) == _SHORT else (DATA_LENGTH, b"")


def _write(servo: EmulatedServo, parameters: bytes) -> Answer:
    if len(parameters) < 3:  # an address and a byte
        return DATA_LENGTH, b""
    return servo.write(int.from_bytes(parameters[:2], "little"), parameters[2:]), b""


def _reboot(servo: EmulatedServo, _: bytes) -> Answer:
    servo.reboot()
    return 0, b""


def _unknown(_: EmulatedServo, __: bytes) -> Answer:
    return UNKNOWN_INSTRUCTION, b""
