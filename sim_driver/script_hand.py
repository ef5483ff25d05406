"""The scripted surgeon as a master: the hand motion that makes the tip go along a script, with tremor."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from sutura.hw_drivers import DriverContext, DriverOptions, HandSample, InputDevice
from sutura.kinematics.rotations import conjugate, multiply, rotate
from sutura.messages import Pose
from sutura.sim_driver.surgeon import RingTransfer, Tremor

_Quaternion = tuple[float, float, float, float]


class ScriptHandOptions(DriverOptions):
    """script: a shipped script or a file; scale and alignment (x, y, z, w): those of the topology's scaling, so
    that the hand goes 1/scale as far; start [s]: when the hand begins to move; tremor [m]: its amplitude."""

    script: str = "ring_transfer"
    scale: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.2
    alignment: _Quaternion = (0.0, 0.0, 0.0, 1.0)
    start: Annotated[float, Meta(ge=0.0)] = 2.0
    tremor: Annotated[float, Meta(ge=0.0, le=0.005)] = 0.0001


class ScriptHand(InputDevice):
    """A hand that knows what the tip shall do, and trembles at 8-12 Hz with the run's seed."""

    Options = ScriptHandOptions
    simulated = True
    options: ScriptHandOptions

    def __init__(self, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(options, context)
        self._path = RingTransfer(self.options.script)
        self._tremor = Tremor(context.seed, self.options.tremor)
        self._from_arm = conjugate(self.options.alignment)
        self._is_turned = self.options.alignment != (0.0, 0.0, 0.0, 1.0)
        self._home = self._path.tip_at(0.0)

    def _open(self) -> None:
        """Nothing to take."""

    def _read(self, elapsed: float) -> HandSample | None:
        position, orientation, jaw = self._path.tip_at(elapsed - self.options.start)
        home = self._home[0]
        k = 1.0 / self.options.scale
        x, y, z = k * (position[0] - home[0]), k * (position[1] - home[1]), k * (position[2] - home[2])
        if self._is_turned:
            x, y, z = rotate(self._from_arm, (x, y, z))
            orientation = multiply(self._from_arm, orientation)
        dx, dy, dz = self._tremor.at(elapsed)
        return HandSample(Pose((x + dx, y + dy, z + dz), orientation), jaw)
