from typing import ClassVar

from sutura.hw_drivers import ActuatorDriver, Capabilities, DriverOptions, StopCategory
from sutura.messages import JointState


class SlowArmOptions(DriverOptions):
    share: float = 0.2  # of the remaining way that one write covers


class SlowArm(ActuatorDriver):
    """An arm that goes part of the way at each write, and stops when nothing is written."""

    Options = SlowArmOptions
    options: SlowArmOptions
    capabilities: ClassVar[Capabilities] = Capabilities(silence_stop_s=0.0, holds_unpowered=True, simulated=True)

    def _open(self) -> None:
        self.at = self.joints.home

    def _enable(self) -> None: ...

    def _read(self) -> JointState:
        return JointState(self.joints.names, self.at)

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        self.at = tuple(a + self.options.share * (b - a) for a, b in zip(self.at, positions, strict=True))
        return positions

    def _stop(self, category: StopCategory) -> None: ...

    def _close(self) -> None: ...
