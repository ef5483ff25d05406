"""The power stage of an emulated drive: the state machine of CiA 402, its motor, and what it does by itself."""

from __future__ import annotations

from collections.abc import Callable

from sutura.hw_drivers.cia402 import objects, states
from sutura.hw_drivers.cia402.emulated_dictionary import Dictionary
from sutura.hw_drivers.cia402.objects import Emergency, Index
from sutura.hw_drivers.cia402.states import PowerState
from sutura.hw_drivers.emulated_motor import EmulatedMotor

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
_NO_WINDOW = 0xFFFF_FFFF


class EmulatedPower:
    """State and motion of one drive; say: sends an emergency. broken: a fault that no reset clears."""

    def __init__(self, motor: EmulatedMotor, dictionary: Dictionary, say: Callable[[int], None]) -> None:
        self.motor = motor
        self.broken = False
        self.state = PowerState.SWITCH_ON_DISABLED
        self._dictionary = dictionary
        self._say = say
        self._word = 0
        self._off_since: int | None = None

    def control(self, word: int) -> None:
        """Obey a controlword."""
        before, last = self.state, self._word
        self._word = word
        if before is PowerState.FAULT and self.broken:
            return
        state = states.after(before, last, word)
        if state is before:
            return
        if state is PowerState.OPERATION_ENABLED:
            if self._dictionary.signed(Index.MODE) != objects.CYCLIC_SYNCHRONOUS_POSITION:
                return
            self.motor.hold()
        if before is PowerState.FAULT:
            self._say(Emergency.NONE)
        self.state = state

    def aim(self, target: int) -> None:
        """The position [counts] to be at by the next SYNC, within the limits."""
        dictionary = self._dictionary
        if self.state is not PowerState.OPERATION_ENABLED:
            return
        low, high = (dictionary.signed(Index.POSITION_LIMITS, side) for side in (1, 2))
        exponent = dictionary.signed(Index.INTERPOLATION_PERIOD, 2)
        period = dictionary.number(Index.INTERPOLATION_PERIOD, 1) * 10.0**exponent
        self.motor.aim(min(max(target, low), high), period)

    def fail(self, code: int) -> None:
        """A fault: the power stage switches off."""
        self._dictionary.put(Index.ERROR_CODE, code)
        self.state = PowerState.FAULT
        self._say(code)

    def lose_connection(self) -> None:
        """The master is gone: what the abort connection option code says."""
        if self.state is not PowerState.OPERATION_ENABLED:
            return
        match self._dictionary.signed(Index.ABORT_CONNECTION_OPTION):
            case 1:
                self.fail(Emergency.HEARTBEAT)
            case 2:
                self.state = PowerState.SWITCH_ON_DISABLED
            case objects.ON_LOSS_QUICK_STOP:
                self.state = PowerState.QUICK_STOP_ACTIVE

    def step(self, now: int, dt: float) -> None:
        """Move for dt [s], and see whether the motor follows."""
        motor = self.motor
        if self.state is PowerState.OPERATION_ENABLED:
            motor.follow(dt)
            self._watch_following(now)
        elif self.state is PowerState.QUICK_STOP_ACTIVE:
            rests = motor.brake(self._dictionary.number(Index.QUICK_STOP_DECELERATION), dt)
            if rests and self._dictionary.signed(Index.QUICK_STOP_OPTION) == objects.QUICK_STOP_THEN_OFF:
                self.state = PowerState.SWITCH_ON_DISABLED
        else:
            motor.brake(_BRAKE * motor.acceleration, dt)
            self._off_since = None

    def _watch_following(self, now: int) -> None:
        window = self._dictionary.number(Index.FOLLOWING_ERROR_WINDOW)
        if window == _NO_WINDOW or abs(self.motor.demand - self.motor.position) <= window:
            self._off_since = None
        elif self._off_since is None:
            self._off_since = now
        elif now - self._off_since > self._dictionary.number(Index.FOLLOWING_ERROR_TIMEOUT) * 1_000_000:
            self.fail(Emergency.FOLLOWING_ERROR)

    def show(self) -> None:
        """Put what it would tell into the dictionary."""
        word = _STATUS[self.state] | _REMOTE | _VOLTAGE_ENABLED
        follows = _FOLLOWS if self.state is PowerState.OPERATION_ENABLED else 0
        self._dictionary.put(Index.STATUSWORD, word | follows)
        self._dictionary.put(Index.ACTUAL_POSITION, round(self.motor.position))
        self._dictionary.put(Index.ACTUAL_VELOCITY, round(self.motor.velocity))
        self._dictionary.put(Index.ACTUAL_TORQUE, round(1000 * self.motor.torque))
