"""An X-series servo: its registers, what may be written when, its watchdog, its errors, and how it moves."""

import math
import struct

from sutura.hw_drivers.dynamixel import control_table as table
from sutura.hw_drivers.dynamixel.control_table import Register
from sutura.hw_drivers.serial_servos.servo_motion import STEP_S, ServoMotion

RESULT_FAIL, UNKNOWN_INSTRUCTION, DATA_RANGE, DATA_LENGTH, DATA_LIMIT, ACCESS = 1, 2, 4, 5, 6, 7
ALERT = 0x80
OVERLOAD = 1 << 5
BOOT_S = 0.15

_SIZE = 256
_GOALS = (table.GOAL_PWM.address, table.GOAL_POSITION.address + table.GOAL_POSITION.size)
_READ_ONLY = ((0, 7), (70, 71), (120, 148))


class EmulatedServo:
    """One servo. Times are seconds of any clock that runs on; `tick` lets one millisecond pass."""

    def __init__(self, motor: int, model: int) -> None:
        self.motor = motor
        self.motion = ServoMotion()
        self.broken = False
        self._model = model
        self._data = table.MODELS[model].indirect_data  # where Indirect Addresses end
        self._registers = bytearray(_SIZE)
        self._turn = 0.0  # rad by which the count of turns has moved from the shaft's
        self._silent_for = 0.0
        self._boots_for = 0.0
        self._registered: tuple[int, bytes] | None = None
        self._set_eeprom()
        self._boot()

    def _set_eeprom(self) -> None:
        self._put(table.MODEL_NUMBER, self._model)
        self._put(table.FIRMWARE, 46)
        self._put(table.MOTOR_ID, self.motor)
        self._put(table.OPERATING_MODE, table.OPERATING_MODES["position"])
        self._put(table.MAX_POSITION, table.TICKS - 1)

    def _boot(self) -> None:
        """RAM as after power came: torque off, no profile, a count of turns that begins within the first."""
        self._registers[table.EEPROM_END :] = bytes(_SIZE - table.EEPROM_END)
        self._put(table.STATUS_RETURN_LEVEL, 2)
        self._put(table.PRESENT_VOLTAGE, 120)
        self._put(table.PRESENT_TEMPERATURE, 30)
        for n in range(self._indirect):
            self._put(Register(table.INDIRECT_ADDRESS + 2 * n, 2), self._data + n)
        self._turn = 2.0 * math.pi * math.floor((self.motion.position + math.pi) / (2.0 * math.pi))

    # What happens to it ---------------------------------------------------------------------------------------

    @property
    def is_powered(self) -> bool:
        """Whether it holds its shaft."""
        return bool(self.get(table.TORQUE_ENABLE))

    @property
    def answers(self) -> bool:
        """Not while it boots."""
        return self._boots_for <= 0.0

    @property
    def alert(self) -> int:
        """The bit of each status that says that something is wrong with it."""
        return ALERT if self.get(table.HARDWARE_ERROR) else 0

    @property
    def identity(self) -> tuple[int, int]:
        """Model number and firmware."""
        return self.get(table.MODEL_NUMBER), self.get(table.FIRMWARE)

    @property
    def status_return_level(self) -> int:
        """0: it answers pings only; 1: readings too; 2: everything."""
        return self.get(table.STATUS_RETURN_LEVEL)

    def heard(self) -> None:
        """An instruction was on the bus, whomever it was for: its watchdog begins anew."""
        self._silent_for = 0.0

    def break_down(self) -> None:
        """Overload: it drops its shaft, and tells it, until it is repaired and rebooted."""
        self.broken = True
        self._put(table.HARDWARE_ERROR, OVERLOAD)
        self._put(table.TORQUE_ENABLE, 0)

    def reboot(self) -> None:
        """Forget all but the EEPROM."""
        self._boot()
        self._boots_for = BOOT_S

    def tick(self) -> None:
        """A millisecond passes."""
        if self._boots_for > 0.0:
            self._boots_for -= STEP_S
        elif self.broken and not self.alert:
            self.break_down()
        self._watch()
        goal = self._goal() if self.is_powered else None
        most = self._profile(table.PROFILE_VELOCITY, table.RAD_S_PER_COUNT)
        self.motion.step(goal, most, self._profile(table.PROFILE_ACCELERATION, table.RAD_S2_PER_COUNT))

    def _watch(self) -> None:
        """Stop when nothing was heard for too long; goals are then locked until the watchdog is cleared."""
        limit = self.get(table.BUS_WATCHDOG)
        if limit <= 0 or not self.is_powered:
            self._silent_for = 0.0
            return
        self._silent_for += STEP_S
        if self._silent_for > limit * table.WATCHDOG_UNIT_S:
            self._measure()
            self._put(table.GOAL_POSITION, self.get(table.PRESENT_POSITION))
            self._put(table.BUS_WATCHDOG, -1)

    def _goal(self) -> float:
        return (self.get(table.GOAL_POSITION) - table.CENTRE) * table.RAD_PER_TICK + self._turn

    def _profile(self, register: Register, unit: float) -> float:
        count = self.get(register)
        return count * unit if count else math.inf

    def _measure(self) -> None:
        position, velocity = self.motion.position - self._turn, self.motion.velocity
        self._put(table.PRESENT_POSITION, round(position / table.RAD_PER_TICK) + table.CENTRE)
        self._put(table.PRESENT_VELOCITY, round(velocity / table.RAD_S_PER_COUNT))
        self._put(table.MOVING, int(abs(velocity) > 0.24))

    @property
    def _indirect(self) -> int:
        """How many Indirect Addresses it has."""
        return (self._data - table.INDIRECT_ADDRESS) // 2

    # Its registers --------------------------------------------------------------------------------------------

    def get(self, register: Register) -> int:
        """The value of a register."""
        end = register.address + register.size
        return int.from_bytes(self._registers[register.address : end], "little", signed=register.signed)

    def read(self, address: int, length: int) -> tuple[int, bytes]:
        """The error of a reading, and what was read."""
        if address + length > _SIZE:
            return ACCESS, b""
        self._measure()
        return 0, bytes(self._registers[self._place(at)] for at in range(address, address + length))

    def write(self, address: int, data: bytes) -> int:
        """The error of a writing, 0 if it was taken; what is refused changes nothing."""
        end = address + len(data)
        error = self._refusal(address, end)
        if error:
            return error
        before = bytes(self._registers)
        for at, byte in zip(range(address, end), data, strict=True):
            self._registers[self._place(at)] = byte
        if not self._fits():
            self._registers[:] = before
            return DATA_LIMIT
        self._take(before)
        return 0

    def register_write(self, parameters: bytes) -> int:
        """Keep a writing for `act`."""
        if len(parameters) < 3:
            return DATA_LENGTH
        address = struct.unpack_from("<H", parameters)[0]
        error = self._refusal(address, address + len(parameters) - 2)
        if not error:
            self._registered = address, parameters[2:]
        return error

    def act(self) -> int:
        """Do what was registered."""
        registered, self._registered = self._registered, None
        return RESULT_FAIL if registered is None else self.write(*registered)

    def _refusal(self, address: int, end: int) -> int:
        if end > _SIZE or any(address < high and end > low for low, high in _READ_ONLY):
            return ACCESS
        locked = address < table.EEPROM_END or table.INDIRECT_ADDRESS <= address < self._data
        if locked and self.is_powered:
            return ACCESS
        places = map(self._place, range(address, end))
        if self.get(table.BUS_WATCHDOG) < 0 and any(_GOALS[0] <= at < _GOALS[1] for at in places):
            return DATA_RANGE
        return 0

    def _fits(self) -> bool:
        """Whether what was written lies within what the registers may hold."""
        goal, mode = self.get(table.GOAL_POSITION), self.get(table.OPERATING_MODE)
        if mode == table.OPERATING_MODES["position"] and self.is_powered:
            return self.get(table.MIN_POSITION) <= goal <= self.get(table.MAX_POSITION)
        return self.get(table.TORQUE_ENABLE) in (0, 1) and self.get(table.BUS_WATCHDOG) >= -1

    def _take(self, before: bytes) -> None:
        """What a writing sets off. A goal from before the torque came is gone to at once."""
        if self.is_powered and not before[table.TORQUE_ENABLE.address]:
            self._silent_for = 0.0
            if self.alert:
                self._put(table.TORQUE_ENABLE, 0)

    def _place(self, address: int) -> int:
        """Where the data of an address stands: an Indirect Data byte stands where its address points."""
        if self._data <= address < self._data + self._indirect:
            at = self.get(Register(table.INDIRECT_ADDRESS + 2 * (address - self._data), 2))
            return at if at < _SIZE else address
        return address

    def _put(self, register: Register, value: int) -> None:
        at, size = register.address, register.size
        limit = 1 << (8 * size - 1)
        bounded = min(max(value, -limit), limit - 1) if register.signed else min(max(value, 0), 2 * limit - 1)
        self._registers[at : at + size] = bounded.to_bytes(size, "little", signed=register.signed)
