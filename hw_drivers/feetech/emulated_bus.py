"""Emulated servos on one wire: which of them answers an instruction, and what."""

from collections.abc import Iterator, Sequence

from sutura.hw_drivers.feetech import packets
from sutura.hw_drivers.feetech.emulated_servo import EmulatedServo
from sutura.hw_drivers.feetech.packets import BROADCAST, Packet, PacketStream

_SHORT = 2  # address and length


class EmulatedBus:
    """What the servos hear, and what they say to it."""

    def __init__(self, servos: Sequence[EmulatedServo]) -> None:
        self.servos = {servo.motor: servo for servo in servos}
        self._stream = PacketStream()

    def forget(self) -> None:
        """The line was quiet: what has begun will not end."""
        self._stream.forget()

    def answers(self, data: bytes) -> Iterator[bytes]:
        """Status packets, in the order in which they come."""
        for packet in self._stream.feed(data):
            match packet.instruction:
                case packets.SYNC_WRITE:
                    self._sync_write(packet.parameters)
                case packets.SYNC_READ:
                    yield from self._sync_read(packet.parameters)
                case _:
                    yield from self._to_each(packet)

    def _to_each(self, packet: Packet) -> Iterator[bytes]:
        """To one servo, which answers, or to all, which do not."""
        for servo in self.servos.values():
            if packet.motor in (servo.motor, BROADCAST):
                data = _act(servo, packet.instruction, packet.parameters)
                if data is not None and packet.motor != BROADCAST:
                    yield packets.status(servo.motor, servo.error, data)

    def _sync_write(self, parameters: bytes) -> None:
        if len(parameters) < _SHORT:
            return
        address, length = parameters[:_SHORT]
        for start in range(_SHORT, len(parameters) - length, length + 1):
            servo = self.servos.get(parameters[start])
            if servo is not None and length:
                servo.write(address, parameters[start + 1 : start + 1 + length])

    def _sync_read(self, parameters: bytes) -> Iterator[bytes]:
        """Each in its turn; one that is not there is waited for by nobody."""
        if len(parameters) < _SHORT:
            return
        address, length = parameters[:_SHORT]
        if length > packets.MOST_DATA:
            return
        for motor in parameters[_SHORT:]:
            servo = self.servos.get(motor)
            if servo is not None:
                yield packets.status(motor, servo.error, servo.read(address, length))


def _act(servo: EmulatedServo, instruction: int, parameters: bytes) -> bytes | None:
    """What a servo answers to an instruction, None for nothing: what it does not know it ignores."""
    match instruction:
        case packets.PING:
            return b""
        case packets.READ if len(parameters) == _SHORT and parameters[1] <= packets.MOST_DATA:
            return servo.read(*parameters)
        case packets.WRITE if len(parameters) >= _SHORT:
            servo.write(parameters[0], parameters[1:])
            return b""
        case packets.REG_WRITE if len(parameters) >= _SHORT:
            servo.register_write(parameters[0], parameters[1:])
            return b""
        case packets.ACTION:
            servo.act()
            return b""
    return None
