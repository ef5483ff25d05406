"""How a drive is set up through its object dictionary: identity, limits, reactions to loss, process data."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import NamedTuple

from sutura.hw_drivers.cia402 import objects
from sutura.hw_drivers.cia402.drive_row import DriveRow
from sutura.hw_drivers.cia402.drive_settings import DriveSettings
from sutura.hw_drivers.cia402.objects import RPDO1_ID, TPDO1_ID, TPDO2_ID, Index, Nmt
from sutura.hw_drivers.errors import DeviceFault, DeviceLost, MissingExtra

_ABSENT = frozenset({0x06020000, 0x06090011})  # SDO abort codes: no such object, no such subindex
_RPDO1 = (0x60400010, 0x607A0020)
_TPDO1 = (0x60410010, 0x60640020, 0x60770010)
_TPDO2 = (0x606C0020,)


class Entry(NamedTuple):
    """One value of the dictionary; optional: a drive without the object can do its work."""

    object: Index
    subindex: int
    size: int
    value: int
    optional: bool = False


class Sdo:
    """Reads and writes the dictionaries of a row's drives, with the `canopen` library and without its thread."""

    def __init__(self, row: DriveRow, wait_s: float) -> None:
        try:
            import canopen
        except ImportError as error:
            raise MissingExtra(row.link.owner, "can", "canopen") from error
        logging.getLogger("canopen").addHandler(logging.NullHandler())  # what it says is raised here
        self._row = row
        self._errors = canopen.SdoAbortedError
        self._silence = canopen.SdoCommunicationError
        self._network = canopen.Network(row.link.bus)
        self._clients = {}
        for drive in row.drives:
            node = self._network.add_node(drive.node, canopen.ObjectDictionary())
            node.sdo.RESPONSE_TIMEOUT = wait_s
            node.sdo.responses = _Responses(self._hear)
            self._clients[drive.node] = node.sdo
        row.other = self._network.notify

    def read(self, node: int, index: Index, subindex: int = 0) -> int:
        """A number of a drive's dictionary. Raises DeviceLost, DeviceFault."""
        data = self._call(node, index, subindex, lambda client: client.upload(index, subindex))
        return int.from_bytes(data, "little")

    def write(self, node: int, entry: Entry) -> None:
        """Write a value. Raises DeviceLost, DeviceFault."""
        data = (entry.value & ((1 << 8 * entry.size) - 1)).to_bytes(entry.size, "little")
        index, subindex = entry.object, entry.subindex
        self._call(node, index, subindex, lambda client: client.download(index, subindex, data), entry.optional)

    def close(self) -> None:
        """Hear answers no more."""
        self._row.other = None

    def _hear(self, wait_s: float) -> None:
        self._row.beat(self._row.now())
        self._row.hear(wait_s)

    def _call(
        self, node: int, index: Index, subindex: int, call: Callable[..., bytes], optional: bool = False
    ) -> bytes:
        owner, what = self._row.link.owner, f"object 0x{index:04X}:{subindex:02X} ({index.name.lower()})"
        try:
            return call(self._clients[node]) or b""
        except self._silence as error:
            where = self._row.link.address
            raise DeviceLost(owner, f"drive {node} does not answer on {where}: {what}: {error}") from error
        except self._errors as error:
            if optional and error.code in _ABSENT:
                return b""
            raise DeviceFault(owner, f"drive {node} refuses {what}: {error}") from error


class _Responses(queue.Queue[bytes]):
    """The queue of an SDO client, which hears the bus while it waits: no thread fills it."""

    def __init__(self, hear: Callable[[float], None]) -> None:
        super().__init__()
        self._hear = hear

    def empty(self) -> bool:
        """Before a request: what came too late for the one before is let go."""
        while self.qsize():
            self.get_nowait()
        return True

    def get(self, block: bool = True, timeout: float | None = None) -> bytes:
        end = monotonic() + (timeout or 0.0)
        while not self.qsize() and block and (left := end - monotonic()) > 0.0:
            self._hear(left)
        return super().get(block=False)


