"""Maps the hand's motion to the tool's: clutch, scale, locks, orientation, jaw, and the limits of the tip."""

import math

from sutura.kinematics.camera_frame import through_the_camera
from sutura.kinematics.rotations import Quaternion, Vector3, angle_between, normalise
from sutura.kinematics.scaling import Anchor, JawFollower
from sutura.kinematics.tip_limits import LimitedTip
from sutura.messages import (
    ArmSelection,
    Clutch,
    JointCommand,
    JointState,
    MotionLimits,
    MotionLocks,
    OperatorPresence,
    Pedal,
    Pose,
    SaturatedPose,
    TeleopScale,
    TeleopState,
)
from sutura.nodes import LATCHED, Input, Node, NodeParams, Output, every
from sutura.nodes.stock.engagement import Engagement
from sutura.nodes.stock.hand_over import HandOver
from sutura.nodes.stock.limit_tally import LimitTally
from sutura.nodes.stock.neighbours import Neighbours
from sutura.nodes.stock.scaling_params import ScalingParams
from sutura.nodes.stock.sent_hands import SentHands

_JAW = ("jaw",)
_LONGEST_STEP_NS = 50_000_000  # between two hands; a longer gap has ended following
_SETTLED_NS = 30_000_000  # after it came to rest a setpoint answers the target
_SATURATION_TOLD_NS = 500_000_000
_AT_REST_M, _AT_REST_RAD = 1e-4, 1e-3  # a setpoint this near is the target, but for rounding
_BEHIND_M, _BEHIND_RAD = 0.02, 0.5  # an arm this far behind is limited, or does not follow

_Tip = tuple[Vector3, Quaternion]


