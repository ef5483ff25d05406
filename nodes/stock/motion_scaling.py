"""Maps the hand's motion to the tool's: clutch, scale, orientation, jaw."""

import math
from collections import deque
from typing import Annotated

from msgspec import Meta

from sutura.kinematics.rotations import normalise
from sutura.kinematics.scaling import Anchor, JawFollower
from sutura.messages import Clutch, JointCommand, JointState, Pose, SaturatedPose, TeleopState
from sutura.nodes import Input, Node, NodeParams, Output, every

_JAW = ("jaw",)
_REMEMBERED = 64  # hands, at 1 kHz longer than a `saturated_cp` lives
_LIMIT_TOLD_NS = 500_000_000
_Quaternion = tuple[float, float, float, float]


class MotionScaling(Node):
    """Scale the hand's displacement about the clutch point; orientation is absolute with a saved offset.

    As in dVRK's teleoperation: displacement since the clutch was released, times scale, is added to the arm's
    setpoint at that moment. A gap in the hand's motion or in the setpoint ends following until a re-clutch.

    At a joint limit the hand is anchored to where the tool is kept, as in RAVEN II: what the hand goes beyond is
    not stored, and the tool leaves the limit as soon as the hand turns back.
    """

    class Params(NodeParams):
        """scale: tool metres per hand metre; alignment (x, y, z, w): turns the master's base into the arm's;
        jaw_speed, jaw_catch_up [rad/s]: fastest jaw motion, and that after the clutch until within
        jaw_tolerance [rad]."""

        scale: Annotated[float, Meta(gt=0.0, le=1.0, description="tool metres per hand metre")] = 0.2
        alignment: _Quaternion = (0.0, 0.0, 0.0, 1.0)
        jaw_speed: Annotated[float, Meta(gt=0.0)] = 4.0 * math.pi
        jaw_catch_up: Annotated[float, Meta(gt=0.0)] = 0.2 * math.pi
        jaw_tolerance: Annotated[float, Meta(gt=0.0)] = math.radians(2.0)

    params: Params

    master = Input(Pose, max_age=0.05, frame="{master}_base")
    gripper = Input(JointState, max_age=0.05, required=False)
    clutch = Input(Clutch, max_age=0.05)
    setpoint_cp = Input(Pose, max_age=0.1, frame="{target}_base", feedback=True)
    jaw_setpoint = Input(JointState, max_age=0.1, required=False, feedback=True)
    saturated_cp = Input(SaturatedPose, max_age=0.05, frame="{target}_base", required=False, feedback=True)
    target = Output(Pose, valid_for=0.03, frame="{target}_base", rate="master")
    jaw_target = Output(JointCommand, valid_for=0.03, rate="gripper")
    teleop_state = Output(TeleopState, latched=True, rate=10.0)

    def on_start(self) -> None:
        self._anchor: Anchor | None = None
        self._held: Pose | None = None
        self._jaw: JawFollower | None = None
        self._pressed = False
        self._hands: deque[tuple[int, Pose]] = deque(maxlen=_REMEMBERED)
        self._limited_at = 0
        self._state = TeleopState("disengaged", "the clutch has not been pressed and released yet")

    def on_params(self, params: NodeParams) -> None:
        """A new scale or alignment re-anchors, so that nothing jumps; a new jaw begins where the jaw is."""
        if isinstance(params, self.Params):
            normalise(params.alignment)
        self._jaw = None
        if self._anchor is not None and self._held is not None:
            master = self.master.value
            self._anchor = None if master is None else self._anchor_at(master, self._held, params)

    def on_master(self, pose: Pose) -> None:
        """Send the tool where the hand says, or keep it where it is."""
        if self._anchor is not None:
            frame = self.master.frame
            if frame is not None:
                self._hands.append((frame.origin, pose))
            self._held = Pose(*self._anchor.target(pose.position, pose.orientation))
        elif self._pressed:
            self._held = self._held or self.setpoint_cp.value
        else:
            return
        if self._held is not None:
            self.target.publish(self._held)

    def on_saturated_cp(self, limited: SaturatedPose) -> None:
        """Anchor the hand that was sent beyond a joint limit to where the tool went instead."""
        frame = self.saturated_cp.frame
        hand = next((pose for origin, pose in self._hands if frame is not None and origin == frame.origin), None)
        if self._anchor is None or hand is None:
            return  # of before the clutch
        self._anchor = self._anchor_at(hand, Pose(limited.position, limited.orientation), self.params)
        self._limited_at = self.now()
        self._say("following", f"at the limit of {', '.join(limited.joint)}")

    def on_gripper(self, gripper: JointState) -> None:
        """Let the jaw follow the gripper while the hand drives the arm; else it keeps its angle."""
        if self._jaw is None:
            setpoint = self.jaw_setpoint.value
            start = setpoint.position[0] if setpoint is not None else gripper.position[0]
            p = self.params
            self._jaw = JawFollower(start, p.jaw_speed, p.jaw_catch_up, p.jaw_tolerance)
        angle = self._jaw.follow(gripper.position[0], self.now()) if self._anchor else self._jaw.hold(self.now())
        self.jaw_target.publish(JointCommand(_JAW, (angle,)))

    def on_clutch(self, clutch: Clutch) -> None:
        """Pressed: keep the setpoint. Released: anchor hand and setpoint to each other."""
        if clutch.pressed:
            if not self._pressed or self._anchor is not None:
                self._held = None
            self._pressed, self._anchor = True, None
            self._say("clutched")
        elif self._pressed:
            self._pressed = False
            self._engage()

    def on_stale_master(self) -> None:
        """A hand that has fallen silent no longer drives."""
        self._disengage("the hand's motion has a gap")

    def on_stale_setpoint_cp(self) -> None:
        """Nobody says any more where the arm is."""
        self._disengage("the arm's setpoint has a gap")

    def on_stale_clutch(self) -> None:
        """Silence means clutched."""
        self._disengage("the clutch pedal has fallen silent")

    @every(10.0)
    def tell(self) -> None:
        """Repeat the state for people; a limit is told for a while after it has been left."""
        if self._anchor is not None and self.now() - self._limited_at > _LIMIT_TOLD_NS:
            self._say("following")
        self.teleop_state.publish(self._state)

    def _engage(self) -> None:
        hand, setpoint = self.master.value, self.setpoint_cp.value
        if hand is None or setpoint is None:
            self._disengage("no fresh hand or setpoint when the clutch was released")
            return
        self._hands.clear()
        self._anchor = self._anchor_at(hand, setpoint, self.params)
        if self._jaw is not None:
            self._jaw.catch_up()
        self._say("following")

    def _anchor_at(self, hand: Pose, setpoint: Pose, params: NodeParams) -> Anchor:
        chosen = params if isinstance(params, self.Params) else self.params
        return Anchor(
            hand.position,
            hand.orientation,
            setpoint.position,
            setpoint.orientation,
            scale=chosen.scale,
            alignment=chosen.alignment,
        )

    def _disengage(self, cause: str) -> None:
        self._anchor, self._held, self._pressed = None, None, False
        self._say("disengaged", f"{cause}; press and release the clutch")

    def _say(self, state: str, cause: str = "") -> None:
        if (state, cause) != (self._state.state, self._state.cause):
            self._state = TeleopState(state, cause)
            self.teleop_state.publish(self._state)
