"""Lets an arm follow a leader of the same shape, joint by joint: clutch, catching up, limits, jaw."""

from typing import Annotated, Literal

from msgspec import Meta

from sutura.kinematics import open_arm
from sutura.kinematics.scaling import JawFollower
from sutura.messages import Clutch, JointCommand, JointState, OperatorPresence, TeleopState
from sutura.nodes import Input, Node, NodeParams, Output, every

_JAW = ("jaw",)
_LONGEST_STEP_NS = 50_000_000  # between two readings of the leader
_SETTLED_NS = 30_000_000  # after which a setpoint answers the command at rest
_AT_REST = 1e-3  # rad or m; a setpoint this near is the command, but for rounding
_LIMIT_TOLD_NS = 500_000_000

Joints = tuple[float, ...]


class JointFollowing(Node):
    """The follower's joints are the leader's, within the follower's limits.

    Released, the clutch lets it catch up with the leader, slowly; from then on it follows exactly. Pressed, it
    rests. A gap in what it hears, another leader or an operator who leaves ends following until a re-clutch.
    """

    class Params(NodeParams):
        """model: the follower's arm file; mapping: `absolute`, the same joints, or `relative`, the same way since
        the clutch; catch_up [rad/s or m/s]: speed of each joint until it has met the leader; jaw_speed,
        jaw_catch_up [rad/s], jaw_tolerance [rad]: as of `motion_scaling`."""

        model: str = "so101"
        mapping: Literal["absolute", "relative"] = "absolute"
        catch_up: Annotated[float, Meta(gt=0.0, le=2.0)] = 0.5
        jaw_speed: Annotated[float, Meta(gt=0.0)] = 6.0
        jaw_catch_up: Annotated[float, Meta(gt=0.0)] = 1.0
        jaw_tolerance: Annotated[float, Meta(gt=0.0)] = 0.05

    params: Params

    leader = Input(JointState, max_age=0.05)
    gripper = Input(JointState, max_age=0.05, required=False)
    clutch = Input(Clutch, max_age=0.05)
    present = Input(OperatorPresence, max_age=0.05, required=False)
    setpoint_js = Input(JointState, max_age=0.1, feedback=True)
    jaw_setpoint = Input(JointState, max_age=0.1, required=False, feedback=True)
    servo_jp = Output(JointCommand, valid_for=0.03, rate="leader")
    jaw_target = Output(JointCommand, valid_for=0.03, rate="gripper")
    teleop_state = Output(TeleopState, latched=True, rate=10.0)

    def on_start(self) -> None:
        arm = open_arm(self.params.model)
        self._limits, self._names = arm.limits, arm.joint_names
        self._jaw_range = arm.jaw.lower, arm.jaw.upper
        self._out: Joints | None = None  # where the follower is sent; None while it is not
        self._anchor: tuple[Joints, Joints] | None = None  # leader and follower when the clutch was released
        self._met = False
        self._pressed = False
        self._pressed_at = self._last_at = 0
        self._limited_at = -_LIMIT_TOLD_NS
        self._jaw: JawFollower | None = None
        self._writer = ""
        self._state = TeleopState("disengaged", "the clutch has not been pressed and released yet")

    # What the operator says -----------------------------------------------------------------------------------

    def on_clutch(self, clutch: Clutch) -> None:
        """Pressed: rest. Released: follow."""
        if clutch.pressed and not self._pressed:
            self._pressed, self._pressed_at, self._anchor = True, self.now(), None
            setpoint = self.setpoint_js.value
            if self._out is None and setpoint is not None:
                self._out = setpoint.position
            self._say("clutched")
        elif not clutch.pressed and self._pressed:
            self._pressed = False
            self._engage()

    def on_present(self, presence: OperatorPresence) -> None:
        """An operator who leaves ends following."""
        if not presence.present:
            self._disengage("the operator is not present")

    def _engage(self) -> None:
        leader, missing = self.leader.value, self._missing()
        if missing or leader is None or self._out is None:
            self._disengage(missing)
            return
        self._anchor, self._met = (leader.position, self._out), False
        if self._jaw is not None:
            self._jaw.catch_up()
        self._say("aligning", "it catches up with the leader")

    def _missing(self) -> str:
        if self.leader.value is None:
            return f"no motion of the leader from {self.leader.writers}"
        if self._out is None:
            return f"no setpoint of the follower from {self.setpoint_js.writers}"
        presence = self.present.value
        if self.present.connections and (presence is None or not presence.present):
            return "the operator is not present"
        return ""

    # What the leader does --------------------------------------------------------------------------------------

    def on_leader(self, leader: JointState) -> None:
        """Send the follower where the leader is, or nearer to it."""
        frame = self.leader.frame
        if frame is None:
            return
        if frame.writer != self._writer:
            self._meet(frame.writer)
        if leader.name != self._names:
            expected, came = ", ".join(self._names), ", ".join(leader.name)
            self._disengage(f"the leader has the joints {came}; expected those of the follower, {expected}")
            return
        step_ns, self._last_at = frame.origin - self._last_at, frame.origin
        if self._out is None:
            return
        if self._anchor is not None:
            self._out = self._next(leader.position, min(max(step_ns, 0), _LONGEST_STEP_NS) * 1e-9)
        self.servo_jp.publish(JointCommand(self._names, self._out))

    def _next(self, leader: Joints, dt: float) -> Joints:
        out, anchor = self._out, self._anchor
        if out is None or anchor is None:
            return leader
        if self.params.mapping == "relative":
            leader = tuple(there + now - then for now, then, there in zip(leader, *anchor, strict=True))
        wanted, limited = self._limits.saturate(leader)
        if limited:
            self._tell_limits(limited)
        if self._met:
            return wanted
        most = self.params.catch_up * dt
        near = tuple(a + min(max(b - a, -most), most) for a, b in zip(out, wanted, strict=True))
        self._met = near == wanted
        if self._met:
            self._say("following")
        return near

    def on_gripper(self, gripper: JointState) -> None:
        """The jaw follows the gripper while the leader leads; else it keeps its angle."""
        low, high = self._jaw_range
        angle, p = min(max(gripper.position[0], low), high), self.params
        if self._jaw is None:
            setpoint = self.jaw_setpoint.value
            start = setpoint.position[0] if setpoint is not None else angle
            self._jaw = JawFollower(start, p.jaw_speed, p.jaw_catch_up, p.jaw_tolerance)
        kept = self._jaw.follow(angle, self.now()) if self._anchor else self._jaw.hold(self.now())
        self.jaw_target.publish(JointCommand(_JAW, (kept,)))

    # What the follower does ------------------------------------------------------------------------------------

    def on_setpoint_js(self, setpoint: JointState) -> None:
        """A follower that rests elsewhere than it was sent is met where it is."""
        frame = self.setpoint_js.frame
        if not self._pressed or frame is None or frame.stamp - self._pressed_at < _SETTLED_NS:
            return
        out = self._out
        if out is None or any(abs(a - b) > _AT_REST for a, b in zip(out, setpoint.position, strict=False)):
            self._out = setpoint.position

    # What ends following ---------------------------------------------------------------------------------------

    def on_stale_leader(self) -> None:
        """Silence of the leader."""
        self._disengage(f"no motion of the leader from {self.leader.writers}")

    def on_stale_clutch(self) -> None:
        """Silence means clutched, and more: nobody can release it."""
        self._disengage(f"the clutch from {self.clutch.writers} has fallen silent")

    def on_stale_present(self) -> None:
        """Silence means absent."""
        if self.present.connections:
            self._disengage(f"the presence from {self.present.writers} has fallen silent")

    def on_stale_setpoint_js(self) -> None:
        """Silence of the follower."""
        self._disengage(f"no setpoint of the follower from {self.setpoint_js.writers}")

    def _meet(self, writer: str) -> None:
        known, self._writer = self._writer, writer
        if known:
            self._disengage("the leader's motion comes from another source; press and release the clutch")

    def _disengage(self, cause: str) -> None:
        self._out = self._anchor = self._jaw = None
        self._pressed = False
        if self._state.state != "disengaged" or self._state.cause != cause:
            self._say("disengaged", cause)

    # What it tells ---------------------------------------------------------------------------------------------

    def _tell_limits(self, joints: tuple[str, ...]) -> None:
        now = self.now()
        if now - self._limited_at > _LIMIT_TOLD_NS:
            self.event("limit", f"the leader is beyond the follower's limits: {', '.join(joints)}")
        self._limited_at = now

    @every(10.0)
    def tell(self) -> None:
        """Repeat the state."""
        self.teleop_state.publish(self._state)

    def _say(self, state: str, cause: str = "") -> None:
        self._state = TeleopState(state, cause, 1.0)
        self.teleop_state.publish(self._state)
