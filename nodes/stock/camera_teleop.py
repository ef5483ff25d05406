"""Both hands move the endoscope while the camera pedal is pressed."""

import math
from typing import Annotated, cast

from msgspec import Meta

from sutura.kinematics import open_arm
from sutura.kinematics.camera_grip import CameraGrip, GripGains, approach
from sutura.kinematics.capsules import keep_clear
from sutura.kinematics.endoscope import NAMES, EndoscopeArm, EndoscopeJoints
from sutura.messages import JointCommand, JointState, MotionLimits, OperatorPresence, Pedal, Pose, TeleopState
from sutura.nodes import Input, Node, Output, RequestRefused, every
from sutura.nodes.stock.clearance_params import ClearanceParams
from sutura.nodes.stock.limit_tally import LimitTally
from sutura.nodes.stock.neighbours import Neighbours

_LONGEST_STEP_S = 0.01
_SETTLED_NS = 100_000_000  # after its last motion the setpoint answers the command
_ELSEWHERE = 1e-3  # [rad, m] an arm this far from where it rests has been held


class CameraTeleop(Node):
    """Move the camera about its remote centre as both hands go, while the pedal is pressed; else it rests.

    A press ties hands and joints to each other, so that nothing jumps; a joint at a limit of position or speed, or
    a neighbour that is too near, ties them anew, so that nothing winds up.
    """

    class Params(ClearanceParams):
        """model: the camera arm's file; pan [rad/m], zoom, spread [m/m]: as of `GripGains`; turn_speed [rad/s],
        zoom_speed [m/s]: of the joints."""

        model: str = "ecm_classic"
        pan: Annotated[float, Meta(gt=0.0, le=20.0)] = 2.0
        zoom: Annotated[float, Meta(ge=0.0, le=2.0)] = 0.3
        spread: Annotated[float, Meta(ge=0.0, le=2.0)] = 0.3
        turn_speed: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.5
        zoom_speed: Annotated[float, Meta(gt=0.0, le=0.2)] = 0.05

    params: Params

    left = Input(Pose, max_age=0.05)
    right = Input(Pose, max_age=0.05)
    pedal = Input(Pedal, max_age=0.05)
    present = Input(OperatorPresence, max_age=0.05, required=False)
    setpoint_js = Input(JointState, max_age=0.1, feedback=True)
    others = Input(Pose, max_age=0.1, many=True, required=False, feedback=True)
    servo_jp = Output(JointCommand, valid_for=0.03, rate="right")
    teleop_state = Output(TeleopState, latched=True, rate=10.0)
    limits = Output(MotionLimits, latched=True, rate=10.0)

    def on_start(self) -> None:
        arm = open_arm(self.params.model)
        if not isinstance(arm, EndoscopeArm):
            raise RequestRefused(f"{self.name}: expected the file of a camera arm, {self.params.model} is another")
        p = self.params
        self._arm, self._gains = arm, GripGains(p.pan, p.zoom, p.spread)
        self._tally = LimitTally(self.event)
        self._neighbours = Neighbours(p, self.others.connections)
        self._grip: CameraGrip | None = None
        self._kept: EndoscopeJoints | None = None
        self._at = self._moved_at = 0
        self._state = TeleopState("clutched", "the camera pedal is not pressed")

    def on_right(self, right: Pose) -> None:
        """Send the camera where the hands say, or keep it where it is."""
        if self._kept is None:
            self._kept = self._setpoint()
        kept, now = self._kept, self.now()
        if kept is None:
            return
        left = self.left.value
        why = self._why_not(left is not None)
        if left is None or why:
            self._release(why)
        elif self._grip is None:
            self._take(left, right, kept)
        else:
            dt = min((now - self._at) * 1e-9, _LONGEST_STEP_S)
            self._kept = kept = self._follow(self._grip, left, right, kept, dt)
            self._moved_at = now
        self._at = now
        self.servo_jp.publish(JointCommand(NAMES, kept))

    def on_setpoint_js(self, setpoint: JointState) -> None:
        """An arm that was held elsewhere is met where it is."""
        kept = self._kept
        if self._grip is not None or kept is None or self.now() - self._moved_at <= _SETTLED_NS:
            return
        if any(abs(a - b) > _ELSEWHERE for a, b in zip(setpoint.position, kept, strict=True)):
            self._kept = self._setpoint()

    def on_others(self, pose: Pose) -> None:
        """Where the shaft of another arm is."""
        frame = self.others.frame
        if frame is not None:
            self._neighbours.hear(frame.topic, pose.position, self.now())

    def on_stale_pedal(self) -> None:
        """Silence means released: the camera rests."""
        self._release("the camera pedal has fallen silent")

    @every(10.0)
    def tell(self) -> None:
        """Repeat the state and what was limited."""
        self.teleop_state.publish(self._state)
        self.limits.publish(self._tally.message(self.now()))
        for figure, count in self._tally.gauges().items():
            self.gauge(figure, count)

    def _why_not(self, has_left: bool) -> str:
        if self.pedal.value is None or not self.pedal.value.pressed:
            return "the camera pedal is not pressed"
        if not has_left:
            return "the left hand is not heard"
        if self.present.connections and not (self.present.value and self.present.value.present):
            return "the operator is not present"
        return self._neighbours.missing(self.now())

    def _take(self, left: Pose, right: Pose, joints: EndoscopeJoints) -> None:
        self._grip = CameraGrip(left.position, right.position, joints, self._gains)
        self._state = TeleopState("following")

    def _release(self, why: str) -> None:
        self._grip = None
        self._state = TeleopState("clutched", why)

    def _follow(
        self, grip: CameraGrip, left: Pose, right: Pose, kept: EndoscopeJoints, dt: float
    ) -> EndoscopeJoints:
        """Where the camera goes next, within all limits; what was limited is tied anew."""
        wanted = grip.target(left.position, right.position)
        within, beyond = self._arm.limits.saturate(wanted)
        p = self.params
        most = (p.turn_speed * dt, p.turn_speed * dt, p.zoom_speed * dt, p.turn_speed * dt)
        there = approach(kept, within, most)
        for reason, what in self._reasons(beyond, math.dist(there, within) > 0.0):
            self._tally.note(reason, what, self.now())
        by = self._in_the_way(there, kept, dt)
        if by:
            self._tally.note("clearance", by, self.now())
            there = kept
        if there != wanted:
            self._take(left, right, there)
        return there

    @staticmethod
    def _reasons(beyond: tuple[str, ...], too_fast: bool) -> tuple[tuple[str, str], ...]:
        found = tuple(("joint_limit", name) for name in beyond[:1])
        return (*found, ("joint_speed", "the camera")) if too_fast else found

    def _in_the_way(self, there: EndoscopeJoints, kept: EndoscopeJoints, dt: float) -> str:
        """The name of the arm that the camera would come too near; empty if none."""
        shafts, p = self._neighbours.shafts, self.params
        if not shafts or not p.clearance:
            return ""
        tip, before = self._arm.forward_pose(there)[0], self._arm.forward_pose(kept)[0]
        return keep_clear(tip, before, p.shaft_radius, shafts, p.clearance, dt)[1]

    def _setpoint(self) -> EndoscopeJoints | None:
        setpoint = self.setpoint_js.value
        return cast(EndoscopeJoints, tuple(setpoint.position)) if setpoint is not None else None
