"""The memory table of STS and SMS servos (Feetech), and the units of its registers."""

import math
from typing import NamedTuple


class Register(NamedTuple):
    """Where it stands, how many bytes it has, and which bit is its sign (0: it has none)."""

    address: int
    size: int
    sign_bit: int = 0


MODEL_NUMBER = Register(3, 2)
SERVO_ID = Register(5, 1)
RETURN_DELAY = Register(7, 1)  # of 2 µs
STATUS_LEVEL = Register(8, 1)
MIN_POSITION = Register(9, 2)
MAX_POSITION = Register(11, 2)
HOMING_OFFSET = Register(31, 2, sign_bit=11)
OPERATING_MODE = Register(33, 1)
TORQUE_ENABLE = Register(40, 1)
ACCELERATION = Register(41, 1)  # of 100 ticks/s²; 0 is unlimited
GOAL_POSITION = Register(42, 2, sign_bit=15)
GOAL_TIME = Register(44, 2)
GOAL_SPEED = Register(46, 2, sign_bit=15)  # ticks/s; 0 is unlimited
TORQUE_LIMIT = Register(48, 2)  # of 0.1 %
LOCK = Register(55, 1)
PRESENT_POSITION = Register(56, 2, sign_bit=15)
PRESENT_SPEED = Register(58, 2, sign_bit=15)  # ticks/s
PRESENT_LOAD = Register(60, 2, sign_bit=10)  # of 0.1 % of the motor's voltage
PRESENT_VOLTAGE = Register(62, 1)  # of 0.1 V
PRESENT_TEMPERATURE = Register(63, 1)  # °C
STATUS = Register(65, 1)
MOVING = Register(66, 1)

READING_BYTES = STATUS.address + STATUS.size - PRESENT_POSITION.address
GOAL_BYTES = GOAL_SPEED.address + GOAL_SPEED.size - ACCELERATION.address
# What is written below TORQUE_ENABLE counts at once; it is kept without power only if LOCK was 0.

POSITION_MODE = 0
STS3215 = 777
MODELS = {STS3215: "STS3215", 2825: "STS3250", 11272: "SM8512BL"}

FULL_TORQUE = 1000  # of TORQUE_LIMIT
TICKS = 4096  # of a turn
CENTRE = 2048  # the middle of a turn is 0 rad
RAD_PER_TICK = 2.0 * math.pi / TICKS
TICKS_S2_PER_COUNT = 100.0

ERRORS = {
    0: "the input voltage is out of range",
    1: "the position sensor has failed",
    2: "overheating",
    3: "too much current",
    5: "overload",
}


def decoded(register: Register, data: bytes, start: int) -> int:
    """The value of a register in bytes that begin at address `start`. Signed ones are sign and magnitude."""
    at = register.address - start
    raw = int.from_bytes(data[at : at + register.size], "little")
    sign = 1 << register.sign_bit
    return raw if not register.sign_bit or raw < sign else -(raw & (sign - 1))


def encoded(register: Register, value: int) -> bytes:
    """The bytes of a value, within what the register can hold."""
    most = (1 << (register.sign_bit or 8 * register.size)) - 1
    size = min(abs(value), most) if register.sign_bit else min(max(value, 0), most)
    if value < 0 and register.sign_bit:
        size |= 1 << register.sign_bit
    return size.to_bytes(register.size, "little")


def error_words(bits: int) -> str:
    """What a status says, in words."""
    known = [text for bit, text in ERRORS.items() if bits >> bit & 1]
    unknown = bits & ~sum(1 << bit for bit in ERRORS)
    if unknown:
        known.append(f"unknown error bits 0x{unknown:02x}")
    return ", ".join(known)
