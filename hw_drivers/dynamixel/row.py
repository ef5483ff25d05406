"""Dynamixel X-series servos (protocol 2.0), which stop by themselves when the bus falls silent."""

import math
import struct
import time
from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta

from sutura.hw_drivers.dynamixel import control_table as table
from sutura.hw_drivers.errors import DeviceFault, DeviceLost, MissingExtra
from sutura.hw_drivers.serial_servos.port import SerialPort
from sutura.hw_drivers.serial_servos.sdk import load_sdk
from sutura.hw_drivers.serial_servos.servo_bus import ServoBus
from sutura.hw_drivers.serial_servos.servo_row import PortOptions, Range, Readings, ServoRow, register_count

SILENCE_STOP_S = 0.5  # at most

_PROTOCOL = 2.0
_READING = struct.Struct("<bBhii")  # as table.READING
_GOAL = struct.Struct("<i")
_LIMITS = struct.Struct("<ii")  # greatest and least position
_DIRECT = (table.HARDWARE_ERROR.address, table.PRESENT_POSITION.address + 4 - table.HARDWARE_ERROR.address)
_BOOTED_WITHIN_S = 1.0
_ANYWHERE = (-256 * 2.0 * math.pi, 256 * 2.0 * math.pi)


class DynamixelOptions(PortOptions, kw_only=True):
    """operating_mode: of the motors; bus_watchdog [s]: they stop by themselves when no packet came for so long, in
    steps of 20 ms; profile_velocity [rad/s], profile_acceleration [rad/s²]: of a motor, 0 unlimited;
    torque_constant [Nm/A]: of a motor at its shaft, 0 for no efforts."""

    operating_mode: Literal["position", "extended_position", "current_based_position"] = "extended_position"
    bus_watchdog: Annotated[float, Meta(ge=table.WATCHDOG_UNIT_S, le=SILENCE_STOP_S)] = 0.1
    profile_velocity: Annotated[float, Meta(ge=0.0)] = 0.0
    profile_acceleration: Annotated[float, Meta(ge=0.0)] = 0.0
    torque_constant: Annotated[float, Meta(ge=0.0)] = 0.0


