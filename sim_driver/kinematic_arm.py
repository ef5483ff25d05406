"""An arm without physics: it is where it was told to be, after a lag if one is set. For tests and first steps."""

import math
from collections.abc import Mapping
from typing import ClassVar

from sutura.hw_drivers import (
    ActuatedJoints,
    ActuatorDriver,
    Capabilities,
    DriverContext,
    DriverOptions,
    StopCategory,
)
from sutura.messages import JointState


class KinematicArmOptions(DriverOptions):
    """lag [s]: time constant with which the measured joints follow; 0 follows perfectly."""

    lag: float = 0.0


class KinematicArm(ActuatorDriver):
    """Follows perfectly, or with a first-order lag; holds without power, and by itself when nothing is written."""

    Options = KinematicArmOptions
    options: KinematicArmOptions
    capabilities: ClassVar[Capabilities] = Capabilities(silence_stop_s=0.0, holds_unpowered=True, simulated=True)

    def __init__(self, joints: ActuatedJoints, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(joints, options, context)
        self._at = joints.home
        self._target = joints.home
        self._moved_at = 0

    def _open(self) -> None:
        self._moved_at = self.context.now()

    def _enable(self) -> None:
        self._target = self._at

    def _read(self) -> JointState:
        self._follow()
        return JointState(self.joints.names, self._at)

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        self._follow()
        self._target = positions
        return positions

    def _stop(self, category: StopCategory) -> None:
        self._follow()
        self._target = self._at

    def _close(self) -> None:
        self._target = self._at

    def _follow(self) -> None:
        lag = self.options.lag
        if lag <= 0.0:
            self._at = self._target
            return
        now = self.context.now()
        dt, self._moved_at = (now - self._moved_at) * 1e-9, now
        share = 1.0 - math.exp(-dt / lag)
        self._at = tuple(a + share * (b - a) for a, b in zip(self._at, self._target, strict=True))
