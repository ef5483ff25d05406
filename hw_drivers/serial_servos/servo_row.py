"""The servos of one kind on one port, in radians: what an arm or a leader needs, whatever their registers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, NamedTuple

from msgspec import Meta

from sutura.hw_drivers.errors import DriverError
from sutura.hw_drivers.joint_map import MappedOptions
from sutura.hw_drivers.serial_servos.servo_bus import ServoBus

AT_REST = 0.05  # rad/s of a motor
NEAR_GOAL = 0.05  # rad of a motor

Range = tuple[float, float]


class PortOptions(MappedOptions, kw_only=True):
    """port: of the adapter; baud [bit/s]: as the servos are set; reply_timeout [s]: for one exchange with all."""

    port: str = "/dev/ttyUSB0"
    baud: Annotated[int, Meta(gt=0, le=4_500_000)] = 1_000_000
    reply_timeout: Annotated[float, Meta(gt=0.0, le=0.2)] = 0.005


class Readings(NamedTuple):
    """One measurement of all motors, in device order: [rad], [rad/s], [Nm], the last empty where it is unknown."""

    position: tuple[float, ...]
    velocity: tuple[float, ...]
    effort: tuple[float, ...] = ()


class ServoRow(ABC):
    """Life: `open`, which takes the torque away; `power`; `measure` and `send`; `drop`; `close`.

    Whatever asks the bus raises DeviceLost when an answer is missing. One thread owns a row.
    """

    def __init__(self, bus: ServoBus) -> None:
        self.bus = bus

    @property
    def owner(self) -> str:
        """The driver, in messages to people."""
        return self.bus.owner

    @property
    def motors(self) -> tuple[int, ...]:
        """Their ids, in device order."""
        return self.bus.motors

    def open(self) -> None:
        """Take the port, find the motors, take their torque away, set them up. Raises DeviceLost, DeviceFault."""
        self.bus.open()
        try:
            self.set_up()
        except DriverError:
            self.bus.close()
            raise

    def close(self) -> None:
        """Give the port back; the motors stay as they are."""
        self.bus.close()

    @abstractmethod
    def set_up(self) -> None:
        """What `open` does once the port is there."""

    @abstractmethod
    def ranges(self) -> list[Range]:
        """From where to where [rad] each motor may go."""

    @abstractmethod
    def power(self) -> None:
        """Clear what can be cleared, set the goals where they are, give them torque. Raises DeviceFault."""

    @abstractmethod
    def measure(self, judge: bool = True) -> Readings:
        """One measurement. Raises DeviceFault for what a motor says of itself, if it is to `judge`."""

    @abstractmethod
    def send(self, goals: Sequence[float]) -> None:
        """Goals [rad] of all motors."""

    @abstractmethod
    def drop(self) -> None:
        """Take the torque away, at once and surely. Raises DeviceFault."""

    @abstractmethod
    def spring(self, index: int, goal: float, share: float) -> None:
        """Let one motor pull towards a goal [rad] with a share of its strength; the others stay free."""


def held_goals(goals: Sequence[float], found: Readings) -> tuple[float, ...]:
    """Goals that stop each motor: its own, if it is near or rests, so that nothing sags or loses its grip.

    A motor that is still on a long way is to stay where it is.
    """
    rows = zip(goals, found.position, found.velocity, strict=True)
    return tuple(
        goal if abs(goal - here) <= NEAR_GOAL or abs(speed) <= AT_REST else here for goal, here, speed in rows
    )


def register_count(value: float, unit: float) -> int:
    """A register's count of a limit; never 0, which is none, for a limit that there is."""
    return max(1, round(value / unit)) if value else 0