def set_up(row: DriveRow, settings: Sequence[DriveSettings], wait_s: float) -> None:
    """Check every drive and tell it all it must know, then let it exchange process data.

    wait_s [s]: for each answer. Raises DeviceLost, DeviceFault, MissingExtra.
    """
    sdo = Sdo(row, wait_s)
    try:
        row.nmt(Nmt.PRE_OPERATIONAL)
        for drive, setting in zip(row.drives, settings, strict=True):
            _check(sdo, row.link.owner, drive.node)
            for entry in (*_drive_entries(setting), *_process_data(drive.node, setting.velocity)):
                sdo.write(drive.node, entry)
            drive.has_status = drive.lost_setup = False
        row.nmt(Nmt.START)
        for drive, setting in zip(row.drives, settings, strict=True):
            sdo.write(drive.node, _watch_us(setting))
    finally:
        sdo.close()


def rated_torques(row: DriveRow, wait_s: float) -> tuple[int, ...]:
    """The rated torque of each motor [mNm]."""
    sdo = Sdo(row, wait_s)
    try:
        return tuple(sdo.read(drive.node, Index.RATED_TORQUE) for drive in row.drives)
    finally:
        sdo.close()


def _check(sdo: Sdo, owner: str, node: int) -> None:
    profile = sdo.read(node, Index.DEVICE_TYPE) & 0xFFFF
    if profile != objects.CIA_402:
        raise DeviceFault(owner, f"node {node} is no drive of profile CiA 402: its profile is {profile}")
    if not sdo.read(node, Index.SUPPORTED_MODES) & objects.CSP_SUPPORTED:
        raise DeviceFault(owner, f"drive {node} has no cyclic synchronous position mode")


def _drive_entries(s: DriveSettings) -> Iterator[Entry]:
    low, high = s.limits
    yield Entry(Index.CONSUMER_HEARTBEAT, 1, 4, 0)  # it watches us from the moment that all are set up
    yield Entry(Index.PRODUCER_HEARTBEAT, 0, 2, round(s.producer_heartbeat * 1e3))
    yield Entry(Index.SYNC_PERIOD, 0, 4, round(s.sync_period * 1e6), optional=True)
    yield Entry(Index.INTERPOLATION_PERIOD, 1, 1, round(s.sync_period * 1e3))
    yield Entry(Index.INTERPOLATION_PERIOD, 2, 1, -3)
    yield Entry(Index.MODE, 0, 1, objects.CYCLIC_SYNCHRONOUS_POSITION)
    yield Entry(Index.ABORT_CONNECTION_OPTION, 0, 2, objects.ON_LOSS_QUICK_STOP)
    yield Entry(Index.QUICK_STOP_OPTION, 0, 2, objects.QUICK_STOP_THEN_OFF)
    yield Entry(Index.FAULT_REACTION_OPTION, 0, 2, objects.ON_FAULT_RAMP, optional=True)
    yield Entry(Index.QUICK_STOP_DECELERATION, 0, 4, s.deceleration)
    yield Entry(Index.POSITION_LIMITS, 1, 4, low)
    yield Entry(Index.POSITION_LIMITS, 2, 4, high)
    if s.following_error is not None:
        yield Entry(Index.FOLLOWING_ERROR_WINDOW, 0, 4, s.following_error)
        yield Entry(Index.FOLLOWING_ERROR_TIMEOUT, 0, 2, round(s.following_timeout * 1e3))


def _process_data(node: int, velocity: bool) -> Iterator[Entry]:
    pairs = [
        (Index.RPDO1_COMMUNICATION, Index.RPDO1_MAPPING, RPDO1_ID + node, _RPDO1),
        (Index.TPDO1_COMMUNICATION, Index.TPDO1_MAPPING, TPDO1_ID + node, _TPDO1),
    ]
    if velocity:
        pairs.append((Index.TPDO2_COMMUNICATION, Index.TPDO2_MAPPING, TPDO2_ID + node, _TPDO2))
    else:
        yield Entry(Index.TPDO2_COMMUNICATION, 1, 4, objects.NOT_VALID | TPDO2_ID + node, optional=True)
    for communication, mapping, identifier, mapped in pairs:
        yield Entry(communication, 1, 4, objects.NOT_VALID | identifier)
        yield Entry(communication, 2, 1, 1)  # synchronous, at every SYNC
        yield Entry(mapping, 0, 1, 0)
        for number, entry in enumerate(mapped, 1):
            yield Entry(mapping, number, 4, entry)
        yield Entry(mapping, 0, 1, len(mapped))
        yield Entry(communication, 1, 4, identifier)


def _watch_us(s: DriveSettings) -> Entry:
    return Entry(Index.CONSUMER_HEARTBEAT, 1, 4, s.master << 16 | round(s.consumer_heartbeat * 1e3))
