"""The actuator: the only node that moves a motor, and the last to say no."""

from typing import Annotated

from msgspec import Meta

from sutura.hw_drivers import (
    ActuatorDriver,
    CommandRefused,
    DeviceLost,
    DriverError,
    DriverState,
    StopCategory,
    load_actuator,
)
from sutura.hw_drivers.joints import joints_of
from sutura.kinematics import open_arm
from sutura.kinematics.feed_forward import Lead
from sutura.messages import (
    ArmState,
    Clutch,
    EmergencyStop,
    JointCommand,
    JointState,
    MotionLimits,
    MotionPermit,
    OperatingState,
)
from sutura.nodes import Input, Node, NodeParams, Output, RequestRefused, every
from sutura.nodes.errors import nearest
from sutura.nodes.stock.limit_tally import LimitTally
from sutura.nodes.stock.motion_gate import MotionGate

_POWER_OFF_NS = 500_000_000
_JAW = ("jaw",)
_REACHED = 1e-6  # [rad]


class Actuator(Node):
    """Write joint commands to a driver while a motion permit stands; hold in every other case.

    Deadlines: a permit or command that runs out holds the arm (stop category 2); 0.5 s later an arm that holds
    unpowered is powered off (category 1). Emergency stop and drive faults power off at once and need `reset`.
    """

    class Params(NodeParams):
        """model: arm file; feedback_rate [Hz]: of measurements; arm_at_start: enable by itself (simulated drivers
        only); start_tolerance [rad or m]: how far from its setpoint a first command may be; acceleration
        [rad/s² or m/s²]: limits by joint, else the arm's speed limits in 50 ms; lead [s]: velocity feed-forward,
        by which commands are led for a drive that lags so long."""

        model: str = "psm_classic_lnd"
        feedback_rate: Annotated[float, Meta(ge=100.0, le=2000.0)] = 100.0
        arm_at_start: bool = False
        start_tolerance: Annotated[float, Meta(gt=0.0, le=0.1)] = 0.01
        acceleration: dict[str, Annotated[float, Meta(gt=0.0, le=1e6)]] = {}  # noqa: RUF012 (msgspec copies it)
        lead: Annotated[float, Meta(ge=0.0, le=0.05)] = 0.0

    params: Params
    state_commands = frozenset({"enable", "disable", "pause", "home", "reset", "estop"})
    drives_actuator = True

    command = Input(JointCommand, max_age=0.03)
    jaw_command = Input(JointCommand, max_age=0.03, required=False)
    permit = Input(MotionPermit, max_age=0.03)
    clutch = Input(Clutch, max_age=0.05)
    estop = Input(EmergencyStop, max_age=0.05)
    measured_js = Output(JointState, valid_for=0.05, rate="feedback_rate")
    setpoint_js = Output(JointState, valid_for=0.05, rate="feedback_rate")
    jaw_measured_js = Output(JointState, valid_for=0.05, rate="feedback_rate")
    jaw_setpoint_js = Output(JointState, valid_for=0.05, rate="feedback_rate")
    operating_state = Output(OperatingState, latched=True, rate=50.0)
    limits = Output(MotionLimits, latched=True, rate=10.0)

    driver: ActuatorDriver

    def on_start(self) -> None:
        self._commands = self.command  # once, as finding a port takes time
        self._gate = MotionGate(held_at=self.now())
        self._state = ArmState.DISABLED
        self._cause = "not enabled yet"
        self._held_at = 0
        self._estop_pressed = False
        self._setpoint: tuple[float, ...] = ()
        self._jaw = 0.0
        self._limits = LimitTally(self.event)
        self._to_enable = self.params.arm_at_start
        self._is_lost = False
        self.driver = self._make_driver()
        self.driver.open()

    def on_params(self, params: NodeParams) -> None:
        """What the driver was made with stays."""
        if isinstance(params, self.Params):
            for field in ("model", "acceleration"):
                if getattr(params, field) != getattr(self.params, field):
                    raise RequestRefused(f"{self.name}: {field} counts from the next start only")

    def _make_driver(self) -> ActuatorDriver:
        choice = self.driver_choice
        if choice is None:
            raise RequestRefused(f"node {self.name} needs a driver: an actuator driver")
        arm = open_arm(self.params.model)
        self._names = arm.joint_names
        self._lead = Lead(arm.limits.lower, arm.limits.upper)
        names = self._all_names = (*arm.joint_names, "jaw")
        for name in self.params.acceleration:
            if name not in names:
                raise RequestRefused(f"{self.name}: acceleration of a joint {name!r}{nearest(name, names)}")
        kind = load_actuator(choice.use)
        if self.params.feedback_rate > kind.capabilities.max_rate_hz:
            most = f"driver {choice.use!r} takes at most {kind.capabilities.max_rate_hz:g} Hz"
            raise RequestRefused(f"{self.name}: feedback_rate is {self.params.feedback_rate:g} Hz, {most}")
        joints = joints_of(arm, self.params.acceleration)
        return kind(joints, choice.options, self.driver_context())

    # What lets it move ----------------------------------------------------------------------------------------

    def on_permit(self, permit: MotionPermit) -> None:
        """Note how long motion is allowed."""
        frame = self.permit.frame
        if frame is not None:
            self._gate.permit(permit.epoch, frame.expires)

    def on_clutch(self, clutch: Clutch) -> None:
        """Note the clutch: after a hold, motion needs it pressed and released."""
        self._gate.clutch(clutch.pressed)

    def on_stale_clutch(self) -> None:
        """Silence means clutched."""
        self._gate.clutch_released = False

    def on_command(self, command: JointCommand) -> None:
        """Write a command at once, if everything allows it."""
        if self._state is not ArmState.ENABLED:
            return
        refusal = self._gate.why_not(self.now())
        if refusal:
            if self._gate.following:
                self._hold(f"{refusal} from {self.permit.writers}")
            return
        if not self._gate.following and not self._may_start(command):
            return
        self._write(command)

    def on_jaw_command(self, command: JointCommand) -> None:
        """Keep the jaw's newest angle for the next write; when it falls silent the jaw keeps its grip.

        It comes more seldom than the arm's commands, so it was limited only if it was not reached until now.
        """
        if command.name == _JAW and self._gate.following:
            if self._setpoint and abs(self._setpoint[-1] - self._jaw) > _REACHED:
                self._limits.note("joint_speed", "jaw", self.now())
            self._jaw = command.position[0]

    def _may_start(self, command: JointCommand) -> bool:
        """Only with a fresh, released emergency stop, and near where the arm holds, so that nothing jumps."""
        estop = self.estop.value
        if estop is None or estop.pressed:
            self._say("it needs to hear that the emergency stop is released")
            return False
        if not self.driver.is_homed:
            self._say("it must be homed before it follows")
            return False
        if command.name != self._names or not self._setpoint:
            self._say(f"expected joints {', '.join(self._names)} in the command")
            return False
        far = [
            f"{name} by {abs(wanted - held):.3g}"
            for name, wanted, held in zip(self._names, command.position, self._setpoint, strict=False)
            if not abs(wanted - held) <= self.params.start_tolerance
        ]
        if far:
            self._say(f"the first command would jump ({', '.join(far)}); press and release the clutch")
            return False
        self._gate.following = True
        self._lead.reset()
        self._say("")
        return True

    def _write(self, command: JointCommand) -> None:
        frame = self._commands.frame
        if frame is None:
            return
        positions, lead = command.position, self.params.lead
        if lead and len(positions) == len(self._names):
            positions = self._lead.ahead(positions, frame.origin, lead)
        names = self._all_names if command.name == self._names else (*command.name, "jaw")
        merged = JointCommand(names, (*positions, self._jaw))
        try:
            sent = self.driver.write(merged, frame.origin)
        except CommandRefused as error:
            self.gauge("refused_commands", self.gauges.get("refused_commands", 0) + 1)
            self._hold(f"{error} (from {frame.writer})")
        except DriverError as error:
            self._device_fault(error)
        else:
            self._setpoint = sent.position
            limited = self.driver.limited
            if limited is not None and limited[1] != _JAW[0]:
                self._limits.note(*limited, self.now())
            self.measure("gesture_to_motor", (self.now() - frame.origin) * 1e-9)

    # What stops it --------------------------------------------------------------------------------------------

    def on_estop(self, estop: EmergencyStop) -> None:
        """Stop first, say why after."""
        if estop.pressed and not self._estop_pressed:
            self._estop_pressed = True
            self._fault("emergency stop")
        self._estop_pressed = estop.pressed

    def on_stale_estop(self) -> None:
        """Silence means stopped."""
        self._hold(f"the emergency stop level from {self.estop.writers} has fallen silent")

    def on_stale_command(self) -> None:
        """No command, no motion; called at the very time the last one runs out."""
        self._hold(f"no fresh command from {self.command.writers}")

    def on_stale_permit(self) -> None:
        """No permit, no motion; called at the very time the last one runs out."""
        self._hold(f"no valid motion permit from {self.permit.writers}")

    @every("feedback_rate")
    def tick(self) -> None:
        """Look at the deadlines once more, then measure."""
        now = self.now()
        if self._gate.following:
            if not self._gate.has_permit(now):
                self._hold(f"no valid motion permit from {self.permit.writers}")
            elif not self.command.is_fresh:
                self._hold(f"no fresh command from {self.command.writers}")
        elif self._held_at and now - self._held_at > _POWER_OFF_NS:
            self._power_off_if_it_holds()
        self._measure()

    def _hold(self, cause: str) -> None:
        if not self._gate.following:
            return
        self._gate.hold(self.now())
        self._held_at = self.now()
        self._stop_driver(StopCategory.HOLD)
        if self._setpoint:
            self._jaw = self._setpoint[-1]  # not an angle that was refused or never sent
        self.event("hold", cause)
        self._say(cause)

    def _power_off_if_it_holds(self) -> None:
        self._held_at = 0
        if self.driver.capabilities.holds_unpowered and self._state is ArmState.ENABLED:
            self._stop_driver(StopCategory.CONTROLLED)
            self._state = ArmState.DISABLED
            self._to_enable = self.params.arm_at_start
            self._say(f"{self._cause}; powered off 0.5 s after it held")

    def _fault(self, cause: str) -> None:
        self._gate.hold(self.now())
        self._stop_driver(StopCategory.CONTROLLED)
        self._state = ArmState.FAULT
        self._held_at = 0
        self._to_enable = False
        self.fault(cause)
        self._say(cause)

    def _device_fault(self, error: DriverError) -> None:
        self._is_lost = self._is_lost or isinstance(error, DeviceLost)
        self._fault(str(error))

    def _stop_driver(self, category: StopCategory) -> None:
        try:
            self.driver.stop(category)
        except DriverError as error:
            self.event("fault", f"stop of category {category.value} failed: {error}")

    # What it tells --------------------------------------------------------------------------------------------

    def _measure(self) -> None:
        if self.driver.state is DriverState.CLOSED:
            return  # it was lost, and could not be taken anew yet
        try:
            joints = self.driver.read()
        except DeviceLost as error:
            self._is_lost = True
            if self._state in (ArmState.ENABLED, ArmState.PAUSED):
                self._fault(str(error))
            return
        except DriverError as error:
            if self._state is not ArmState.FAULT:
                self._fault(str(error))
            return
        if self._state is not ArmState.FAULT:
            self._is_lost = False
        if not self._gate.following and self._state is not ArmState.ENABLED:
            self._setpoint, self._jaw = joints.position, joints.position[-1]
        if self._to_enable:
            self._enable_by_itself()
        self._publish(joints)

    def _enable_by_itself(self) -> None:
        self._to_enable = False
        try:
            self._enable()
        except RequestRefused as error:
            self._fault(str(error))

    def _publish(self, joints: JointState) -> None:
        names, setpoint = self._names, self._setpoint
        speeds, efforts = joints.velocity, joints.effort
        self.measured_js.publish(JointState(names, joints.position[:-1], speeds[:-1], efforts[:-1]))
        self.setpoint_js.publish(JointState(names, setpoint[:-1]))
        self.jaw_measured_js.publish(JointState(_JAW, joints.position[-1:], speeds[-1:], efforts[-1:]))
        self.jaw_setpoint_js.publish(JointState(_JAW, setpoint[-1:]))

    @every(50.0)
    def tell(self) -> None:
        """Repeat the operating state."""
        self._say(self._cause)

    @every(10.0)
    def tell_limits(self) -> None:
        """Repeat what was limited."""
        self.limits.publish(self._limits.message(self.now()))
        for figure, count in self._limits.gauges().items():
            self.gauge(figure, count)

    def _say(self, cause: str) -> None:
        self._cause = cause
        busy, homed = self._gate.following, self.driver.state is not DriverState.CLOSED and self.driver.is_homed
        self.operating_state.publish(OperatingState(self._state, homed, busy, cause))

    # What is asked of it --------------------------------------------------------------------------------------

    def on_state_command(self, command: str) -> str:
        match command:
            case "enable":
                self._enable()
            case "disable":
                self._to_enable = False
                self._gate.hold(self.now())
                self.driver.stop(StopCategory.CONTROLLED)
                self._state = ArmState.DISABLED if self._state is not ArmState.FAULT else self._state
                self._say("disabled by request")
            case "pause":
                self._pause()
            case "home":
                self._home()
            case "estop":
                self._fault("emergency stop by request")
            case "reset":
                self._reset()
            case _:
                raise RequestRefused(f"{self.name} does not take {command!r}")
        return f"{self._state.value}{f': {self._cause}' if self._cause else ''}"

    def _enable(self) -> None:
        if self._state is ArmState.FAULT:
            raise RequestRefused(f"{self.name} is in FAULT ({self._cause}); reset it first")
        if self._state is ArmState.ENABLED:
            return
        self._take_back("enabled")
        try:
            self.driver.enable()
        except DriverError as error:
            raise RequestRefused(f"{self.name} cannot be enabled: {error}") from error
        self._state = ArmState.ENABLED
        self._held_at = 0
        self._gate.pressed_since = False  # a re-clutch from before says nothing about an arm with power
        self._say("waiting for a permit and a re-clutch")

    def _pause(self) -> None:
        if self._state is not ArmState.ENABLED:
            raise RequestRefused(f"{self.name} is {self._state.value}, only ENABLED can be paused")
        self._hold("paused by request")
        self._state = ArmState.PAUSED
        self._say("paused by request")

    def _home(self) -> None:
        if self._state is not ArmState.ENABLED or self._gate.following:
            raise RequestRefused(f"{self.name} must be ENABLED and at rest to home, it is {self._state.value}")
        if not self._gate.has_permit(self.now()):
            raise RequestRefused(f"{self.name}: homing moves the arm, and there is no valid motion permit")
        self.driver.home()

    def _reset(self) -> None:
        if self._estop_pressed:
            raise RequestRefused(f"{self.name}: the emergency stop is still pressed")
        if self._state is ArmState.FAULT:
            self._take_back("reset")
            self._state = ArmState.DISABLED
            self.clear_fault()
            self._to_enable = self.params.arm_at_start
            self._say("reset; enable it next")

    def _take_back(self, asked: str) -> None:
        """A device that was lost is given up and taken anew: what it was set up with may be gone."""
        if not self._is_lost:
            return
        try:
            self.driver.close()
        except DriverError as error:
            self.event("lost", f"its device was lost, giving it up said: {error}")
        try:
            self.driver.open()
        except DriverError as error:
            raise RequestRefused(f"{self.name} cannot be {asked}: {error}") from error
        self._is_lost = False

    def on_stop(self) -> None:
        """Whatever ended the run: hold, then give the device back, which removes power where that is safe."""
        if hasattr(self, "driver"):
            self._gate.hold(self.now())
            self.driver.close()
