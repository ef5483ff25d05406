"""The interface of everything that moves; the base checks, a driver acts."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import Enum
from typing import ClassVar

from sutura.hw_drivers.capabilities import Capabilities, StopCategory
from sutura.hw_drivers.context import DriverContext, DriverOptions, read_options
from sutura.hw_drivers.errors import CommandRefused, DeviceFault, WrongState
from sutura.hw_drivers.joints import ActuatedJoints
from sutura.kinematics.joint_motion import JointMotion
from sutura.messages import JointCommand, JointState

_LONGEST_STEP_NS = 10_000_000  # a pause buys no leap
_OFF_GRID_NS = 3_000_000  # a command this far from where the grid has it begins a new one
_SMOOTHING = 32  # commands over which the jitter of their times is spread
_SMOOTHING_OF_PERIOD = 2 * _SMOOTHING**2
_STALE_NS = 500_000_000  # from gesture to motor; permits and commands run out far sooner
_AHEAD_NS = 30_000_000  # how far the times of commands may run ahead of the clock's pace


class DriverState(Enum):
    """The states of an actuator driver and, by their order, its life."""

    CLOSED = "closed"
    DISABLED = "disabled"
    ENABLED = "enabled"


class ActuatorDriver(ABC):
    """SI units in and out. A driver implements `_open`, `_enable`, `_read`, `_write`, `_stop`, `_close`.

    closed → open() → disabled → enable() → enabled → stop(category) → enabled (HOLD) or disabled → close().
    Every public call checks the state; `write` also checks names, finiteness and position limits, and limits
    speed and acceleration, so that no driver can forget it. One thread owns a driver.

    limited_writes: how many were limited; limited: what the newest one was limited by, `joint_speed` or
    `joint_acceleration`, and the joint; None if nothing.
    """

    Options: ClassVar[type[DriverOptions]] = DriverOptions
    capabilities: ClassVar[Capabilities]

    def __init__(self, joints: ActuatedJoints, options: Mapping[str, object], context: DriverContext) -> None:
        self.joints = joints
        self.context = context
        self.options = read_options(type(self).__name__, self.Options, options)
        self.state = DriverState.CLOSED
        self.limited_writes = 0
        self.limited: tuple[str, str] | None = None
        self._motion = JointMotion(joints.bounds())
        self._is_placed = False
        self._moment = 0
        self._period = 0
        self._seen = 0
        self._since = 0
        self._wrote_at = 0
        self._credit = 0

    @property
    def name(self) -> str:
        """The driver's name in messages to people."""
        return f"{type(self).__name__} of {self.context.name}"

    @property
    def velocity(self) -> tuple[float, ...]:
        """How fast the commanded joints move [rad/s, m/s]: feed-forward for a device that takes it."""
        return self._motion.velocity

    @property
    def is_homed(self) -> bool:
        """Whether joint positions are absolute. A driver that must find its zero overrides it."""
        return True

    @property
    def is_busy(self) -> bool:
        """Whether homing is under way; `read` carries it on. A driver that must find its zero overrides it."""
        return False

    def open(self) -> None:
        """Take the device, without power. Opening twice changes nothing. Raises DeviceLost."""
        if self.state is DriverState.CLOSED:
            self._open()
            self.state = DriverState.DISABLED

    def enable(self) -> None:
        """Power the motors; they hold where they are. Raises DeviceFault."""
        self._require("enable", DriverState.DISABLED, DriverState.ENABLED)
        if self.state is DriverState.DISABLED:
            self._enable()
            self.state = DriverState.ENABLED
            self._is_placed = False

    def home(self) -> None:
        """Begin to find the zero of every joint; returns at once. Raises DeviceFault.

        `is_busy` until it is done, then `is_homed`; if it fails, `read` raises DeviceFault. `stop` ends it.
        """
        self._require("home", DriverState.ENABLED)
        if not self.is_busy:
            self._is_placed = False
            self._home()

    def read(self) -> JointState:
        """The measured joints, jaw last. Raises DeviceLost, DeviceFault."""
        self._require("read", DriverState.DISABLED, DriverState.ENABLED)
        joints = self._read()
        if self.context.disturbance is not None:
            joints = self.context.disturbance(joints)
        if not all(map(math.isfinite, joints.position)):
            raise DeviceFault(self.name, f"measured positions that are not finite: {joints.position}")
        return joints

    def write(self, command: JointCommand, at: int = 0) -> JointCommand:
        """Move to the commanded positions as far as the limits allow; returns what was really sent.

        at [ns]: when the motion was made that the command belongs to, its origin, so that no delay on the way
        counts as speed; now, if 0. The first write after `enable` is limited from where the arm is measured.

        A command of a gesture more than half a second old is refused: what waited so long is not meant any more.

        Raises CommandRefused (nothing was sent), DeviceLost, DeviceFault.
        """
        if self.state is not DriverState.ENABLED:
            self._require("write", DriverState.ENABLED)
        if command.name != self.joints.names:
            raise CommandRefused(self.name, f"expected joints {self.joints.names}, came {command.name}")
        if not self._is_placed:
            self._check(command)
            self._motion.rest_at(self.read().position)
            self._is_placed = True
        positions, dt = command.position, self._time_step(at)
        if self._motion.follow(positions, dt):
            self.limited = None
        else:
            positions = self._limit(command, dt)
        sent = self._write(positions)
        if sent is not positions:
            self._motion.was_sent(sent)
        return command if sent is command.position else JointCommand(self.joints.names, sent)

    def stop(self, category: StopCategory) -> None:
        """Stop in the given way; allowed in every open state, and more than once."""
        self._require("stop", DriverState.DISABLED, DriverState.ENABLED)
        if self.state is DriverState.ENABLED:
            self._motion.rest_at(self._motion.position)
            self._stop(category)
        if category is not StopCategory.HOLD:
            self.state = DriverState.DISABLED

    def close(self) -> None:
        """Stop, remove power and give the device back. Closing twice changes nothing."""
        if self.state is DriverState.CLOSED:
            return
        try:
            if self.state is DriverState.ENABLED:
                self.stop(StopCategory.CONTROLLED)
        finally:
            self._close()
            self.state = DriverState.CLOSED

    @classmethod
    def rescue(cls, options: Mapping[str, object], context: DriverContext) -> None:
        """Bring the device to a safe stop from outside, when the process that held it is gone."""

    @classmethod
    def has_rescue(cls) -> bool:
        """Whether this driver has a `rescue` of its own."""
        return "rescue" in {name for kind in cls.__mro__[:-1] if kind is not ActuatorDriver for name in vars(kind)}

    def _limit(self, command: JointCommand, dt: float) -> tuple[float, ...]:
        self._check(command)
        positions = self._motion.approach(command.position, dt)
        found = self._motion.limited
        self.limited = (found[0], self.joints.names[found[1]]) if found else None
        self.limited_writes += found is not None
        return positions

    def _check(self, command: JointCommand) -> None:
        joints = self.joints
        for name, value, low, high in zip(joints.names, command.position, joints.lower, joints.upper, strict=True):
            if not math.isfinite(value):
                raise CommandRefused(self.name, f"{name} is {value}")
            if not low <= value <= high:
                raise CommandRefused(self.name, f"{name} is {value:.6g}, limits {low:.6g} … {high:.6g}")

    def _time_step(self, at: int) -> float:
        """The time since the last write [s] by the commands' own times, which keep the pace of the clock."""
        now = self.context.now()
        if at and now - at > _STALE_NS:
            raise CommandRefused(self.name, f"it belongs to a gesture of {(now - at) * 1e-9:.3g} s ago")
        step, credit = (at or now) - self._moment, self._credit + now - self._wrote_at
        if at:
            step = self._on_grid(step)
        moment = self._moment + step if step > 0 else at or now
        if credit > _AHEAD_NS:
            credit = _AHEAD_NS
        if step > _LONGEST_STEP_NS:
            step = _LONGEST_STEP_NS
        if step > credit:
            step = credit
        if step < 0:
            step = 0
        self._credit, self._wrote_at, self._moment = credit - step, now, moment
        return step * 1e-9

    def _on_grid(self, step: int) -> int:
        """A step of the commands' times freed of most of its jitter: readings are taken on a grid, but not exactly.

        An alpha-beta filter of the time, once the period is known; what one step is too short the next make good.
        """
        off = step - self._period
        if self._seen == _SMOOTHING and -_OFF_GRID_NS < off < _OFF_GRID_NS:
            smoothed = self._period + off // _SMOOTHING
            self._period += off // _SMOOTHING_OF_PERIOD
            return smoothed
        if self._seen == _SMOOTHING or not 0 < step < _LONGEST_STEP_NS:
            self._seen = self._since = 0
            return step
        self._since += step
        self._seen += 1
        self._period = self._since // self._seen
        return step

    def _require(self, call: str, *allowed: DriverState) -> None:
        if self.state not in allowed:
            expected = " or ".join(state.value for state in allowed)
            raise WrongState(self.name, call, expected, self.state.value)

    @abstractmethod
    def _open(self) -> None: ...

    @abstractmethod
    def _enable(self) -> None: ...

    def _home(self) -> None:
        """Devices with absolute encoders are homed already."""

    @abstractmethod
    def _read(self) -> JointState: ...

    @abstractmethod
    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        """Send checked positions [rad or m], in the order of `joints.names`; returns what the device got."""

    @abstractmethod
    def _stop(self, category: StopCategory) -> None: ...

    @abstractmethod
    def _close(self) -> None: ...
