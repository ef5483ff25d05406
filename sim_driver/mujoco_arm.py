"""The driver of an arm in the simulated world: a client of the `world` place, as a real one of its drives."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from sutura.hw_drivers import (
    ActuatedJoints,
    ActuatorDriver,
    Capabilities,
    DeviceFault,
    DeviceLost,
    DriverContext,
    DriverOptions,
    DriverState,
    StopCategory,
)
from sutura.hw_drivers.context import read_options
from sutura.messages import JointState
from sutura.sim_driver.wire import SILENCE_HOLD_S, Act, DriverEnd, DriveState

_SILENT_WORLD_NS = 100_000_000
_ATTACH_EVERY_NS = 50_000_000
_ABSENT_NS = 50_000_000  # between two reads: the bus then holds only old states


class MujocoArmOptions(DriverOptions):
    """arm: the arm's name in the world; empty for the only one there is."""

    arm: str = ""


class MujocoArm(ActuatorDriver):
    """Moves a simulated arm. The world holds it by itself after 30 ms without a command."""

    Options = MujocoArmOptions
    options: MujocoArmOptions
    capabilities: ClassVar[Capabilities] = Capabilities(
        silence_stop_s=SILENCE_HOLD_S, holds_unpowered=True, simulated=True, needs_world=True
    )

    def __init__(self, joints: ActuatedJoints, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(joints, options, context)
        self._end: DriverEnd | None = None
        self._attached_at = 0
        self._enabled_at = 0
        self._asked_at = 0
        self._present_since = 0

    def _open(self) -> None:
        self._end = DriverEnd(self.context.device_dir, self.options.arm, self.context.name)
        self._attach()

    def _enable(self) -> None:
        self._state()
        self._send(Act.ENABLE)
        self._enabled_at = self.context.now()

    def _read(self) -> JointState:
        state = self._state()
        # a state made before the drive heard of its being enabled says nothing yet
        if self.state is DriverState.ENABLED and state.stamp > self._enabled_at + _ATTACH_EVERY_NS:
            if state.fault:
                raise DeviceFault(self.name, state.fault)
            if not state.enabled:
                raise DeviceFault(self.name, "its drive is without power: the world has started anew")
        return JointState(self.joints.names, state.position, state.velocity, state.effort)

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        self._send(Act.WRITE, positions)
        return positions

    def _stop(self, category: StopCategory) -> None:
        self._send(Act.HOLD if category is StopCategory.HOLD else Act.DISABLE)

    def _close(self) -> None:
        if self._end is not None:
            self._end.close()
            self._end = None

    @classmethod
    def rescue(cls, options: Mapping[str, object], context: DriverContext) -> None:
        """Put the brakes of the arm on, from outside."""
        chosen = read_options(cls.__name__, cls.Options, options)
        end = DriverEnd(Path(context.device_dir), chosen.arm, f"{context.name}.rescue")
        try:
            end.send(Act.DISABLE)
        finally:
            end.close()

    def _state(self) -> DriveState:
        now = self.context.now()
        if now - self._asked_at > _ABSENT_NS:
            self._present_since = now  # it was not the world that was away
        self._asked_at = now
        state = self._require_end().receive()
        if state is None or now - max(state.stamp, self._present_since) > _SILENT_WORLD_NS:
            if now - self._attached_at > _ATTACH_EVERY_NS:
                self._attach()
            raise DeviceLost(self.name, f"no state of arm {self.options.arm!r} from the simulated world")
        return state

    def _attach(self) -> None:
        self._attached_at = self.context.now()
        self._require_end().send(Act.ATTACH)

    def _send(self, act: Act, positions: tuple[float, ...] = ()) -> None:
        if not self._require_end().send(act, positions):
            raise DeviceLost(self.name, "there is no simulated world")

    def _require_end(self) -> DriverEnd:
        if self._end is None:
            raise DeviceLost(self.name, "it is not open")
        return self._end
