"""What both vendors' SDKs have in common: one made the other's by changing names."""

import importlib
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from sutura.hw_drivers.serial_servos.port import SerialPort

SUCCESS = 0  # COMM_SUCCESS of either


class PacketHandler(Protocol):
    """One protocol: makes and takes apart packets."""

    def ping(self, port: SerialPort, motor: int) -> tuple[int, int, int]: ...
    def reboot(self, port: SerialPort, motor: int) -> tuple[int, int]: ...
    def readRx(  # noqa: N802 (the SDKs' name)
        self, port: SerialPort, motor: int, length: int
    ) -> tuple[list[int], int, int]: ...
    def getTxRxResult(self, result: int) -> str: ...  # noqa: N802


class GroupSyncWrite(Protocol):
    """The same registers of several motors, in one packet that none answers."""

    def addParam(self, motor: int, data: Sequence[int]) -> bool: ...  # noqa: N802
    def changeParam(self, motor: int, data: Sequence[int]) -> bool: ...  # noqa: N802
    def txPacket(self) -> int: ...  # noqa: N802


class GroupSyncRead(Protocol):
    """The same registers of several motors, asked by one packet that each answers."""

    data_dict: dict[int, bytes]

    def addParam(self, motor: int) -> bool: ...  # noqa: N802
    def txPacket(self) -> int: ...  # noqa: N802
    def fastSyncRead(self) -> int: ...  # noqa: N802


class ServoSdk(NamedTuple):
    """What makes the handlers of an SDK; the last two take a port, a handler, an address and a length."""

    packet_handler: Callable[[float], PacketHandler]
    sync_write: Callable[[SerialPort, PacketHandler, int, int], GroupSyncWrite]
    sync_read: Callable[[SerialPort, PacketHandler, int, int], GroupSyncRead]


def load_sdk(module: str) -> ServoSdk:
    """The SDK of that name. Raises ImportError."""
    importlib.import_module("serial")
    sdk = importlib.import_module(module)
    return ServoSdk(sdk.PacketHandler, sdk.GroupSyncWrite, sdk.GroupSyncRead)
