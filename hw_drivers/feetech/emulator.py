"""An emulated bus of STS servos on a pseudo-terminal."""

from collections.abc import Iterator, Mapping, Sequence

from sutura.hw_drivers.feetech.emulated_bus import EmulatedBus
from sutura.hw_drivers.feetech.emulated_servo import EmulatedServo
from sutura.hw_drivers.serial_servos.servo_emulator import ServoEmulator, ShaftOfServo


class FeetechEmulator(ServoEmulator):
    """Speaks the protocol of STS3215 servos as they do, with their memory table and errors."""

    def __init__(self, options: Mapping[str, object]) -> None:
        super().__init__(options)
        self._bus = EmulatedBus([EmulatedServo(motor) for motor in self.ids])
        self._begin()

    def _forget(self) -> None:
        self._bus.forget()

    def _servos(self) -> Sequence[ShaftOfServo]:
        return tuple(self._bus.servos.values())

    def _answers(self, data: bytes) -> Iterator[bytes]:
        return self._bus.answers(data)
