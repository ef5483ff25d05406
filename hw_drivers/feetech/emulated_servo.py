"""An STS servo: its registers, its errors, and how it moves. It has no watchdog: it goes where it was last sent."""

import math

from sutura.hw_drivers.feetech import memory_table as table
from sutura.hw_drivers.feetech.memory_table import Register
from sutura.hw_drivers.serial_servos.servo_motion import ServoMotion

OVERLOAD = 1 << 5
_SIZE = 90
_READ_ONLY = ((0, 5), (56, 71))


class EmulatedServo:
    """One servo; `tick` lets one millisecond pass."""

    def __init__(self, motor: int) -> None:
        self.motor = motor
        self.motion = ServoMotion()
        self.broken = False
        self.error = 0
        self._registers = bytearray(_SIZE)
        self._registered: tuple[int, bytes] | None = None
        for register, value in (
            (table.MODEL_NUMBER, table.STS3215),
            (table.SERVO_ID, motor),
            (table.STATUS_LEVEL, 1),
            (table.MAX_POSITION, table.TICKS - 1),
            (table.TORQUE_LIMIT, 1000),
            (table.LOCK, 1),
            (table.GOAL_POSITION, table.CENTRE),
            (table.PRESENT_VOLTAGE, 74),
            (table.PRESENT_TEMPERATURE, 30),
        ):
            self._put(register, value)

    # What happens to it ---------------------------------------------------------------------------------------

    @property
    def is_powered(self) -> bool:
        """Whether it holds its shaft."""
        return self.get(table.TORQUE_ENABLE) == 1

    def break_down(self) -> None:
        """Overload: it drops its shaft and tells it, until it is repaired and its torque is switched on again."""
        self.broken = True
        self.error = OVERLOAD
        self._put(table.TORQUE_ENABLE, 0)

    def tick(self) -> None:
        """A millisecond passes. A goal from before the torque came is gone to at once, as real ones do."""
        if not self.is_powered:
            self.motion.step(None, math.inf, math.inf)
            return
        goal = (self.get(table.GOAL_POSITION) - table.CENTRE) * table.RAD_PER_TICK
        speed, change = abs(self.get(table.GOAL_SPEED)), self.get(table.ACCELERATION)
        self.motion.step(
            goal,
            speed * table.RAD_PER_TICK if speed else math.inf,
            change * table.TICKS_S2_PER_COUNT * table.RAD_PER_TICK if change else math.inf,
        )

    def _measure(self) -> None:
        position, velocity = self.motion.position, self.motion.velocity
        self._put(table.PRESENT_POSITION, (round(position / table.RAD_PER_TICK) + table.CENTRE) % table.TICKS)
        self._put(table.PRESENT_SPEED, round(velocity / table.RAD_PER_TICK))
        self._put(table.MOVING, int(abs(velocity) > table.RAD_PER_TICK))
        self._put(table.STATUS, self.error)

    # Its registers --------------------------------------------------------------------------------------------

    def get(self, register: Register) -> int:
        """The value of a register."""
        return table.decoded(register, bytes(self._registers), 0)

    def read(self, address: int, length: int) -> bytes:
        """What is there; nothing beyond the table."""
        self._measure()
        return bytes(self._registers[address : address + length]).ljust(length, b"\0")

    def write(self, address: int, data: bytes) -> None:
        """Take what may be written; the rest changes nothing, and nobody is told, as the real ones do."""
        end = address + len(data)
        if end > _SIZE or any(address < high and end > low for low, high in _READ_ONLY):
            return
        self._registers[address:end] = data
        low, high = self.get(table.MIN_POSITION), self.get(table.MAX_POSITION)
        self._put(table.GOAL_POSITION, min(max(self.get(table.GOAL_POSITION), low), high))
        if self.is_powered and address <= table.TORQUE_ENABLE.address < end:
            self.error = 0
            if self.broken:
                self.break_down()

    def register_write(self, address: int, data: bytes) -> None:
        """Keep a writing for `act`."""
        self._registered = address, data

    def act(self) -> None:
        """Do what was registered."""
        if self._registered is not None:
            self.write(*self._registered)
            self._registered = None

    def _put(self, register: Register, value: int) -> None:
        self._registers[register.address : register.address + register.size] = table.encoded(register, value)
