"""The interface of everything that moves; the base checks, a driver acts."""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import Enum
from operator import le, sub
from typing import ClassVar

from sutura.hw_drivers.capabilities import Capabilities, StopCategory
from sutura.hw_drivers.context import DriverContext, DriverOptions, read_options
from sutura.hw_drivers.errors import CommandRefused, DeviceFault, WrongState
from sutura.hw_drivers.joints import ActuatedJoints
from sutura.messages import JointCommand, JointState


class DriverState(Enum):
    """The states of an actuator driver and, by their order, its life."""

    CLOSED = "closed"
    DISABLED = "disabled"
    ENABLED = "enabled"


class ActuatorDriver(ABC):
    """SI units in and out. A driver implements `_open`, `_enable`, `_read`, `_write`, `_stop`, `_close`.

    closed → open() → disabled → enable() → enabled → stop(category) → enabled (HOLD) or disabled → close().
    Every public call checks the state; `write` also checks names, finiteness and position limits, and limits
    the speed, so that no driver can forget it. One thread owns a driver.
    """

    Options: ClassVar[type[DriverOptions]] = DriverOptions
    capabilities: ClassVar[Capabilities]

    def __init__(self, joints: ActuatedJoints, options: Mapping[str, object], context: DriverContext) -> None:
        self.joints = joints
        self.context = context
        self.options = read_options(type(self).__name__, self.Options, options)
        self.state = DriverState.CLOSED
        self.limited_writes = 0
        self._sent: tuple[float, ...] | None = None
        self._sent_at = 0

    @property
    def name(self) -> str:
        """The driver's name in messages to people."""
        return f"{type(self).__name__} of {self.context.name}"

    @property
    def is_homed(self) -> bool:
        """Whether joint positions are absolute. A driver that must find its zero overrides it."""
        return True

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
            self._sent = None

    def home(self) -> None:
        """Find the zero of every joint."""
        self._require("home", DriverState.ENABLED)
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

    def write(self, command: JointCommand) -> JointCommand:
        """Move to the commanded positions, at the joints' speed limits at most; returns what was really sent.

        The first write after `enable` is limited from where the arm is measured.

        Raises CommandRefused (nothing was sent), DeviceLost, DeviceFault.
        """
        self._require("write", DriverState.ENABLED)
        positions = self._checked(command)
        now = self.context.now()
        before = self._sent if self._sent is not None else self.read().position
        positions = self._slowed(positions, before, (now - self._sent_at) * 1e-9)
        sent = self._write(positions)
        self._sent, self._sent_at = sent, now
        return JointCommand(self.joints.names, sent)

    def stop(self, category: StopCategory) -> None:
        """Stop in the given way; allowed in every open state, and more than once."""
        self._require("stop", DriverState.DISABLED, DriverState.ENABLED)
        if self.state is DriverState.ENABLED:
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

    def _checked(self, command: JointCommand) -> tuple[float, ...]:
        joints = self.joints
        if command.name != joints.names:
            raise CommandRefused(self.name, f"expected joints {joints.names}, came {command.name}")
        positions = command.position
        if (
            all(map(math.isfinite, positions))
            and all(map(le, joints.lower, positions))
            and all(map(le, positions, joints.upper))
        ):
            return positions
        for name, value, low, high in zip(joints.names, positions, joints.lower, joints.upper, strict=True):
            if not math.isfinite(value):
                raise CommandRefused(self.name, f"{name} is {value}")
            if not low <= value <= high:
                raise CommandRefused(self.name, f"{name} is {value:.6g}, limits {low:.6g} … {high:.6g}")
        return positions

    def _slowed(self, to: tuple[float, ...], sent: tuple[float, ...], dt: float) -> tuple[float, ...]:
        """Limit each joint to its speed; gaps count as 10 ms at most, so that a pause buys no leap."""
        dt = min(dt, 0.01)
        most = [speed * dt for speed in self.joints.velocity]
        if all(map(le, map(abs, map(sub, to, sent)), most)):
            return to
        self.limited_writes += 1
        return tuple(map(_towards, sent, to, most))

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


def _towards(at: float, to: float, most: float) -> float:
    """From `at` in the direction of `to`, by `most` at most."""
    step = to - at
    return at + math.copysign(most, step) if abs(step) > most else to