class MotionScaling(Node):
    """Scale the hand's displacement about the clutch point; orientation is absolute with a saved offset.

    As in dVRK's teleoperation: displacement since the clutch was released, times scale, is added to the arm's
    setpoint at that moment. A gap in the hand's motion or in the setpoint, another source of the hand, or an
    operator who leaves ends following until a re-clutch.

    No target is farther from the one before than the limits of the tip allow; the hand is then anchored to where
    the tool is kept, so that what it went beyond is not stored.
    """

    class Params(ScalingParams):
        """As of `ScalingParams`."""

    params: Params

    master = Input(Pose, max_age=0.05, frame="{master}_base")
    gripper = Input(JointState, max_age=0.05, required=False)
    clutch = Input(Clutch, max_age=0.05)
    present = Input(OperatorPresence, max_age=0.05, required=False)
    camera_pedal = Input(Pedal, max_age=0.05, required=False)
    selection = Input(ArmSelection, max_age=0.05, required=False)
    camera_cp = Input(Pose, max_age=0.1, required=False, feedback=True)
    locks = Input(MotionLocks, max_age=0.05, required=False)
    scale = Input(TeleopScale, policy=LATCHED, required=False)
    setpoint_cp = Input(Pose, max_age=0.1, frame="{target}_base", feedback=True)
    jaw_setpoint = Input(JointState, max_age=0.1, required=False, feedback=True)
    saturated_cp = Input(SaturatedPose, max_age=0.05, frame="{target}_base", required=False, feedback=True)
    others = Input(Pose, max_age=0.1, many=True, required=False, feedback=True)
    target = Output(Pose, valid_for=0.03, frame="{target}_base", rate="master")
    jaw_target = Output(JointCommand, valid_for=0.03, rate="gripper")
    teleop_state = Output(TeleopState, latched=True, rate=10.0)
    limits = Output(MotionLimits, latched=True, rate=10.0)

    def on_start(self) -> None:
        self._hand, self._out = self.master, self.target
        self._engagement = Engagement(self.params)
        self._tally = LimitTally(self.event)
        self._anchor: Anchor | None = None
        self._rest: _Tip | None = None  # where the tool is kept while the hand does not drive it
        self._rest_since = 0  # 0: it is where the arm is, and not only where it was sent
        self._walks = False  # to the rest
        self._last: _Tip | None = None  # the last target, as long as they follow each other
        self._last_at = 0
        self._jaw: JawFollower | None = None
        self._pressed = False  # by whatever keeps the hand from driving, once the clutch was
        self._hand_over = HandOver(
            has_camera=bool(self.camera_pedal.connections), has_selection=bool(self.selection.connections)
        )
        self._sent = SentHands()
        self._saturated_at = 0
        self._writer = ""
        self._scale = self.params.scale
        self._axes: Quaternion = self.params.alignment  # of the master to those of the arm, since the hand drives
        self._level = MotionLocks(rotation=False, translation=False)
        self._locks = (self.params.rotation_lock, self.params.translation_lock)
        self._state = TeleopState("disengaged", "the clutch has not been pressed and released yet")
        self._neighbours = Neighbours(self.params, self.others.connections)
        self._take(self.params)

    def on_params(self, params: NodeParams) -> None:
        """What changes the mapping re-anchors, so that nothing jumps; a new jaw begins where the jaw is."""
        if not isinstance(params, self.Params):
            return
        normalise(params.alignment)
        old = self.params
        self._take(params)
        self._jaw = None
        self._engagement.take(params)
        if params.scale != old.scale:
            self._scale = params.scale
        if (params.alignment, params.align) != (old.alignment, old.align):
            self._let_go()
        self._axes = self._alignment() or self._axes
        self._lock()
        self._re_anchor_here()

    # What the operator says -----------------------------------------------------------------------------------

    def on_clutch(self, clutch: Clutch) -> None:
        """Pressed: keep the setpoint. Released: anchor hand and setpoint to each other."""
        self._hand_over.clutch = clutch.pressed
        if clutch.pressed and not self._pressed:
            self._press()
        else:
            self._hand_over_or_take()

    def on_camera_pedal(self, pedal: Pedal) -> None:
        """Pressed, the hands move the camera; what it does to a hand that drives an arm, the clutch does."""
        self._hand_over.camera = pedal.pressed
        self._hand_over_or_take()

    def on_selection(self, selection: ArmSelection) -> None:
        """An arm that the hand leaves is kept; one that it takes over is anchored to it."""
        self._hand_over.selected = selection.arm == self._chosen.arm
        self._hand_over_or_take()

    def on_stale_camera_pedal(self) -> None:
        """Silence means pressed: the arms keep where they are."""
        if self.camera_pedal.connections:
            self._hand_over.camera = True
            self._hand_over_or_take()

    def on_stale_selection(self) -> None:
        """Silence means that the hand drives another arm."""
        if self.selection.connections:
            self._hand_over.selected = False
            self._hand_over_or_take()

    def on_present(self, presence: OperatorPresence) -> None:
        """An operator who leaves ends following."""
        if not presence.present and self._state.state != "disengaged":
            self._disengage("the operator is not present")

    def on_scale(self, message: TeleopScale) -> None:
        """A new scale counts from where hand and tool are; it and the parameter: the newest word counts."""
        if not 0.0 < message.scale <= 1.0:
            self.event("rejected", f"scale {message.scale:g}: expected above 0 and up to 1")
            return
        self._scale = message.scale
        self._re_anchor_here()

    def on_locks(self, locks: MotionLocks) -> None:
        """What is locked by the level is locked, whatever the parameters say."""
        if locks != self._level:
            self._level = locks
            self._lock()

    def on_stale_locks(self) -> None:
        """Silence means locked."""
        if self.locks.connections:
            self._level = MotionLocks(rotation=True, translation=True)
            self._lock()

    # What the hand does ---------------------------------------------------------------------------------------

    def on_master(self, hand: Pose) -> None:
        """Send the tool where the hand says, or keep it where it is."""
        frame = self._hand.frame
        if frame is None:
            return
        if frame.writer != self._writer:
            self._meet(frame.writer)
        if self._anchor is None and not self._pressed and self._rest is not None:
            self._follow_if_ready(hand, self._rest)
        anchor = self._anchor
        if anchor is not None:
            self._sent.add(frame.origin, hand)
            tip = anchor.target(hand.position, hand.orientation)
        elif self._rest is not None:
            tip = self._rest
        else:
            return
        last, at = self._last, frame.origin
        if last is not None:
            dt = min(max(at - self._last_at, 0), _LONGEST_STEP_NS) * 1e-9
            limited = self._tip.limit(tip, last, dt)
            if limited is not None:
                tip = self._limit(limited, hand)
            else:
                self._walks = False
        self._last, self._last_at = tip, at
        self._out.publish(Pose(tip[0], tip[1]))

    def on_gripper(self, gripper: JointState) -> None:
        """Let the jaw follow the gripper while the hand drives the arm; else it keeps its angle."""
        angle = gripper.position[0]
        self._engagement.see_gripper(angle)
        if self._jaw is None:
            setpoint, p = self.jaw_setpoint.value, self.params
            start = setpoint.position[0] if setpoint is not None else angle
            self._jaw = JawFollower(start, p.jaw_speed, p.jaw_catch_up, p.jaw_tolerance)
        kept = self._jaw.follow(angle, self.now()) if self._anchor else self._jaw.hold(self.now())
        self.jaw_target.publish(JointCommand(_JAW, (kept,)))

    def re_anchor(self, hand: Pose, tip: _Tip) -> None:
        """Tie the hand to where the tool is kept instead: what it went beyond is not stored."""
        if self._anchor is not None:
            keeps = self._chosen.align and not self._locks[0]  # an aligned hand stays so; the tool turns after it
            self._anchor = self._anchor_at(hand, tip, self._anchor.offset if keeps else None)

    # What the arm does ----------------------------------------------------------------------------------------

    def on_setpoint_cp(self, setpoint: Pose) -> None:
        """An arm that is not where it was sent, because it is limited or does not follow, is met where it is."""
        tip, last, frame = (setpoint.position, setpoint.orientation), self._last, self.setpoint_cp.frame
        if self._pressed and self._rest is None:
            self._rest, self._rest_since = tip, 0
        elif self._rest is not None and frame is not None:
            if frame.stamp - self._rest_since > _SETTLED_NS:
                self._rest_since = 0
                if _apart(tip, self._rest, _AT_REST_M, _AT_REST_RAD):
                    self._rest = tip
        elif last is not None and self._anchor is not None and _apart(tip, last, _BEHIND_M, _BEHIND_RAD):
            hand = self._hand.value
            if hand is not None:
                self.re_anchor(hand, tip)
                self._tally.note("arm_lag", f"{math.dist(tip[0], last[0]) * 1e3:.0f} mm", self.now())
        missing = self._neighbours.missing(self.now())
        if missing and self._state.state != "disengaged":
            self._disengage(missing)

    def on_saturated_cp(self, limited: SaturatedPose) -> None:
        """Anchor the hand that was sent beyond a joint limit to where the tool went instead."""
        frame = self.saturated_cp.frame
        hand = self._sent.of(frame.origin) if frame is not None else None
        if self._anchor is None or hand is None:
            return  # of before the clutch
        self.re_anchor(hand, (limited.position, limited.orientation))
        self._saturated_at = self.now()
        self._say("following", f"at the limit of {', '.join(limited.joint)}")

    def on_others(self, pose: Pose) -> None:
        """Where the shaft of another arm is."""
        frame = self.others.frame
        if frame is not None:
            self._neighbours.hear(frame.topic, pose.position, self.now())

    # What ends following --------------------------------------------------------------------------------------

    def on_stale_master(self) -> None:
        """A hand that has fallen silent no longer drives."""
        self._disengage("the hand's motion has a gap")

    def on_stale_setpoint_cp(self) -> None:
        """Nobody says any more where the arm is."""
        self._disengage("the arm's setpoint has a gap")

    def on_stale_clutch(self) -> None:
        """Silence means clutched."""
        self._disengage("the clutch pedal has fallen silent")

    def on_stale_present(self) -> None:
        """Silence means absent."""
        if self.present.connections:
            self._disengage("the operator's presence has fallen silent")

    @every(10.0)
    def tell(self) -> None:
        """Repeat the state and what was limited, for people; a limit is told for a while after it was left."""
        if self._anchor is not None and self._state.cause and self.now() - self._saturated_at > _SATURATION_TOLD_NS:
            self._say("following")
        self.teleop_state.publish(self._state)
        self.limits.publish(self._tally.message(self.now()))
        for figure, count in self._tally.gauges().items():
            self.gauge(figure, count)

    # Inner workings -------------------------------------------------------------------------------------------

    def _take(self, params: ScalingParams) -> None:
        neighbours = Neighbours(params, self.others.connections)
        neighbours.go_on_from(self._neighbours)
        self._chosen, self._neighbours, self._tip = params, neighbours, params.tip_limits()
        self._tip.others = neighbours.shafts

    def _meet(self, writer: str) -> None:
        if self._writer and self._state.state != "disengaged":
            self._disengage(f"the hand's motion comes from another source, {writer}")
        self._writer = writer

    def _hand_over_or_take(self) -> None:
        """After a word of a pedal. Only the clutch leads on from `disengaged`."""
        why = self._hand_over.why_not()
        if why is None:
            if self._pressed:
                self._pressed = False
                self._engage()
        elif not self._pressed and self._state.state != "disengaged":
            self._press()
        elif self._pressed and why != self._state.cause:
            self._say("clutched", why)

    def _press(self) -> None:
        """Keep the setpoint."""
        self._pressed, self._anchor = True, None
        self._come_to_rest()
        self._say("clutched", self._hand_over.why_not() or "")

    def _alignment(self) -> Quaternion | None:
        """What turns the master's axes into the arm's; None where a camera is wired and not heard."""
        p = self._chosen
        if not self.camera_cp.connections:
            return p.alignment
        camera = self.camera_cp.value
        if camera is None:
            return None
        return through_the_camera(
            p.placement.placement, p.camera.placement, camera.orientation, normalise(p.alignment)
        )

    def _come_to_rest(self) -> None:
        """At the last target if the arm is about there, else where the arm is."""
        setpoint, last = self.setpoint_cp.value, self._last
        tip = (setpoint.position, setpoint.orientation) if setpoint is not None else None
        is_there = last is not None and (tip is None or not _apart(tip, last, _BEHIND_M, _BEHIND_RAD))
        self._rest, self._rest_since = (last, self.now()) if is_there else (tip, 0)

    def _engage(self) -> None:
        if self._hand.value is None or self.setpoint_cp.value is None or self._rest is None:
            self._disengage("no fresh hand or setpoint when the clutch was released")
        elif self.present.connections and not (self.present.value and self.present.value.present):
            self._disengage("the operator is not present")
        elif missing := self._neighbours.missing(self.now()):
            self._disengage(missing)
        else:
            self._follow_if_ready(self._hand.value, self._rest)

    def _follow_if_ready(self, hand: Pose, rest: _Tip) -> None:
        alignment = self._alignment()
        why = "the camera is not heard"
        if alignment is not None:
            why = self._engagement.why_not(hand.orientation, rest[1], alignment)
            self._axes = alignment
        if self._rest_since or self._walks:
            why = why or "the tool comes to rest"
        if why and self._state.state == "aligning":
            self._state = self._state_of("aligning", why)  # its degrees change: told ten times a second
        elif why:
            self._say("aligning", why)
        if why:
            return
        self._sent.clear()
        self._anchor, self._rest = self._anchor_at(hand, self._last or rest), None
        self._engagement.followed()
        if self._jaw is not None:
            self._jaw.catch_up()
        self._say("following")

    def _anchor_at(self, hand: Pose, tip: _Tip, offset: Quaternion | None = None) -> Anchor:
        return Anchor(
            hand.position,
            hand.orientation,
            *tip,
            scale=self._scale,
            alignment=self._axes,
            offset=offset,
            lock_rotation=self._locks[0],
            lock_translation=self._locks[1],
        )

    def _re_anchor_here(self) -> None:
        if self._anchor is not None and self._last is not None:
            hand = self._hand.value
            if hand is not None:
                self.re_anchor(hand, self._last)
        self._say(self._state.state, self._state.cause)

    def _lock(self) -> None:
        """Lock and unlock; what was locked begins anew, and an aligned hand must be aligned again."""
        p, level, before = self._chosen, self._level, self._locks
        self._locks = (p.rotation_lock or level.rotation, p.translation_lock or level.translation)
        if self._locks == before:
            return
        if before[0] and not self._locks[0] and p.align:
            self._let_go()
        self._re_anchor_here()

    def _let_go(self) -> None:
        """Keep the tool where it is until it is at rest and the hand may drive it again."""
        if self._anchor is not None:
            self._anchor = None
            self._come_to_rest()

    def _limit(self, limited: LimitedTip, hand: Pose) -> _Tip:
        now = self.now()
        self._walks = any(reason.endswith("speed") for reason, _ in limited.reasons)
        for reason, what in limited.reasons:
            self._tally.note(reason, what, now)
        tip = (limited.position, limited.orientation)
        self.re_anchor(hand, tip)
        return tip

    def _disengage(self, cause: str) -> None:
        self._anchor, self._rest, self._last, self._pressed, self._walks = None, None, None, False, False
        self._engagement.reset()
        self._say("disengaged", f"{cause}; press and release the clutch")

    def _say(self, state: str, cause: str = "") -> None:
        said = self._state_of(state, cause)
        if said != self._state:
            self._state = said
            self.teleop_state.publish(said)

    def _state_of(self, state: str, cause: str) -> TeleopState:
        return TeleopState(state, cause, self._scale, *self._locks)


def _apart(one: _Tip, other: _Tip, distance: float, angle: float) -> bool:
    return math.dist(one[0], other[0]) > distance or angle_between(one[1], other[1]) > angle
