"""What CiA 301 and CiA 402 number: objects, identifiers on the bus, and what an emergency code means."""

from enum import IntEnum

SYNC_ID = 0x080
NMT_ID = 0x000
EMCY_ID, TPDO1_ID, TPDO2_ID, RPDO1_ID, HEARTBEAT_ID = 0x080, 0x180, 0x280, 0x200, 0x700  # plus the node's number
NOT_VALID = 0x8000_0000  # of a PDO's identifier: switched off
LAST_NODE = 127
OPERATIONAL, PRE_OPERATIONAL, BOOT_UP, STOPPED = 0x05, 0x7F, 0x00, 0x04  # NMT states, as a heartbeat tells them


class Nmt(IntEnum):
    """Commands of the network management."""

    START = 0x01
    STOP = 0x02
    PRE_OPERATIONAL = 0x80
    RESET_NODE = 0x81
    RESET_COMMUNICATION = 0x82


class Index(IntEnum):
    """Objects of a drive's dictionary."""

    DEVICE_TYPE = 0x1000
    ERROR_REGISTER = 0x1001
    SYNC_PERIOD = 0x1006
    CONSUMER_HEARTBEAT = 0x1016
    PRODUCER_HEARTBEAT = 0x1017
    IDENTITY = 0x1018
    RPDO1_COMMUNICATION = 0x1400
    RPDO1_MAPPING = 0x1600
    TPDO1_COMMUNICATION = 0x1800
    TPDO2_COMMUNICATION = 0x1801
    TPDO1_MAPPING = 0x1A00
    TPDO2_MAPPING = 0x1A01
    ABORT_CONNECTION_OPTION = 0x6007
    ERROR_CODE = 0x603F
    CONTROLWORD = 0x6040
    STATUSWORD = 0x6041
    QUICK_STOP_OPTION = 0x605A
    FAULT_REACTION_OPTION = 0x605E
    MODE = 0x6060
    MODE_DISPLAY = 0x6061
    ACTUAL_POSITION = 0x6064
    FOLLOWING_ERROR_WINDOW = 0x6065
    FOLLOWING_ERROR_TIMEOUT = 0x6066
    ACTUAL_VELOCITY = 0x606C
    RATED_TORQUE = 0x6076
    ACTUAL_TORQUE = 0x6077
    TARGET_POSITION = 0x607A
    POSITION_LIMITS = 0x607D
    QUICK_STOP_DECELERATION = 0x6085
    INTERPOLATION_PERIOD = 0x60C2
    SUPPORTED_MODES = 0x6502


CYCLIC_SYNCHRONOUS_POSITION = 8
CSP_SUPPORTED = 1 << 7
CIA_402 = 402
QUICK_STOP_THEN_OFF = 2  # quick stop option code: along its ramp, then without power
ON_LOSS_QUICK_STOP = 3  # abort connection option code
ON_FAULT_RAMP = 2  # fault reaction option code: slow down on the quick stop's ramp


class Emergency(IntEnum):
    """Emergency codes that the emulated drives send themselves."""

    NONE = 0x0000
    HEARTBEAT = 0x8130
    FOLLOWING_ERROR = 0x8611
    SHORT_CIRCUIT = 0x2320


_EMERGENCIES: dict[int, str] = {
    0x1000: "generic error",
    0x2000: "current",
    0x2300: "current at the output",
    0x2310: "continuous over-current",
    0x2320: "short circuit or earth leakage at the output",
    0x3000: "voltage",
    0x3100: "mains voltage",
    0x3200: "voltage inside the device",
    0x3210: "over-voltage of the DC link",
    0x3220: "under-voltage of the DC link",
    0x4000: "temperature",
    0x4200: "temperature of the device",
    0x4210: "the device is too hot",
    0x4300: "temperature of the drive",
    0x4310: "the drive is too hot",
    0x5000: "device hardware",
    0x6000: "device software",
    0x6100: "internal software",
    0x6320: "parameters",
    0x7000: "additional modules",
    0x7100: "power stage or brake",
    0x7120: "motor",
    0x7121: "motor blocked",
    0x7300: "sensor",
    0x7305: "incremental encoder 1",
    0x7306: "incremental encoder 2",
    0x8000: "monitoring",
    0x8100: "communication",
    0x8110: "CAN overrun, messages lost",
    0x8120: "CAN controller in error-passive mode",
    0x8130: "heartbeat of the master missed",
    0x8140: "recovered from bus-off",
    0x8200: "protocol",
    0x8250: "RPDO timeout",
    0x8400: "speed controller",
    0x8500: "position controller",
    0x8600: "positioning",
    0x8611: "following error",
    0x8612: "reference limit",
    0x9000: "external error",
    0xF000: "additional functions",
    0xFF00: "the manufacturer's own",
}


def in_words(code: int) -> str:
    """What an emergency code says, as closely as its number is known."""
    for mask in (0xFFFF, 0xFFF0, 0xFF00, 0xF000):
        if (words := _EMERGENCIES.get(code & mask)) is not None:
            return f"0x{code:04X} ({words})"
    return f"0x{code:04X} (unknown)"
