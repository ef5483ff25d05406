"""Errors of the simulated world.

SuturaError
└── SimError                 anything the simulated world refuses
    ├── ArmNotSimulatedError an arm that is not in the scene, or has no place in it
    ├── ArmDisabledError     a command for an arm whose brakes are on
    ├── BadTargetError       a joint or jaw target of the wrong length, or not finite
    ├── BusAddressError      a folder whose name is too long for the sockets of simulated devices
    ├── NoRenderer           nothing here can draw without a screen
    ├── SceneError           a scene that cannot be built
    └── ScriptError          a surgeon's script that cannot be read or performed
"""

from collections.abc import Iterable
from pathlib import Path

from sutura.errors import SuturaError
from sutura.hw_drivers.errors import DriverError


class SimError(SuturaError):
    """Raised, as one of its subclasses, for everything the simulated world refuses."""


class ArmNotSimulatedError(SimError):
    """Raised when an arm is named that the scene does not hold, or that has no placement in the world."""

    def __init__(self, arm: str, available: Iterable[str]) -> None:
        super().__init__(f"expected the name of a simulated arm, got {arm!r}; available: {_listed(available)}")


class ArmDisabledError(SimError):
    """Raised when a disabled arm is commanded: its brakes hold until `enable` is called."""

    def __init__(self, arm: str) -> None:
        super().__init__(
            f"expected an enabled arm, got a command for {arm!r}, whose brakes are on; enable it first"
        )


class BadTargetError(SimError):
    """Raised when a target has the wrong number of values, or one that is not finite. Nothing is applied."""

    def __init__(self, arm: str, expected: str, got: object) -> None:
        super().__init__(f"expected {expected} as the target of arm {arm!r}, got {got!r}")


class BusAddressError(SimError):
    """Raised when the address of a simulated device is longer than the system allows."""

    def __init__(self, path: Path, most: int) -> None:
        super().__init__(
            f"expected at most {most} characters as address of a simulated device, {path} has {len(str(path))}; "
            "set SUTURA_HOME to a shorter folder"
        )


class NoRenderer(SimError, DriverError):
    """Raised when nothing on this machine draws without a screen."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"cannot draw off-screen: {reason}; install libegl1 (or libosmesa6)")


class SceneError(SimError):
    """Raised when a scene cannot be built from what was asked for."""

    def __init__(self, what: str, expected: str, got: object) -> None:
        super().__init__(f"cannot build the scene: expected {what} to be {expected}, got {got!r}")


class ScriptError(SimError):
    """Raised when a surgeon's script is missing, malformed, or names an unknown script."""

    def __init__(self, script: str, expected: str, got: object) -> None:
        super().__init__(f"script {script!r}: expected {expected}, got {got!r}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
