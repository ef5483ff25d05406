"""The driver of a dVRK arm, through its UDP socket streamer: measured_js in, servo_jp and hold out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from sutura.hw_drivers.actuator import ActuatorDriver, DriverState
from sutura.hw_drivers.capabilities import Capabilities, StopCategory
from sutura.hw_drivers.context import DriverContext, read_options
from sutura.hw_drivers.dvrk.options import DvrkOptions
from sutura.hw_drivers.dvrk.streamer import HOLD, Goal, Ordered, Streamer, Text
from sutura.hw_drivers.errors import DeviceFault, DeviceLost
from sutura.hw_drivers.joint_map import JointMap
from sutura.hw_drivers.joints import ActuatedJoints
from sutura.messages import JointState

_JAW = 1  # joints that the dVRK keeps apart from the arm's
_RESCUE_S = 0.3
_UNDER_WAY = 2  # periods of the stream that may speak of what was before an order
_ENABLED = "ENABLED"


class DvrkArm(ActuatorDriver):
    """Streams joint goals to a dVRK's controller, whose servo keeps the last one when no more come.

    That goal is a position, so silence ends motion by itself; what the FPGA watches for 30 ms is the dVRK's own
    computer, not this one.
    """

    Options = DvrkOptions
    options: DvrkOptions
    capabilities: ClassVar[Capabilities] = Capabilities(silence_stop_s=0.03)

    def __init__(self, joints: ActuatedJoints, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(joints, options, context)
        self._map = JointMap.of(self.options.joint_map, joints.names, type(self).__name__)
        self._lost_ns = int(self.options.lost_after * 1e9)
        self._streamer: Streamer | None = None

    @property
    def is_homed(self) -> bool:
        """As the arm says; without its operating state, whether its joints are valid."""
        streamer = self._streamer
        if streamer is None or streamer.joints is None:
            return False
        return streamer.joints.valid if streamer.state is None else streamer.state.is_homed

    # The driver's calls -------------------------------------------------------------------------------------------

    def _open(self) -> None:
        streamer = Streamer(self.name, self.options.listen, self.options.port)
        try:
            if not self._wait(streamer, self._speaks, self.options.open_timeout):
                where = f"{self.options.listen}:{self.options.port}"
                raise DeviceLost(self.name, f"no measured_js and jaw/measured_js came to {where}")
            self._measured(streamer)
        except BaseException:
            streamer.close()
            raise
        self._streamer = streamer

    def _enable(self) -> None:
        streamer = self._require_streamer()
        streamer.hear(self.context.now())
        self._check_stream(streamer, self.context.now())
        if self.options.state_command:
            known = streamer.heard + _UNDER_WAY
            streamer.send(Ordered(state_command=Text("enable")))
            self._wait(streamer, lambda s: s.heard > known and _is_enabled(s), self.options.enable_timeout)
        if (trouble := self._trouble(streamer)) is not None:
            raise DeviceFault(self.name, trouble)

    def _read(self) -> JointState:
        streamer, now = self._require_streamer(), self.context.now()
        streamer.hear(now)
        self._check_stream(streamer, now)
        if self.state is DriverState.ENABLED and (trouble := self._trouble(streamer)) is not None:
            raise DeviceFault(self.name, trouble)
        return self._measured(streamer)

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        goal = self._map.to_motors(positions)
        self._require_streamer().send(Ordered(servo_jp=Goal(goal[:-_JAW]), jaw=Goal(goal[-_JAW:])))
        return positions

    def _stop(self, category: StopCategory) -> None:
        streamer = self._require_streamer()
        streamer.send(HOLD)
        if category is not StopCategory.HOLD and self.options.state_command:
            streamer.send(Ordered(state_command=Text("disable")))

    def _close(self) -> None:
        if self._streamer is not None:
            self._streamer.close()
            self._streamer = None

    @classmethod
    def rescue(cls, options: Mapping[str, object], context: DriverContext) -> None:
        """Order the arm to hold, from outside; it needs the stream, as that tells where the arm is reached."""
        chosen = read_options(cls.__name__, cls.Options, options)
        streamer = Streamer(f"{cls.__name__} of {context.name}", chosen.listen, chosen.port)
        try:
            end = context.now() + int(_RESCUE_S * 1e9)
            while streamer.joints is None and context.now() < end:
                streamer.hear(context.now(), _RESCUE_S / 10)
            streamer.send(HOLD)
            if chosen.state_command:
                streamer.send(Ordered(state_command=Text("disable")))
        finally:
            streamer.close()

    # What it hears ------------------------------------------------------------------------------------------------

    def _require_streamer(self) -> Streamer:
        if self._streamer is None:
            raise DeviceLost(self.name, "it is not open")
        return self._streamer

    def _speaks(self, streamer: Streamer) -> bool:
        return streamer.joints is not None and streamer.jaw is not None

    def _wait(self, streamer: Streamer, until: Callable[[Streamer], bool], within_s: float) -> bool:
        end = self.context.now() + int(within_s * 1e9)
        while not until(streamer):
            left = end - self.context.now()
            if left <= 0:
                return False
            streamer.hear(self.context.now(), left * 1e-9)
        return True

    def _check_stream(self, streamer: Streamer, now: int) -> None:
        silent = now - min(streamer.heard_at, streamer.jaw_heard_at)
        if silent > self._lost_ns:
            where = f"{self.options.listen}:{self.options.port}"
            raise DeviceLost(self.name, f"the stream to {where} is silent for {silent * 1e-6:.0f} ms")

    def _trouble(self, streamer: Streamer) -> str | None:
        """Why the arm does not follow."""
        state = streamer.state
        if state is not None and state.name != _ENABLED:
            hint = "" if self.options.state_command else ": enable it at its console"
            return f"the dVRK arm is {state.name}{hint}"
        if not self.is_homed:
            return "the dVRK arm is not homed: home it at its console"
        if streamer.joints is None or not streamer.joints.valid:
            return "the dVRK says that its joints are not valid"
        return None

    def _measured(self, streamer: Streamer) -> JointState:
        arm, jaw = streamer.joints, streamer.jaw
        if arm is None or jaw is None:
            raise DeviceLost(self.name, "it has told no joints yet")
        position = self._map.to_joints(self._row(arm.position, jaw.position, "Position"))
        velocity: tuple[float, ...] = ()
        effort: tuple[float, ...] = ()
        if arm.velocity and jaw.velocity:
            velocity = self._map.velocities_to_joints(self._row(arm.velocity, jaw.velocity, "Velocity"))
        if arm.effort and jaw.effort:
            effort = self._map.efforts_to_joints(self._row(arm.effort, jaw.effort, "Effort"))
        return JointState(self.joints.names, position, velocity, effort)

    def _row(self, arm: list[float] | None, jaw: list[float] | None, field: str) -> tuple[float, ...]:
        row = (*(arm or ()), *(jaw or ()))
        if len(row) != len(self.joints.names):
            expected, came = f"{len(self.joints.names) - _JAW} and {_JAW}", f"{len(arm or ())} and {len(jaw or ())}"
            raise DeviceFault(self.name, f"{field} of the arm and the jaw: expected {expected} values, came {came}")
        return row


def _is_enabled(streamer: Streamer) -> bool:
    return streamer.state is not None and streamer.state.name == _ENABLED