class DynamixelRow(ServoRow):
    """Sync write of goals; sync read, fast where all know it, of watchdog, errors and measurements at once."""

    def __init__(self, owner: str, options: DynamixelOptions, motors: Sequence[int]) -> None:
        try:
            sdk = load_sdk("dynamixel_sdk")
        except ImportError as error:
            raise MissingExtra(owner, "dynamixel", "dynamixel-sdk") from error
        port = SerialPort(owner, options.port, options.baud, options.reply_timeout)
        super().__init__(ServoBus(sdk, _PROTOCOL, port, motors))
        self.options = options
        self._models: tuple[table.Model, ...] = ()
        self._turns = [0.0] * len(self.motors)  # rad that reboots have taken from the counts of turns
        self._block = _DIRECT  # address and length of what is read
        self._is_fast = False

    # A life ----------------------------------------------------------------------------------------------------

    def set_up(self) -> None:
        self._models = tuple(map(self._model, self.motors))
        self._turns = [0.0] * len(self.motors)
        self.drop()
        self._configure()

    def ranges(self) -> list[Range]:
        if self.options.operating_mode != "position":
            return [_ANYWHERE] * len(self.motors)
        return list(map(_limits, self.bus.read(table.MAX_POSITION.address, _LIMITS.size)))

    def _model(self, motor: int) -> table.Model:
        number = self.bus.ping(motor)
        model = table.MODELS.get(number)
        if model is None:
            known = ", ".join(sorted({one.name for one in table.MODELS.values()}))
            raise DeviceFault(self.owner, f"motor {motor} is of model {number}, which is none of {known}")
        return model

    def _configure(self) -> None:
        """Modes, limits and the reading's registers, which only motors without torque take."""
        bus, options = self.bus, self.options
        mode = table.OPERATING_MODES[options.operating_mode]
        bus.keep(table.OPERATING_MODE.address, bus.same(mode, 1), "operating mode")
        profile = struct.pack(
            "<II",
            register_count(options.profile_acceleration, table.RAD_S2_PER_COUNT),
            register_count(options.profile_velocity, table.RAD_S_PER_COUNT),
        )
        bus.assure(table.PROFILE_ACCELERATION.address, [profile] * len(self.motors), "profile")
        self._gather()

    def _gather(self) -> None:
        """Put what is read into one row, which motors of one kind have at one place; others are read at length."""
        bus, starts = self.bus, {model.indirect_data for model in self._models}
        self._block = _DIRECT
        if len(starts) == 1:
            self._block = starts.pop(), table.READING_BYTES
            places = [r.address + n for r in table.READING for n in range(r.size)]
            row = struct.pack(f"<{len(places)}H", *places)
            bus.assure(table.INDIRECT_ADDRESS, [row] * len(self.motors), "indirect addresses")
        self._is_fast = bus.can_read_fast(*self._block)

    def power(self) -> None:
        bus = self.bus
        self._clear_errors()
        bus.assure(table.BUS_WATCHDOG.address, bus.same(0, 1), "cleared bus watchdog")
        here = [_GOAL.pack(reading[-1]) for reading in self._rows()]
        bus.assure(table.GOAL_POSITION.address, here, "goal position", table.NEAR_TICKS)
        units = round(self.options.bus_watchdog / table.WATCHDOG_UNIT_S)
        bus.assure(table.BUS_WATCHDOG.address, bus.same(units, 1), "bus watchdog")
        bus.assure(table.TORQUE_ENABLE.address, bus.same(1, 1), "torque")

    def _clear_errors(self) -> None:
        """An error is cleared by starting its motor anew; the turns that it forgets are remembered here."""
        before = self._rows()
        faulty = [motor for motor, row in zip(self.motors, before, strict=True) if row[1]]
        if not faulty:
            return
        for motor in faulty:
            self.bus.reboot(motor)
        for motor in faulty:
            self._wait_for(motor)
        self._configure()
        for n, (old, new) in enumerate(zip(before, self._rows(), strict=True)):
            lost = (old[-1] - new[-1]) * table.RAD_PER_TICK
            if self.motors[n] in faulty:
                self._turns[n] += 2.0 * math.pi * round(lost / (2.0 * math.pi))
            self._look(self.motors[n], new)

    def _wait_for(self, motor: int) -> None:
        until = time.monotonic() + _BOOTED_WITHIN_S
        while True:
            try:
                self.bus.ping(motor)
            except DeviceLost:
                if time.monotonic() > until or not self.bus.port.is_there:
                    raise
            else:
                return

    def drop(self) -> None:
        self.bus.assure(table.TORQUE_ENABLE.address, self.bus.same(0, 1), "torque off")

    # What it measures and sends ----------------------------------------------------------------------------------

    def measure(self, judge: bool = True) -> Readings:
        positions, velocities, efforts = [], [], []
        constant = self.options.torque_constant
        for n, reading in enumerate(self._rows()):
            if judge:
                self._look(self.motors[n], reading)
            _, _, current, velocity, position = reading
            positions.append((position - table.CENTRE) * table.RAD_PER_TICK + self._turns[n])
            velocities.append(velocity * table.RAD_S_PER_COUNT)
            efforts.append(current * (self._models[n].ampere or 0.0) * constant)
        knows_efforts = constant and all(model.ampere for model in self._models)
        return Readings(tuple(positions), tuple(velocities), tuple(efforts) if knows_efforts else ())

    def _look(self, motor: int, reading: tuple[int, ...]) -> None:
        """Raises DeviceFault for what a motor says about itself."""
        watchdog, errors = reading[:2]
        if errors:
            words = f"{table.hardware_error_words(errors)} (hardware error 0x{errors:02x}); its torque is off"
            raise DeviceFault(self.owner, f"motor {motor}: {words}")
        if watchdog < 0:
            words = f"the bus was silent for {self.options.bus_watchdog:g} s"
            raise DeviceFault(self.owner, f"motor {motor} has stopped by itself: {words}")

    def _rows(self) -> list[tuple[int, ...]]:
        """What each motor says: as `table.READING`."""
        rows = self.bus.read(*self._block, self._is_fast)
        if self._block == _DIRECT:
            places = [r.address - _DIRECT[0] + n for r in table.READING for n in range(r.size)]
            rows = [bytes(row[at] for at in places) for row in rows]
        return [_READING.unpack(row) for row in rows]

    def send(self, goals: Sequence[float]) -> None:
        rows = [_GOAL.pack(_ticks(goal - turn)) for goal, turn in zip(goals, self._turns, strict=True)]
        self.bus.write(table.GOAL_POSITION.address, rows)

    def spring(self, index: int, goal: float, share: float) -> None:
        """Goal PWM bounds what a position controller may do, on every model."""
        bus, rows = self.bus, self._rows()
        ticks = [reading[-1] for reading in rows]
        ticks[index] = _ticks(goal - self._turns[index])
        goals = [_GOAL.pack(one) for one in ticks]
        bus.assure(table.GOAL_POSITION.address, goals, "goal position", table.NEAR_TICKS)
        bus.assure(table.GOAL_PWM.address, bus.same(round(share * table.FULL_PWM), 2), "goal PWM")
        torque = [bytes((n == index,)) for n in range(len(self.motors))]
        bus.assure(table.TORQUE_ENABLE.address, torque, "torque")


def _limits(row: bytes) -> tuple[float, float]:
    most, least = _LIMITS.unpack(row)
    return (least - table.CENTRE) * table.RAD_PER_TICK, (most - table.CENTRE) * table.RAD_PER_TICK


def _ticks(position: float) -> int:
    return round(position / table.RAD_PER_TICK) + table.CENTRE
