"""The object dictionary of an emulated drive, served over SDO by the `canopen` library."""

from __future__ import annotations

from collections.abc import Callable

import canopen

from sutura.hw_drivers.cia402.objects import (
    CIA_402,
    CSP_SUPPORTED,
    NOT_VALID,
    RPDO1_ID,
    TPDO1_ID,
    TPDO2_ID,
    Index,
)

_ABSENT, _READ_ONLY, _WRONG_SIZE = 0x06020000, 0x06010002, 0x06070010
_MAPPED = 8  # entries that a mapping has room for
_READ_ONLY_OBJECTS = frozenset(
    {
        Index.DEVICE_TYPE,
        Index.ERROR_REGISTER,
        Index.IDENTITY,
        Index.ERROR_CODE,
        Index.STATUSWORD,
        Index.MODE_DISPLAY,
        Index.ACTUAL_POSITION,
        Index.ACTUAL_VELOCITY,
        Index.ACTUAL_TORQUE,
        Index.SUPPORTED_MODES,
        Index.RATED_TORQUE,
    }
)
Key = tuple[int, int]


class Dictionary:
    """Numbers by index and subindex. on_write: called after a value was written over the bus."""

    def __init__(self, node: int, rated_torque: int) -> None:
        self.object_dictionary = canopen.ObjectDictionary()
        self.on_write: Callable[[int, int], None] = lambda index, subindex: None
        self._values: dict[Key, bytes] = {}
        self._fill(node, rated_torque)

    def _fill(self, node: int, rated_torque: int) -> None:
        self.add(Index.DEVICE_TYPE, 0, 4, 2 << 16 | CIA_402)  # a servo drive
        self.add(Index.ERROR_REGISTER, 0, 1, 0)
        self.add(Index.SYNC_PERIOD, 0, 4, 0)
        self.add(Index.CONSUMER_HEARTBEAT, 1, 4, 0)
        self.add(Index.PRODUCER_HEARTBEAT, 0, 2, 0)
        self.add(Index.IDENTITY, 1, 4, 0)
        for communication, mapping, identifier in (
            (Index.RPDO1_COMMUNICATION, Index.RPDO1_MAPPING, RPDO1_ID),
            (Index.TPDO1_COMMUNICATION, Index.TPDO1_MAPPING, TPDO1_ID),
            (Index.TPDO2_COMMUNICATION, Index.TPDO2_MAPPING, TPDO2_ID),
        ):
            self.add(communication, 1, 4, NOT_VALID | identifier + node)
            self.add(communication, 2, 1, 255)
            for subindex in range(_MAPPED + 1):
                self.add(mapping, subindex, 4 if subindex else 1, 0)
        for index, size, value in (
            (Index.ABORT_CONNECTION_OPTION, 2, 0),
            (Index.ERROR_CODE, 2, 0),
            (Index.CONTROLWORD, 2, 0),
            (Index.STATUSWORD, 2, 0),
            (Index.QUICK_STOP_OPTION, 2, 2),
            (Index.FAULT_REACTION_OPTION, 2, 2),
            (Index.MODE, 1, 0),
            (Index.MODE_DISPLAY, 1, 0),
            (Index.ACTUAL_POSITION, 4, 0),
            (Index.ACTUAL_VELOCITY, 4, 0),
            (Index.ACTUAL_TORQUE, 2, 0),
            (Index.RATED_TORQUE, 4, rated_torque),
            (Index.TARGET_POSITION, 4, 0),
            (Index.FOLLOWING_ERROR_WINDOW, 4, 0xFFFF_FFFF),
            (Index.FOLLOWING_ERROR_TIMEOUT, 2, 0),
            (Index.QUICK_STOP_DECELERATION, 4, 1_000_000),
            (Index.SUPPORTED_MODES, 4, CSP_SUPPORTED),
        ):
            self.add(index, 0, size, value)
        self.add(Index.POSITION_LIMITS, 1, 4, -(1 << 31))
        self.add(Index.POSITION_LIMITS, 2, 4, (1 << 31) - 1)
        self.add(Index.INTERPOLATION_PERIOD, 1, 1, 1)
        self.add(Index.INTERPOLATION_PERIOD, 2, 1, -3)

    def add(self, index: int, subindex: int, size: int, value: int) -> None:
        """An object of a size [bytes]."""
        self._values[index, subindex] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")

    def put(self, index: int, value: int, subindex: int = 0) -> None:
        """Change a value from within the drive."""
        self.add(index, subindex, len(self._values[index, subindex]), value)

    def number(self, index: int, subindex: int = 0) -> int:
        """A value without a sign."""
        return int.from_bytes(self._values[index, subindex], "little")

    def signed(self, index: int, subindex: int = 0) -> int:
        """A value with a sign."""
        return int.from_bytes(self._values[index, subindex], "little", signed=True)

    # What the library's SDO server asks of the node that it serves ------------------------------------------------

    def get_data(self, index: int, subindex: int, check_readable: bool = False) -> bytes:
        """The bytes of an object. Raises SdoAbortedError."""
        try:
            return self._values[index, subindex]
        except KeyError:
            raise canopen.SdoAbortedError(_ABSENT) from None

    def set_data(self, index: int, subindex: int, data: bytes, check_writable: bool = False) -> None:
        """Write the bytes of an object. Raises SdoAbortedError."""
        known = self.get_data(index, subindex)
        if index in _READ_ONLY_OBJECTS:
            raise canopen.SdoAbortedError(_READ_ONLY)
        if len(known) != len(data):
            raise canopen.SdoAbortedError(_WRONG_SIZE)
        self._values[index, subindex] = bytes(data)
        self.on_write(index, subindex)
