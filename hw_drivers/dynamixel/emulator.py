"""An emulated bus of X-series servos on a pseudo-terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from msgspec import Meta

from sutura.hw_drivers.dynamixel.emulated_bus import EmulatedBus
from sutura.hw_drivers.dynamixel.emulated_servo import EmulatedServo
from sutura.hw_drivers.serial_servos.servo_emulator import ServoEmulator, ServoEmulatorOptions, ShaftOfServo

_XM430_W350 = 1020


class DynamixelEmulatorOptions(ServoEmulatorOptions, kw_only=True):
    """models: the servos' model numbers, if not all are XM430-W350; knows_fast: they answer fast sync reads."""

    models: tuple[Annotated[int, Meta(ge=0, le=65535)], ...] = ()
    knows_fast: bool = True


class DynamixelEmulator(ServoEmulator):
    """Speaks protocol 2.0 as its servos do, with their control table, bus watchdog and hardware errors."""

    Options = DynamixelEmulatorOptions
    _set: DynamixelEmulatorOptions

    def __init__(self, options: Mapping[str, object]) -> None:
        super().__init__(options)
        models = self._set.models or (_XM430_W350,) * len(self.ids)
        servos = [EmulatedServo(motor, model) for motor, model in zip(self.ids, models, strict=True)]
        self._bus = EmulatedBus(servos, self._set.knows_fast)
        self._begin()

    def _forget(self) -> None:
        self._bus.forget()

    def _servos(self) -> Sequence[ShaftOfServo]:
        return tuple(self._bus.servos.values())

    def _answers(self, data: bytes) -> Iterator[bytes]:
        return self._bus.answers(data)
