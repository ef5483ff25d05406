"""A scripted hand in the surgeon's own view: where it goes, not what a tool shall do."""

import math
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta

from sutura.hw_drivers import BadOptions, DriverContext, DriverOptions, HandSample, InputDevice
from sutura.kinematics.rotations import from_rotation_vector, slerp
from sutura.messages import Pose
from sutura.sim_driver.surgeon import Tremor, minimum_jerk

_Vector = tuple[float, float, float]


class Gesture(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the hand goes within `seconds`: point [m] and turn (a rotation vector [rad]) in the view (x right,
    y up, z to the surgeon), gripper [rad]."""

    point: _Vector
    seconds: Annotated[float, Meta(gt=0.0)]
    turn: _Vector = (0.0, 0.0, 0.0)
    gripper: float = 0.0
    name: str = ""


class GestureHandOptions(DriverOptions):
    """script: a shipped script of gestures or a file; start [s]: when the hand begins to move; tremor [m]."""

    script: str = "cart_right"
    start: Annotated[float, Meta(ge=0.0)] = 2.0
    tremor: Annotated[float, Meta(ge=0.0, le=0.005)] = 0.0001


class GestureHand(InputDevice):
    """Goes from gesture to gesture with minimum jerk, begins at the first one, and trembles with the run's seed."""

    Options = GestureHandOptions
    simulated = True
    options: GestureHandOptions

    def __init__(self, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(options, context)
        self._gestures = self._read_script()
        self._tremor = Tremor(context.seed, self.options.tremor)
        self._index, self._from = 0, 0.0

    def _open(self) -> None:
        """Nothing to take."""

    def _read(self, elapsed: float) -> HandSample | None:
        t, gestures = elapsed - self.options.start, self._gestures
        while self._index + 1 < len(gestures) and t >= self._from + gestures[self._index + 1].seconds:
            self._index += 1
            self._from += gestures[self._index].seconds
        here = gestures[self._index]
        there = gestures[min(self._index + 1, len(gestures) - 1)]
        s = minimum_jerk(min(max((t - self._from) / there.seconds, 0.0), 1.0))
        x, y, z = (a + s * (b - a) for a, b in zip(here.point, there.point, strict=True))
        turned = slerp(from_rotation_vector(here.turn), from_rotation_vector(there.turn), s)
        dx, dy, dz = self._tremor.at(elapsed)
        gripper = here.gripper + s * (there.gripper - here.gripper)
        return HandSample(Pose((x + dx, y + dy, z + dz), turned), gripper)

    def _read_script(self) -> tuple[Gesture, ...]:
        script = self.options.script
        shipped = resources.files("sutura.sim_driver") / "scripts" / f"{script}.yaml"
        source = shipped if shipped.is_file() else Path(script)
        try:
            found = msgspec.convert(yaml.safe_load(source.read_text(encoding="utf-8")), tuple[Gesture, ...])
        except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as error:
            raise self._bad(f"{script}: expected a list of gestures, {error}") from error
        if not found or not all(math.isfinite(v) for g in found for v in (*g.point, *g.turn, g.gripper, g.seconds)):
            raise self._bad(f"{script}: expected at least one gesture, of finite numbers")
        return found

    def _bad(self, reason: str) -> BadOptions:
        return BadOptions("gestures", reason, GestureHandOptions.__struct_fields__)
