"""The interface of every emulated device: it speaks the real protocol, so that the real driver code runs on it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import msgspec

from sutura.hw_drivers.context import DriverOptions


class DeviceTruth(msgspec.Struct, frozen=True):
    """What a person beside the device would see, whatever the bus says.

    positions [rad, m] and velocities [rad/s, m/s] in the order of the joints, the jaw last; is_powered: some motor
    has power; is_moving: some joint moves.
    """

    positions: tuple[float, ...]
    velocities: tuple[float, ...]
    is_powered: bool
    is_moving: bool


class Emulator(ABC):
    """A device that lives by itself: power, silence, limits and faults are its own behaviour, at its own rate.

    Its options come as those of a driver do. Use it as: start(), then anything, then close().
    """

    Options: ClassVar[type[DriverOptions]] = DriverOptions

    @abstractmethod
    def __init__(self, options: Mapping[str, object]) -> None:
        """Raises BadOptions."""

    @property
    @abstractmethod
    def options(self) -> Mapping[str, object]:
        """The options by which a driver reaches it: addresses, and nothing else."""

    @abstractmethod
    def start(self) -> None:
        """Join the bus and live. Raises DeviceLost, MissingExtra."""

    @abstractmethod
    def close(self) -> None:
        """End, and leave nothing behind. Closing twice changes nothing."""

    @abstractmethod
    def unplug(self) -> None:
        """The bus goes away; the device lives on."""

    @abstractmethod
    def plug(self) -> None:
        """The bus is back."""

    @abstractmethod
    def fail(self, joint: int) -> None:
        """The drive of a joint has a fault, until it is repaired and reset."""

    @abstractmethod
    def repair(self) -> None:
        """Nothing is broken any more; a fault that the device has noted stays until it is reset."""

    @abstractmethod
    def push(self, joint: int, by: float) -> None:
        """Move a joint from outside [rad or m]."""

    @abstractmethod
    def truth(self) -> DeviceTruth:
        """Where the joints really are."""
