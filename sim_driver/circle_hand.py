"""A scripted hand that draws circles."""

import math
from typing import Annotated

from msgspec import Meta

from sutura.hw_drivers import DriverOptions, HandSample, InputDevice
from sutura.kinematics.rotations import IDENTITY
from sutura.messages import Pose
from sutura.sim_driver.surgeon import minimum_jerk, to_speed

_TO_THE_RIM_S = 1.5
_TO_SPEED_S = 1.0


class CircleHandOptions(DriverOptions):
    """radius [m]: of the tool's circle; scale: that of the topology's scaling, so that the hand draws 1/scale as
    large; period [s]: of one turn; start [s]: when the hand begins to move."""

    radius: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.1
    scale: Annotated[float, Meta(gt=0.0, le=1.0)] = 1.0
    period: Annotated[float, Meta(gt=0.0)] = 5.0
    start: Annotated[float, Meta(ge=0.0)] = 2.0


class CircleHand(InputDevice):
    """Goes along x to the rim, then round about z for ever; it never turns, and moves without jerks."""

    Options = CircleHandOptions
    simulated = True
    options: CircleHandOptions

    def _open(self) -> None:
        """Nothing to take."""

    def _read(self, elapsed: float) -> HandSample | None:
        x, y = self._at(elapsed - self.options.start)
        k = 1.0 / self.options.scale
        return HandSample(Pose((k * x, k * y, 0.0), IDENTITY), 0.0)

    def _at(self, t: float) -> tuple[float, float]:
        """Where the tool shall be from the circle's centre [m], `t` seconds after the start."""
        radius = self.options.radius
        if t < _TO_THE_RIM_S:
            return radius * minimum_jerk(max(t, 0.0) / _TO_THE_RIM_S), 0.0
        angle = math.tau / self.options.period * to_speed(t - _TO_THE_RIM_S, _TO_SPEED_S)
        return radius * math.cos(angle), radius * math.sin(angle)
