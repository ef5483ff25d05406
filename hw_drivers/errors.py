"""Errors of drivers.

SuturaError
└── DriverError
    ├── UnknownDriver     no driver of that name is installed
    ├── BadDriver         the name leads to something that is no driver of the wanted kind
    ├── BadOptions        the options do not fit the driver
    ├── WrongState        a call that the driver's state does not allow
    ├── CommandRefused    a command that must not reach a motor
    ├── DeviceFault       the device reports a fault or has stopped by itself
    ├── DeviceLost        the device does not answer
    ├── MissingExtra      the driver needs libraries that are not installed
    ├── BadCall           an emulator was called in a way that it does not know
    ├── BadReport         a file is no report of a contract check
    └── EmulatorFell      an emulator in a process of its own has ended, or refused a call
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from sutura.errors import SuturaError


class DriverError(SuturaError):
    """Raised, as one of its subclasses, for anything wrong with a driver or its device."""


class UnknownDriver(DriverError):
    """Raised when a topology or a person names a driver that is not installed."""

    def __init__(self, name: str, kind: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        super().__init__(f"no {kind} driver {name!r} is installed{hint} (installed: {', '.join(known)})")


class BadDriver(DriverError):
    """Raised when a driver's entry cannot be imported or is of another kind."""

    def __init__(self, name: str, target: str, reason: str) -> None:
        super().__init__(f"driver {name!r} ({target}): {reason}")


class BadOptions(DriverError):
    """Raised when a driver's options have an unknown name or a value that does not fit."""

    def __init__(self, driver: str, reason: str, known: Iterable[str]) -> None:
        super().__init__(f"options of driver {driver!r}: {reason} (it takes: {', '.join(known) or 'none'})")


class WrongState(DriverError):
    """Raised when a driver is called in a state that does not allow it."""

    def __init__(self, driver: str, call: str, expected: str, state: str) -> None:
        super().__init__(f"driver {driver!r}: {call}() needs the state {expected}, it is {state}")


class CommandRefused(DriverError):
    """Raised when a command is not finite, outside its limits, or names other joints; nothing was sent."""

    def __init__(self, driver: str, reason: str) -> None:
        super().__init__(f"driver {driver!r} refused a command: {reason}")


class DeviceFault(DriverError):
    """Raised when the device reports a fault, or has stopped by itself."""

    def __init__(self, driver: str, reason: str) -> None:
        super().__init__(f"device of driver {driver!r}: {reason}")


class DeviceLost(DriverError):
    """Raised when a device does not answer within its bound."""

    def __init__(self, driver: str, reason: str) -> None:
        super().__init__(f"device of driver {driver!r} does not answer: {reason}")


class MissingExtra(DriverError):
    """Raised when a driver needs libraries that come with an extra which is not installed."""

    def __init__(self, driver: str, extra: str, library: str) -> None:
        super().__init__(
            f"driver {driver!r} needs {library}, which is not installed: pip install 'sutura[{extra}]'"
        )


class BadCall(DriverError):
    """Raised when an emulator is called in a way that it does not know."""

    def __init__(self, call: str, reason: str, known: Iterable[str]) -> None:
        super().__init__(f"call of an emulator {call!r}: {reason} (it takes: {', '.join(known)})")


class BadReport(DriverError):
    """Raised when a file is no report of a contract check."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"contract report {str(file)!r}: {reason}")


class EmulatorFell(DriverError):
    """Raised when an emulator in a process of its own has ended, does not answer, or refused a call."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(f"emulated {kind!r}: {reason}")
