"""An emulated CiA 402 drive on its bus: NMT, SDO, mapped process data at SYNC, heartbeats and emergencies."""

from __future__ import annotations

import struct
from collections.abc import Callable

from canopen.sdo import SdoServer

from sutura.hw_drivers.cia402 import objects
from sutura.hw_drivers.cia402.emulated_dictionary import Dictionary
from sutura.hw_drivers.cia402.emulated_power import EmulatedPower
from sutura.hw_drivers.cia402.objects import Emergency, Index, Nmt
from sutura.hw_drivers.emulated_motor import EmulatedMotor

Send = Callable[[int, bytes], None]
SDO_REQUEST_ID, SDO_ANSWER_ID = 0x600, 0x580
_TPDOS = (
    (Index.TPDO1_COMMUNICATION, Index.TPDO1_MAPPING, objects.TPDO1_ID),
    (Index.TPDO2_COMMUNICATION, Index.TPDO2_MAPPING, objects.TPDO2_ID),
)
_SYNCHRONOUS = range(1, 241)  # transmission types
_AFTER_NMT = {
    Nmt.START: objects.OPERATIONAL,
    Nmt.STOP: objects.STOPPED,
    Nmt.PRE_OPERATIONAL: objects.PRE_OPERATIONAL,
}


class _Sender:
    """What the SDO server sends its answers with."""

    def __init__(self, send: Send) -> None:
        self.send_message = send


class EmulatedDrive:
    """One node. Times are [ns] of the emulator's clock."""

    def __init__(self, node: int, motor: EmulatedMotor, rated_torque: int, send: Send) -> None:
        self.node = node
        self.dictionary = Dictionary(node, rated_torque)
        self.dictionary.on_write = self._written
        self.power = EmulatedPower(motor, self.dictionary, self._say)
        self._send = send
        self._sdo = SdoServer(SDO_REQUEST_ID + node, SDO_ANSWER_ID + node, self.dictionary)
        self._sdo.network = _Sender(send)
        self._nmt = objects.PRE_OPERATIONAL
        self._pending = b""
        self._beat_at = 0
        self._master_at: int | None = None

    def boot(self) -> None:
        """Say that it has started."""
        self._nmt = objects.PRE_OPERATIONAL
        self._send(objects.HEARTBEAT_ID + self.node, bytes([objects.BOOT_UP]))

    def step(self, now: int, dt: float) -> None:
        """Go on for dt [s]."""
        self._watch_master(now)
        self._beat(now)
        self.power.step(now, dt)

    def take(self, identifier: int, data: bytes, now: int) -> None:
        """A frame of the bus."""
        if identifier == objects.SYNC_ID:
            self._on_sync()
        elif identifier == objects.RPDO1_ID + self.node:
            self._pending = data if self._exchanges(Index.RPDO1_COMMUNICATION) else b""
        elif identifier == SDO_REQUEST_ID + self.node:
            if self._nmt != objects.STOPPED and len(data) == 8:
                self.power.show()
                self._sdo.on_request(identifier, bytearray(data), 0.0)
        elif identifier == objects.NMT_ID:
            self._on_nmt(data)
        elif identifier == objects.HEARTBEAT_ID + self._master:
            self._master_at = now

    @property
    def _master(self) -> int:
        """The node whose heartbeat it watches."""
        return self.dictionary.number(Index.CONSUMER_HEARTBEAT, 1) >> 16 & 0x7F

    # Process data -------------------------------------------------------------------------------------------------

    def _exchanges(self, communication: Index) -> bool:
        """Whether it takes or sends this kind of process data at SYNC."""
        is_off = self.dictionary.number(communication, 1) & objects.NOT_VALID
        is_synchronous = self.dictionary.number(communication, 2) in _SYNCHRONOUS
        return self._nmt == objects.OPERATIONAL and is_synchronous and not is_off

    def _mapped(self, mapping: Index) -> list[tuple[int, int, int]]:
        """Index, subindex and size [bytes] of each object in a kind of process data."""
        entries = (self.dictionary.number(mapping, k + 1) for k in range(self.dictionary.number(mapping)))
        return [(entry >> 16, entry >> 8 & 0xFF, (entry & 0xFF) // 8) for entry in entries]

    def _on_sync(self) -> None:
        data, self._pending = self._pending, b""
        for index, subindex, size in self._mapped(Index.RPDO1_MAPPING) if data else ():
            if len(data) >= size:
                self.dictionary.set_data(index, subindex, data[:size])
                data = data[size:]
        for communication, mapping, identifier in _TPDOS:
            if self._exchanges(communication):
                self.power.show()
                rows = (self.dictionary.get_data(*entry[:2]) for entry in self._mapped(mapping))
                self._send(identifier + self.node, b"".join(rows))

    def _written(self, index: int, subindex: int) -> None:
        """A value came over the bus."""
        if index == Index.CONTROLWORD:
            self.power.control(self.dictionary.number(index))
        elif index == Index.TARGET_POSITION:
            self.power.aim(self.dictionary.signed(index))
        elif index == Index.MODE:
            self.dictionary.put(Index.MODE_DISPLAY, self.dictionary.number(index))
        elif index == Index.CONSUMER_HEARTBEAT:
            self._master_at = None

    # The network --------------------------------------------------------------------------------------------------

    def _on_nmt(self, data: bytes) -> None:
        if len(data) < 2 or data[1] not in (0, self.node) or data[0] not in set(Nmt):
            return
        if data[0] in (Nmt.RESET_NODE, Nmt.RESET_COMMUNICATION):
            self._lose_master()
            self.boot()
        elif (state := _AFTER_NMT.get(Nmt(data[0]))) is not None:
            if state != objects.OPERATIONAL and self._nmt == objects.OPERATIONAL:
                self.power.lose_connection()
            self._nmt = state

    def _watch_master(self, now: int) -> None:
        limit = self.dictionary.number(Index.CONSUMER_HEARTBEAT, 1) & 0xFFFF
        if limit and self._master_at is not None and now - self._master_at > limit * 1_000_000:
            self._lose_master()
            self._say(Emergency.HEARTBEAT)

    def _lose_master(self) -> None:
        self._master_at = None
        self.power.lose_connection()

    def _beat(self, now: int) -> None:
        period = self.dictionary.number(Index.PRODUCER_HEARTBEAT) * 1_000_000
        if period and now - self._beat_at >= period:
            self._beat_at = now
            self._send(objects.HEARTBEAT_ID + self.node, bytes([self._nmt]))

    def _say(self, code: int) -> None:
        register = 1 if code else 0
        self.dictionary.put(Index.ERROR_REGISTER, register)
        self._send(objects.EMCY_ID + self.node, struct.pack("<HB5x", code, register))
