"""What a fault script does to a sensor: between the driver's reading and the checks that every reading meets."""

import copy
import math
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from sutura.hw_drivers.errors import DeviceFault

FREEZE, BIAS, NAN = "freeze", "bias", "nan"

ReadingT = TypeVar("ReadingT", bound=msgspec.Struct)


class SensorFault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of one sensor.

    at, until [ns after the start of the run; until None: to its end]; kind: `freeze` (the same reading again and
    again), `bias` (`by` is added to an element of a field) or `nan` (an element, without index all, is no number).
    """

    number: int
    kind: str
    at: int
    until: int | None = None
    field: str = ""
    index: int | None = None
    by: float = 0.0


class Disturbance:
    """Changes the readings of one device. It raises DeviceFault where a fault speaks of what a reading has not.

    now: the time since the start of the run [ns], below 0 before it.
    """

    def __init__(self, device: str, faults: Sequence[SensorFault], now: Callable[[], int]) -> None:
        self._device = device
        self._faults = faults
        self._now = now
        self._frozen: dict[int, msgspec.Struct] = {}

    def __call__(self, reading: ReadingT) -> ReadingT:
        """The reading as the faults of this moment leave it."""
        now = self._now()
        for fault in self._faults:
            if now >= fault.at and (fault.until is None or now < fault.until):
                reading = self._struck(fault, reading)
        return reading

    def _struck(self, fault: SensorFault, reading: ReadingT) -> ReadingT:
        if fault.kind == FREEZE:
            frozen = self._frozen.setdefault(fault.number, reading)
            return frozen if isinstance(frozen, type(reading)) else reading
        changed = self._changed(fault, reading)
        if changed is None:
            came = ", ".join(reading.__struct_fields__)
            raise DeviceFault(
                self._device, f"fault {fault.number} speaks of {_words(fault)}, the reading has {came}"
            )
        return changed

    def _changed(self, fault: SensorFault, reading: ReadingT) -> ReadingT | None:
        """A copy with the field changed, here or in a struct within; None where there is none.

        It is made behind the back of the struct's own checks: what a broken sensor says, it says.
        """
        for name in reading.__struct_fields__:
            value = getattr(reading, name)
            inner = self._changed(fault, value) if isinstance(value, msgspec.Struct) else None
            changed = inner if inner is not None else _spoilt(fault, value) if name == fault.field else None
            if changed is not None:
                spoilt = copy.copy(reading)
                msgspec.structs.force_setattr(spoilt, name, changed)
                return spoilt
        return None


def _spoilt(fault: SensorFault, value: object) -> object:
    """A number or a tuple of numbers as the fault leaves it; None where it has no such element."""
    if isinstance(value, float):
        return _wrong(fault, value) if fault.index is None else None
    if not isinstance(value, tuple):
        return None
    if fault.index is None:
        return tuple(_wrong(fault, element) for element in value)
    if fault.index >= len(value):
        return None
    return (*value[: fault.index], _wrong(fault, value[fault.index]), *value[fault.index + 1 :])


def _wrong(fault: SensorFault, number: float) -> float:
    return math.nan if fault.kind == NAN else number + fault.by


def _words(fault: SensorFault) -> str:
    return fault.field if fault.index is None else f"{fault.field}[{fault.index}]"
