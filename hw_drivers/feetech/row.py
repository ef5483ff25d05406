"""Feetech STS servos, as in the SO-100 and SO-101. They have no watchdog: each goes where it was last sent."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from sutura.hw_drivers.errors import DeviceFault, MissingExtra
from sutura.hw_drivers.feetech import memory_table as table
from sutura.hw_drivers.serial_servos.port import SerialPort
from sutura.hw_drivers.serial_servos.sdk import load_sdk
from sutura.hw_drivers.serial_servos.servo_bus import ServoBus
from sutura.hw_drivers.serial_servos.servo_row import (
    PortOptions,
    Range,
    Readings,
    ServoRow,
    held_goals,
    register_count,
)

_LITTLE_END = 0.0  # the SDK's protocol of STS and SMS servos
_START = table.PRESENT_POSITION.address


class FeetechOptions(PortOptions, kw_only=True):
    """speed [rad/s], acceleration [rad/s²]: of a motor on its way to a goal, 0 unlimited; stall_torque [Nm]: of a
    motor, for efforts estimated from its load, 0 for none; on_loss: what a rescue does, hold or torque off."""

    speed: Annotated[float, Meta(ge=0.0)] = 0.0
    acceleration: Annotated[float, Meta(ge=0.0)] = 0.0
    stall_torque: Annotated[float, Meta(ge=0.0)] = 0.0
    on_loss: Literal["hold", "off"] = "hold"


class FeetechRow(ServoRow):
    """Sync write of goals with speed and acceleration; sync read of position, speed, load and status."""

    def __init__(self, owner: str, options: FeetechOptions, motors: Sequence[int]) -> None:
        try:
            sdk = load_sdk("scservo_sdk")
        except ImportError as error:
            raise MissingExtra(owner, "feetech", "feetech-servo-sdk") from error
        port = SerialPort(owner, options.port, options.baud, options.reply_timeout)
        super().__init__(ServoBus(sdk, _LITTLE_END, port, motors))
        self.options = options
        change = register_count(options.acceleration, table.TICKS_S2_PER_COUNT * table.RAD_PER_TICK)
        speed = register_count(options.speed, table.RAD_PER_TICK)
        self._before = table.encoded(table.ACCELERATION, change)
        self._after = bytes(table.GOAL_TIME.size) + table.encoded(table.GOAL_SPEED, speed)

    # A life ----------------------------------------------------------------------------------------------------

    def set_up(self) -> None:
        for motor in self.motors:
            model = self.bus.ping(motor)
            if model not in table.MODELS:
                known = ", ".join(table.MODELS.values())
                raise DeviceFault(self.owner, f"motor {motor} is of model {model}, which is none of {known}")
        self.drop()
        self.bus.keep(table.OPERATING_MODE.address, self.bus.same(table.POSITION_MODE, 1), "operating mode")

    def ranges(self) -> list[Range]:
        start, length = table.MIN_POSITION.address, table.MIN_POSITION.size + table.MAX_POSITION.size
        return [_limits(row, start) for row in self.bus.read(start, length)]

    def power(self) -> None:
        """A servo goes to its old goal as soon as it has torque, so the goal comes first."""
        bus = self.bus
        here = _positions(self._rows())
        self.send(here)
        bus.assure(table.GOAL_POSITION.address, [_ticks(position) for position in here], "goal position")
        bus.assure(table.TORQUE_ENABLE.address, bus.same(1, 1), "torque")
        for motor, row in zip(self.motors, self._rows(), strict=True):
            self._look(motor, row)

    def drop(self) -> None:
        self.bus.assure(table.TORQUE_ENABLE.address, self.bus.same(0, 1), "torque off")

    def find_unnamed(self) -> None:
        """Where nobody has said which motors there are: those that answer, counted from 1."""
        if not self.motors:
            self.bus.motors = tuple(self.bus.count_from(1))

    def hold(self) -> None:
        """Stop what moves where it is; what rests, or is nearly at its goal, keeps it."""
        goal = table.GOAL_POSITION
        rows = self.bus.read(goal.address, goal.size)
        goals = tuple(_rad(table.decoded(goal, row, goal.address)) for row in rows)
        kept = held_goals(goals, self.measure(judge=False))
        self.bus.write(goal.address, list(map(_ticks, kept)))

    def spring(self, index: int, goal: float, share: float) -> None:
        bus, here = self.bus, list(_positions(self._rows()))
        here[index] = goal
        self.send(here)
        bus.assure(table.GOAL_POSITION.address, list(map(_ticks, here)), "goal position")
        limit = round(share * table.FULL_TORQUE)
        limits = [table.encoded(table.TORQUE_LIMIT, limit)] * len(self.motors)
        bus.assure(table.TORQUE_LIMIT.address, limits, "torque limit")
        bus.assure(table.TORQUE_ENABLE.address, [bytes((n == index,)) for n in range(len(self.motors))], "torque")

    # What it measures and sends ----------------------------------------------------------------------------------

    def measure(self, judge: bool = True) -> Readings:
        rows = self._rows()
        if judge:
            for motor, row in zip(self.motors, rows, strict=True):
                self._look(motor, row)
        found = _reading(rows)
        stall = self.options.stall_torque
        return found._replace(effort=tuple(load * stall for load in found.effort) if stall else ())

    def _rows(self) -> list[bytes]:
        return self.bus.read(_START, table.READING_BYTES)

    def _look(self, motor: int, row: bytes) -> None:
        """Raises DeviceFault for what a motor says about itself."""
        errors = table.decoded(table.STATUS, row, _START)
        if errors:
            volts = table.decoded(table.PRESENT_VOLTAGE, row, _START) * 0.1
            celsius = table.decoded(table.PRESENT_TEMPERATURE, row, _START)
            words = f"{table.error_words(errors)} (status 0x{errors:02x}, {volts:.1f} V, {celsius} °C)"
            raise DeviceFault(self.owner, f"motor {motor}: {words}")

    def send(self, goals: Sequence[float]) -> None:
        self.bus.write(table.ACCELERATION.address, [self._goal(goal) for goal in goals])

    def _goal(self, position: float) -> bytes:
        return self._before + _ticks(position) + self._after


def _reading(rows: list[bytes]) -> Readings:
    """Positions, speeds, and loads as a share of the greatest."""
    return Readings(
        _positions(rows),
        tuple(table.decoded(table.PRESENT_SPEED, row, _START) * table.RAD_PER_TICK for row in rows),
        tuple(table.decoded(table.PRESENT_LOAD, row, _START) * 1e-3 for row in rows),
    )


def _positions(rows: list[bytes]) -> tuple[float, ...]:
    return tuple(_rad(table.decoded(table.PRESENT_POSITION, row, _START)) for row in rows)


def _rad(ticks: int) -> float:
    return (ticks - table.CENTRE) * table.RAD_PER_TICK


def _ticks(position: float) -> bytes:
    return table.encoded(table.GOAL_POSITION, round(position / table.RAD_PER_TICK) + table.CENTRE)


def _limits(row: bytes, start: int) -> tuple[float, float]:
    least, most = (table.decoded(register, row, start) for register in (table.MIN_POSITION, table.MAX_POSITION))
    return _rad(least), _rad(most)
