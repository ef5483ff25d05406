"""A driver on a test rig: how it is made, how it is moved, and what may be done to its device."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sutura.hw_drivers.actuator import ActuatorDriver, DriverState
from sutura.hw_drivers.context import DriverContext
from sutura.hw_drivers.contract.clause import Broken, NotApplicable, require
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.hw_drivers.emulator import DeviceTruth
from sutura.hw_drivers.errors import DriverError
from sutura.hw_drivers.joints import ActuatedJoints
from sutura.hw_drivers.table import load_actuator
from sutura.messages import JointCommand, JointState

_RANGE_SHARE = 0.05  # of a joint's range, and
_SPEED_SHARE = 0.25  # seconds of its speed: how far a joint is moved
_ARRIVES = 0.1  # of the move: this near counts as there
_AWAKE_S = 1.0  # a device may need so long until its first reading
_STILL_S = 0.03


@dataclass
class Rig:
    """What the contract needs of a driver.

    driver: as a topology names it; rate [Hz]: of writes, None: its `max_rate_hz`; duration [s]: of what is held for
    long; stop_bound, homing_bound [s]: within which motion ends, and homing; call_bound [s]: no call may take
    longer, None: half a period; judges_time: whether figures of this machine's clock are judged or only told;
    may_move: whether the device may.
    """

    driver: str
    joints: ActuatedJoints
    options: Mapping[str, object]
    device_dir: Path
    device: EmulatedDevice | None = None
    rate: float | None = None
    duration: float = 60.0
    stop_bound: float = 0.3
    homing_bound: float = 60.0
    call_bound: float | None = None
    judges_time: bool = True
    may_move: bool = True
    memory: dict[str, object] = field(default_factory=dict)  # of what clauses measure together

    @cached_property
    def kind(self) -> type[ActuatorDriver]:
        """The driver's class. Raises UnknownDriver, BadDriver."""
        return load_actuator(self.driver)

    @property
    def period(self) -> float:
        """Between writes [s]."""
        return 1.0 / (self.rate or self.kind.capabilities.max_rate_hz)

    @property
    def patience(self) -> float:
        """The longest that a call may take [s]."""
        return self.period / 2.0 if self.call_bound is None else self.call_bound

    @cached_property
    def moves(self) -> tuple[float, ...]:
        """How far each joint is moved [rad, m]."""
        rows = zip(self.joints.lower, self.joints.upper, self.joints.velocity, strict=True)
        return tuple(min(_RANGE_SHARE * (high - low), _SPEED_SHARE * speed) for low, high, speed in rows)

    def context(self, name: str = "contract") -> DriverContext:
        """Where the driver lives."""
        return DriverContext(name, self.device_dir, time.monotonic_ns)

    def make(self) -> ActuatorDriver:
        """A fresh driver, closed. Raises BadOptions."""
        return self.kind(self.joints, self.options, self.context())

    @contextmanager
    def opened(self) -> Iterator[ActuatorDriver]:
        """A fresh driver, open, that has been heard; closed in the end."""
        driver = self.make()
        driver.open()
        try:
            self.first_reading(driver)
            yield driver
        finally:
            driver.close()

    @contextmanager
    def enabled(self) -> Iterator[ActuatorDriver]:
        """A fresh driver with power."""
        with self.opened() as driver:
            driver.enable()
            yield driver

    def first_reading(self, driver: ActuatorDriver) -> JointState:
        """The first reading of a device that may take a moment to speak. Raises the last error."""
        end = time.monotonic() + _AWAKE_S
        while True:
            try:
                return driver.read()
            except DriverError:
                if time.monotonic() > end:
                    raise
                time.sleep(self.period)

    def positions(self, driver: ActuatorDriver) -> tuple[float, ...]:
        """Where the joints are: as the device is, where that can be seen, else as it says."""
        return self.device.truth().positions if self.device is not None else driver.read().position

    def truth(self) -> DeviceTruth:
        """What is really so. Raises NotApplicable without an emulated device."""
        if self.device is None:
            raise NotApplicable("needs an emulated device that can be looked at")
        return self.device.truth()

    # Moving -------------------------------------------------------------------------------------------------------

    def command(self, positions: tuple[float, ...]) -> JointCommand:
        """A command to all joints."""
        return JointCommand(self.joints.names, positions)

    def goal(self, start: tuple[float, ...], joint: int, share: float = 1.0) -> tuple[float, ...]:
        """A joint moved from where it is, to the side where it has more room."""
        low, high = self.joints.lower[joint], self.joints.upper[joint]
        side = 1.0 if start[joint] < 0.5 * (low + high) else -1.0
        there = start[joint] + side * share * self.moves[joint]
        inside = [
            min(max(x, lo), hi) for x, lo, hi in zip(start, self.joints.lower, self.joints.upper, strict=True)
        ]
        return (*inside[:joint], min(max(there, low), high), *inside[joint + 1 :])

    def far_goal(self, start: tuple[float, ...], joint: int) -> tuple[float, ...]:
        """A joint at the farther end of its range, where a device that is stopped is not yet."""
        low, high = self.joints.lower[joint], self.joints.upper[joint]
        there = high if start[joint] < 0.5 * (low + high) else low
        near = self.goal(start, joint)
        return (*near[:joint], start[joint] + 0.6 * (there - start[joint]), *near[joint + 1 :])

    def pace(self, seconds: float) -> Iterator[float]:
        """Moments on a grid of the period, as seconds since the first, for so long."""
        start = time.monotonic()
        tick = start
        while (now := time.monotonic()) - start < seconds:
            yield now - start
            tick = max(tick + self.period, time.monotonic() - self.period)
            time.sleep(max(0.0, tick - time.monotonic()))

    def go_to(self, driver: ActuatorDriver, goal: tuple[float, ...]) -> JointState:
        """Write a goal until the joints say that they are there. Raises Broken."""
        for _ in self.pace(self.time_to(driver, goal)):
            driver.write(self.command(goal))
            at = driver.read()
            if self.is_at(at.position, goal):
                return at
        at = driver.read()
        far = [
            f"{name} by {there - here:.4g}"
            for name, there, here, move in zip(self.joints.names, goal, at.position, self.moves, strict=True)
            if abs(there - here) > _ARRIVES * move
        ]
        raise Broken(f"commanded joints do not get there, or feedback does not show it: {', '.join(far)}")

    def is_at(self, positions: tuple[float, ...], goal: tuple[float, ...]) -> bool:
        """Whether the joints are where they shall be, within a tenth of a move."""
        return all(abs(x - g) <= _ARRIVES * m for x, g, m in zip(positions, goal, self.moves, strict=True))

    def time_to(self, driver: ActuatorDriver, goal: tuple[float, ...]) -> float:
        """How long the joints may take to a goal [s]."""
        rows = zip(driver.read().position, goal, self.joints.velocity, strict=True)
        return 2.0 + 3.0 * max(abs(a - b) / speed for a, b, speed in rows)

    def set_going(self, driver: ActuatorDriver, joint: int = 0) -> tuple[float, ...]:
        """Move a joint until it has gone a good way, and return in mid-motion with its goal. Raises Broken."""
        start = self.positions(driver)
        goal = self.far_goal(start, joint)
        for _ in self.pace(3.0):
            driver.write(self.command(goal))
            driver.read()
            if abs(self.positions(driver)[joint] - start[joint]) > 0.2 * self.moves[joint]:
                return goal
        raise Broken(f"{self.joints.names[joint]} does not begin to move within 3 s")

    def time_to_rest(self, driver: ActuatorDriver, look: Callable[[], tuple[float, ...]] | None = None) -> float:
        """How long until no joint moves any more [s]. Raises Broken if that does not come.

        Without `look` the driver is read meanwhile, as a node does all the time: its device may watch that.
        """

        def read_and_look() -> tuple[float, ...]:
            driver.read()
            return self.positions(driver)

        look = look or read_and_look
        begun = still_since = time.monotonic()
        before = look()
        while time.monotonic() - begun < self.stop_bound + 1.0:
            time.sleep(self.period / 4.0)
            now = look()
            if any(abs(a - b) > 1e-3 * move for a, b, move in zip(now, before, self.moves, strict=True)):
                before, still_since = now, time.monotonic()
            elif time.monotonic() - still_since > _STILL_S:
                return still_since - begun
        raise Broken(f"it still moves {self.stop_bound + 1.0:g} s later")

    def require_state(self, driver: ActuatorDriver, *wanted: DriverState) -> None:
        """Raises Broken."""
        words = " or ".join(state.value for state in wanted)
        require(driver.state in wanted, f"the state is {driver.state.value}, expected {words}")
