"""The driver of an Acme arm. Put your device's calls where this one keeps a row of numbers."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from sutura.hw_drivers import (
    ActuatedJoints,
    ActuatorDriver,
    Capabilities,
    DriverContext,
    DriverOptions,
    StopCategory,
)
from sutura.messages import JointState


class AcmeOptions(DriverOptions):
    """stiffness [0 … 1]: how much of the way to its goal the arm goes with each write."""

    stiffness: Annotated[float, Meta(gt=0.0, le=1.0)] = 1.0


class AcmeArm(ActuatorDriver):
    """Limits, finite numbers and states are checked by the base; a driver only acts."""

    Options = AcmeOptions
    options: AcmeOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        silence_stop_s=0.0, holds_unpowered=True, simulated=True, max_rate_hz=1000.0
    )

    def __init__(self, joints: ActuatedJoints, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(joints, options, context)
        self._at = joints.home

    def _open(self) -> None:
        """Connect here; raise DeviceLost if nobody answers."""

    def _enable(self) -> None:
        """Power on here; the arm must hold where it is."""

    def _read(self) -> JointState:
        return JointState(self.joints.names, self._at)

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        share = self.options.stiffness
        self._at = tuple(at + share * (goal - at) for at, goal in zip(self._at, positions, strict=True))
        return positions

    def _stop(self, category: StopCategory) -> None:
        """Hold, or take the power away, here."""

    def _close(self) -> None:
        """Give the device back here."""
