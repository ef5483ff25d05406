"""The control table of X-series servos (ROBOTIS e-Manual), and the units of its registers."""

import math
from typing import NamedTuple


class Register(NamedTuple):
    """Where it stands, how many bytes it has, and whether it counts below zero."""

    address: int
    size: int
    signed: bool = False


MODEL_NUMBER = Register(0, 2)
FIRMWARE = Register(6, 1)
MOTOR_ID = Register(7, 1)
RETURN_DELAY = Register(9, 1)  # of 2 µs
DRIVE_MODE = Register(10, 1)
OPERATING_MODE = Register(11, 1)
MAX_POSITION = Register(48, 4)
MIN_POSITION = Register(52, 4)
TORQUE_ENABLE = Register(64, 1)
STATUS_RETURN_LEVEL = Register(68, 1)
HARDWARE_ERROR = Register(70, 1)
BUS_WATCHDOG = Register(98, 1, signed=True)  # of 20 ms; -1 after it has stopped the servo
GOAL_PWM = Register(100, 2, signed=True)
GOAL_CURRENT = Register(102, 2, signed=True)
GOAL_VELOCITY = Register(104, 4, signed=True)
PROFILE_ACCELERATION = Register(108, 4)  # 0 is unlimited
PROFILE_VELOCITY = Register(112, 4)  # 0 is unlimited
GOAL_POSITION = Register(116, 4, signed=True)
MOVING = Register(122, 1)
PRESENT_CURRENT = Register(126, 2, signed=True)
PRESENT_VELOCITY = Register(128, 4, signed=True)
PRESENT_POSITION = Register(132, 4, signed=True)
PRESENT_VOLTAGE = Register(144, 2)  # of 0.1 V
PRESENT_TEMPERATURE = Register(146, 1)  # °C
INDIRECT_ADDRESS = 168  # of 2 bytes each; where Indirect Data begins depends on the model
EEPROM_END = 64  # below, nothing can be written while the torque is on

READING = (BUS_WATCHDOG, HARDWARE_ERROR, PRESENT_CURRENT, PRESENT_VELOCITY, PRESENT_POSITION)
READING_BYTES = sum(register.size for register in READING)

FULL_PWM = 885
TICKS = 4096  # of a turn
NEAR_TICKS = 8  # some firmware lets the goal follow the shaft while the torque is off
CENTRE = 2048  # the middle of a turn is 0 rad
RAD_PER_TICK = 2.0 * math.pi / TICKS
RAD_S_PER_COUNT = 0.229 * 2.0 * math.pi / 60.0
RAD_S2_PER_COUNT = 214.577 * 2.0 * math.pi / 3600.0
WATCHDOG_UNIT_S = 0.020

OPERATING_MODES = {"position": 3, "extended_position": 4, "current_based_position": 5}

HARDWARE_ERRORS = {
    0: "the input voltage is out of range",
    2: "overheating",
    3: "the motor's encoder has failed",
    4: "an electrical shock, or too little power to drive the motor",
    5: "overload",
}


class Model(NamedTuple):
    """What differs between models: the current of one count [A], None where load is measured; Indirect Data."""

    name: str
    ampere: float | None
    indirect_data: int = 224


_X330 = 208

MODELS: dict[int, Model] = {
    1000: Model("XH430-W350", 0.00134),
    1010: Model("XH430-W210", 0.00134),
    1020: Model("XM430-W350", 0.00269),
    1030: Model("XM430-W210", 0.00269),
    1040: Model("XH430-V350", 0.00134),
    1050: Model("XH430-V210", 0.00134),
    1060: Model("XL430-W250", None),
    1070: Model("XC430-W150", None),
    1080: Model("XC430-W240", None),
    1090: Model("2XL430-W250", None),
    1100: Model("XH540-W270", 0.00269),
    1110: Model("XH540-W150", 0.00269),
    1120: Model("XM540-W270", 0.00269),
    1130: Model("XM540-W150", 0.00269),
    1140: Model("XH540-V270", 0.00269),
    1150: Model("XH540-V150", 0.00269),
    1160: Model("2XC430-W250", None),
    1170: Model("XW540-T260", 0.00269),
    1180: Model("XW540-T140", 0.00269),
    1190: Model("XL330-M077", 0.001, _X330),
    1200: Model("XL330-M288", 0.001, _X330),
    1210: Model("XC330-T181", 0.001, _X330),
    1220: Model("XC330-T288", 0.001, _X330),
    1230: Model("XC330-M181", 0.001, _X330),
    1240: Model("XC330-M288", 0.001, _X330),
    1270: Model("XW430-T200", 0.00269),
    1280: Model("XW430-T333", 0.00269),
}


def hardware_error_words(bits: int) -> str:
    """What a Hardware Error Status says, in words."""
    known = [text for bit, text in HARDWARE_ERRORS.items() if bits >> bit & 1]
    unknown = bits & ~sum(1 << bit for bit in HARDWARE_ERRORS)
    if unknown:
        known.append(f"unknown error bits 0x{unknown:02x}")
    return ", ".join(known)
