"""An emulated CiA 402 drive: NMT, SDO, process data, SYNC, heartbeats, emergencies, state machine and motion."""

from __future__ import annotations

import struct
from collections.abc import Callable

from canopen.sdo import SdoServer

from sutura.hw_drivers.cia402 import objects, states
from sutura.hw_drivers.cia402.emulated_dictionary import Dictionary
from sutura.hw_drivers.cia402.objects import Emergency, Index, Nmt
from sutura.hw_drivers.cia402.remote_drive import RPDO1, TPDO1, TPDO2
from sutura.hw_drivers.cia402.states import PowerState
from sutura.hw_drivers.emulated_motor import EmulatedMotor

Send = Callable[[int, bytes], None]
SDO_REQUEST_ID, SDO_ANSWER_ID = 0x600, 0x580
_VOLTAGE_ENABLED, _REMOTE, _FOLLOWS = 1 << 4, 1 << 9, 1 << 12
_STATUS = {
    PowerState.NOT_READY: 0x00,
    PowerState.SWITCH_ON_DISABLED: 0x40,
    PowerState.READY: 0x21,
    PowerState.SWITCHED_ON: 0x23,
    PowerState.OPERATION_ENABLED: 0x27,
    PowerState.QUICK_STOP_ACTIVE: 0x07,
    PowerState.FAULT_REACTION: 0x0F,
    PowerState.FAULT: 0x08,
}
_BRAKE = 50.0  # how much harder the mechanical brake bites than the motor
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
    """One node. Times are [ns] of the emulator's clock; broken: an emergency code that a reset does not clear."""

    def __init__(self, node: int, motor: EmulatedMotor, rated_torque: int, send: Send) -> None:
        self.node = node
        self.motor = motor
        self.broken = 0
        self.state = PowerState.SWITCH_ON_DISABLED
        self._send = send
        self._dictionary = Dictionary(node, rated_torque)
        self._dictionary.on_write = self._written
        self._sdo = SdoServer(SDO_REQUEST_ID + node, SDO_ANSWER_ID + node, self._dictionary)
        self._sdo.network = _Sender(send)
        self._nmt = objects.PRE_OPERATIONAL
        self._word = 0
        self._pending: tuple[int, int] | None = None
        self._beat_at = 0
        self._master_at: int | None = None
        self._off_since: int | None = None

    @property
    def has_power(self) -> bool:
        """Whether its motor is held or moved by current."""
        return self.state.moves

    def boot(self) -> None:
        """Say that it has started."""
        self._nmt = objects.PRE_OPERATIONAL
        self._send(objects.HEARTBEAT_ID + self.node, bytes([objects.BOOT_UP]))

    # What comes over the bus --------------------------------------------------------------------------------------

    def take(self, identifier: int, data: bytes, now: int) -> None:
        """A frame of the bus."""
        if identifier == objects.SYNC_ID:
            self._on_sync()
        elif identifier == objects.RPDO1_ID + self.node:
            if self._exchanges(Index.RPDO1_COMMUNICATION) and len(data) >= RPDO1.size:
                self._pending = RPDO1.unpack_from(data)
        elif identifier == SDO_REQUEST_ID + self.node:
            if self._nmt != objects.STOPPED and len(data) == 8:
                self._show()
                self._sdo.on_request(identifier, bytearray(data), 0.0)
        elif identifier == objects.NMT_ID:
            self._on_nmt(data)
        elif identifier == objects.HEARTBEAT_ID + self._master:
            self._master_at = now

    @property
    def _master(self) -> int:
        return self._dictionary.number(Index.CONSUMER_HEARTBEAT, 1) >> 16 & 0x7F

    def _exchanges(self, communication: Index) -> bool:
        """Whether it takes or sends this kind of process data."""
        is_off = self._dictionary.number(communication, 1) & objects.NOT_VALID
        return self._nmt == objects.OPERATIONAL and not is_off

    def _on_nmt(self, data: bytes) -> None:
        if len(data) < 2 or data[1] not in (0, self.node) or data[0] not in set(Nmt):
            return
        if data[0] in (Nmt.RESET_NODE, Nmt.RESET_COMMUNICATION):
            self._lose_master()
            self.boot()
        elif (state := _AFTER_NMT.get(Nmt(data[0]))) is not None:
            if state != objects.OPERATIONAL and self._nmt == objects.OPERATIONAL:
                self._abort_connection()
            self._nmt = state

    def _on_sync(self) -> None:
        if self._nmt != objects.OPERATIONAL:
            return
        if self._pending is not None:
            self._control(self._pending[0])
            self._aim(self._pending[1])
            self._pending = None
        if self._exchanges(Index.TPDO1_COMMUNICATION):
            torque = round(1000 * self.motor.torque)
            data = TPDO1.pack(self.statusword, round(self.motor.position), torque)
            self._send(objects.TPDO1_ID + self.node, data)
        if self._exchanges(Index.TPDO2_COMMUNICATION):
            self._send(objects.TPDO2_ID + self.node, TPDO2.pack(round(self.motor.velocity)))

    @property
    def statusword(self) -> int:
        """What it tells of itself."""
        word = _STATUS[self.state] | _REMOTE | _VOLTAGE_ENABLED
        return word | _FOLLOWS if self.state is PowerState.OPERATION_ENABLED else word

    def _aim(self, target: int) -> None:
        dictionary = self._dictionary
        if self.state is not PowerState.OPERATION_ENABLED:
            return
        low, high = (dictionary.signed(Index.POSITION_LIMITS, side) for side in (1, 2))
        exponent = dictionary.signed(Index.INTERPOLATION_PERIOD, 2)
        period = dictionary.number(Index.INTERPOLATION_PERIOD, 1) * 10.0**exponent
        self.motor.aim(min(max(target, low), high), period)

    def _control(self, word: int) -> None:
        before = self.state
        if before is PowerState.FAULT and self.broken:
            self._word = word
            return
        state = states.after(before, self._word, word)
        self._word = word
        if state is PowerState.OPERATION_ENABLED and self._dictionary.signed(Index.MODE) != (
            objects.CYCLIC_SYNCHRONOUS_POSITION
        ):
            return
        if state is not before and state is PowerState.OPERATION_ENABLED:
            self.motor.hold()
        if before is PowerState.FAULT and state is not before:
            self._say(Emergency.NONE)
        self.state = state

    def _written(self, index: int, subindex: int) -> None:
        """A value came over SDO."""
        if index == Index.CONTROLWORD:
            self._control(self._dictionary.number(index))
        elif index == Index.TARGET_POSITION:
            self._aim(self._dictionary.signed(index))
        elif index == Index.MODE:
            self._dictionary.put(Index.MODE_DISPLAY, self._dictionary.number(index))
        elif index == Index.CONSUMER_HEARTBEAT:
            self._master_at = None

    # What it does by itself ---------------------------------------------------------------------------------------

    def step(self, now: int, dt: float) -> None:
        """Go on for dt [s]."""
        self._watch_master(now)
        self._beat(now)
        self._move(dt)
        self._watch_following(now)

    def fail(self, code: int) -> None:
        """A fault of the drive: the power stage switches off."""
        self._dictionary.put(Index.ERROR_CODE, code)
        self.state = PowerState.FAULT
        self._say(code)

    def _say(self, code: int) -> None:
        register = 1 if code else 0
        self._dictionary.put(Index.ERROR_REGISTER, register)
        self._send(objects.EMCY_ID + self.node, struct.pack("<HB5x", code, register))

    def _watch_master(self, now: int) -> None:
        limit = self._dictionary.number(Index.CONSUMER_HEARTBEAT, 1) & 0xFFFF
        if limit and self._master_at is not None and now - self._master_at > limit * 1_000_000:
            self._lose_master()
            self._say(Emergency.HEARTBEAT)

    def _lose_master(self) -> None:
        self._master_at = None
        self._abort_connection()

    def _abort_connection(self) -> None:
        if self.state is not PowerState.OPERATION_ENABLED:
            return
        match self._dictionary.signed(Index.ABORT_CONNECTION_OPTION):
            case 1:
                self.fail(Emergency.HEARTBEAT)
            case 2:
                self.state = PowerState.SWITCH_ON_DISABLED
            case 3:
                self.state = PowerState.QUICK_STOP_ACTIVE

    def _beat(self, now: int) -> None:
        period = self._dictionary.number(Index.PRODUCER_HEARTBEAT) * 1_000_000
        if period and now - self._beat_at >= period:
            self._beat_at = now
            self._send(objects.HEARTBEAT_ID + self.node, bytes([self._nmt]))

    def _move(self, dt: float) -> None:
        motor = self.motor
        if self.state is PowerState.OPERATION_ENABLED:
            motor.follow(dt)
        elif self.state is PowerState.QUICK_STOP_ACTIVE:
            rests = motor.brake(self._dictionary.number(Index.QUICK_STOP_DECELERATION), dt)
            if rests and self._dictionary.signed(Index.QUICK_STOP_OPTION) == objects.QUICK_STOP_THEN_OFF:
                self.state = PowerState.SWITCH_ON_DISABLED
        else:
            motor.brake(_BRAKE * motor.acceleration, dt)

    def _watch_following(self, now: int) -> None:
        window = self._dictionary.number(Index.FOLLOWING_ERROR_WINDOW)
        off = abs(self.motor.demand - self.motor.position)
        if self.state is not PowerState.OPERATION_ENABLED or window == 0xFFFF_FFFF or off <= window:
            self._off_since = None
        elif self._off_since is None:
            self._off_since = now
        elif now - self._off_since > self._dictionary.number(Index.FOLLOWING_ERROR_TIMEOUT) * 1_000_000:
            self.fail(Emergency.FOLLOWING_ERROR)

    def _show(self) -> None:
        """Before somebody looks into the dictionary."""
        self._dictionary.put(Index.STATUSWORD, self.statusword)
        self._dictionary.put(Index.ACTUAL_POSITION, round(self.motor.position))
        self._dictionary.put(Index.ACTUAL_VELOCITY, round(self.motor.velocity))
