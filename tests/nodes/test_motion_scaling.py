"""Scaling as a node: when the hand drives, when it does not, and that nothing ever jumps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from sutura.kinematics import KinematicsError
from sutura.kinematics.capsules import Capsule, gap
from sutura.kinematics.rotations import angle_between, multiply
from sutura.messages import (
    Clutch,
    JointCommand,
    JointState,
    Message,
    MotionLimits,
    MotionLocks,
    OperatorPresence,
    Pose,
    TeleopScale,
    TeleopState,
)
from sutura.nodes import BadParameters, changed_params
from sutura.nodes.stock.motion_scaling import MotionScaling
from sutura.runtime.errors import NodeCrashed

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, MakeBench

IDENTITY = (0.0, 0.0, 0.0, 1.0)
TURN = (0.0, 0.0, math.sin(0.2), math.cos(0.2))
SETPOINT = Pose((0.01, 0.02, -0.11), (1.0, 0.0, 0.0, 0.0))


def hand(x: float = 0.3, orientation: tuple[float, float, float, float] = TURN) -> Pose:
    return Pose((x, -0.1, 0.2), orientation)


FAST = {"tip_speed": 1000.0, "turn_speed": 10000.0, "braking": 1e9}
NO_CART = {"camera_pedal": (), "selection": (), "camera_cp": ()}
UNWIRED = {"locks": (), "scale": (), "present": (), "others": (), **NO_CART}


def say(b: Bench, pressed: bool, x: float = 0.3, steps: int = 5, **more: Message) -> None:
    """Clutch, hand and an arm that does as it is told, for some milliseconds."""
    for _ in range(steps):
        b.send("setpoint_cp", (targets(b) or [SETPOINT])[-1], valid_for=0.1)
        b.send("clutch", Clutch(pressed), valid_for=0.05)
        for port, message in more.items():
            b.send(port, message, valid_for=0.05)
        b.send("master", hand(x), valid_for=0.05)
        b.run_for(0.001)


def targets(b: Bench) -> list[Pose]:
    return [frame.payload for frame in b.said("target") if isinstance(frame.payload, Pose)]


def state(b: Bench) -> TeleopState:
    said = b.said("teleop_state")[-1].payload
    assert isinstance(said, TeleopState)
    return said


def scaling(bench: MakeBench, **params: object) -> Bench:
    return bench("motion_scaling", params={**FAST, **params}, wires=UNWIRED)


def following(bench: MakeBench, **params: object) -> Bench:
    b = scaling(bench, **params)
    say(b, pressed=True)
    say(b, pressed=False)
    assert state(b).state == "following"
    return b


def test_a_released_pedal_alone_does_not_begin_anything(bench: MakeBench) -> None:
    b = scaling(bench)
    b.send("setpoint_cp", SETPOINT)
    b.send("master", hand())
    say(b, pressed=False, steps=20)
    b.run_for(0.1)
    assert targets(b) == []
    assert state(b).state == "disengaged"


def test_while_clutched_the_target_is_the_setpoint(bench: MakeBench) -> None:
    b = scaling(bench)
    for x in (0.1, 0.2, 0.3):
        say(b, pressed=True, x=x)
    assert set(targets(b)) == {SETPOINT}
    assert state(b).state == "clutched"


def test_the_first_target_after_the_clutch_equals_the_setpoint_exactly(bench: MakeBench) -> None:
    b = scaling(bench)
    say(b, pressed=True)
    b.sent.clear()
    say(b, pressed=False, steps=1)
    assert targets(b)[0].position == SETPOINT.position
    assert angle_between(targets(b)[0].orientation, SETPOINT.orientation) < 1e-9


@pytest.mark.parametrize("scale", [0.1, 0.2, 1.0])
def test_displacement_times_scale(bench: MakeBench, scale: float) -> None:
    b = following(bench, scale=scale)
    say(b, pressed=False, x=0.35)
    x, y, z = targets(b)[-1].position
    assert x - SETPOINT.position[0] == pytest.approx(scale * 0.05)
    assert (y, z) == pytest.approx(SETPOINT.position[1:])


def test_orientation_is_absolute_with_the_offset_of_the_clutch_point(bench: MakeBench) -> None:
    b = following(bench)
    by = (math.sin(0.1), 0.0, 0.0, math.cos(0.1))
    b.send("master", hand(orientation=multiply(by, TURN)))
    assert angle_between(targets(b)[-1].orientation, multiply(by, SETPOINT.orientation)) < 1e-7


def test_changing_the_scale_while_following_does_not_jump(bench: MakeBench) -> None:
    b = following(bench, scale=0.2)
    say(b, pressed=False, x=0.4)
    before = targets(b)[-1]
    b.host.set_params(b.node, changed_params("n", b.node.params, {"scale": 0.5}))
    say(b, pressed=False, x=0.4, steps=1)
    assert targets(b)[-1].position == pytest.approx(before.position)
    assert angle_between(targets(b)[-1].orientation, before.orientation) < 1e-7
    say(b, pressed=False, x=0.41, steps=1)
    assert targets(b)[-1].position[0] - before.position[0] == pytest.approx(0.5 * 0.01)


def test_an_alignment_that_is_no_rotation_is_refused_and_following_goes_on(bench: MakeBench) -> None:
    b = following(bench)
    with pytest.raises(KinematicsError, match="length above 0"):
        b.host.set_params(b.node, changed_params("n", b.node.params, {"alignment": [0.0, 0.0, 0.0, 0.0]}))
    say(b, pressed=False, x=0.35)
    assert state(b).state == "following"
    assert isinstance(b.node, MotionScaling)
    assert b.node.params.alignment == IDENTITY


@pytest.mark.parametrize(
    ("silent", "cause"),
    [("master", "hand's motion"), ("clutch", "clutch pedal"), ("setpoint_cp", "arm's setpoint")],
)
def test_a_gap_in_any_of_its_inputs_demands_a_re_clutch(bench: MakeBench, silent: str, cause: str) -> None:
    b = following(bench)
    others = {"master": hand(), "clutch": Clutch(False), "setpoint_cp": SETPOINT}
    rest = {port: message for port, message in others.items() if port != silent}
    b.keep_saying(0.13, rest)
    assert state(b).state == "disengaged"
    assert cause in state(b).cause
    b.sent.clear()
    b.keep_saying(0.1, others)
    assert targets(b) == [], "everything is back, and still it waits"
    say(b, pressed=True, x=0.5)
    say(b, pressed=False, x=0.5, steps=1)
    assert targets(b)[-1].position == SETPOINT.position
    assert state(b).state == "following"


def test_a_clutch_released_without_a_fresh_setpoint_engages_nothing(bench: MakeBench) -> None:
    b = scaling(bench)
    for pressed in (True, False):
        b.send("clutch", Clutch(pressed))
        b.send("master", hand())
    assert targets(b) == []
    assert "no fresh hand or setpoint" in state(b).cause


# Jaw ------------------------------------------------------------------------------------------------------------


def gripper(angle: float) -> JointState:
    return JointState(("gripper",), (angle,))


def jaws(b: Bench) -> list[float]:
    return [f.payload.position[0] for f in b.said("jaw_target") if isinstance(f.payload, JointCommand)]


def test_the_jaw_keeps_its_angle_until_the_hand_drives_and_then_follows_slowly(bench: MakeBench) -> None:
    b = scaling(bench)
    set_jaw = JointState(("jaw",), (0.2,))
    say(b, pressed=True, steps=20, jaw_setpoint=set_jaw, gripper=gripper(1.0))
    assert set(jaws(b)) == {0.2}
    say(b, pressed=False, steps=20, jaw_setpoint=set_jaw, gripper=gripper(1.0))
    assert jaws(b)[-1] == pytest.approx(0.2 + 0.2 * math.pi * 0.020, rel=0.1)
    b.sent.clear()
    say(b, pressed=True, steps=20, jaw_setpoint=set_jaw, gripper=gripper(1.3))
    assert len(set(jaws(b))) == 1, "clutched, the jaw keeps its grip"


def test_changed_jaw_speeds_count_at_once_and_begin_where_the_jaw_is(bench: MakeBench) -> None:
    b = following(bench)
    set_jaw = JointState(("jaw",), (0.2,))
    say(b, pressed=False, steps=5, jaw_setpoint=set_jaw, gripper=gripper(1.0))
    b.host.set_params(b.node, changed_params("n", b.node.params, {"jaw_catch_up": 0.1}))
    b.sent.clear()
    say(b, pressed=False, steps=11, jaw_setpoint=set_jaw, gripper=gripper(1.0))
    assert jaws(b)[0] == pytest.approx(0.2)
    assert jaws(b)[-1] == pytest.approx(0.2 + 0.1 * 0.010)


# Scale, locks, alignment ----------------------------------------------------------------------------------------


def wired(bench: MakeBench, **params: object) -> Bench:
    """With every input."""
    b = bench("motion_scaling", params={**FAST, **params}, wires={"others": (), **NO_CART})
    say_all(b, pressed=True)
    say_all(b, pressed=False)
    assert state(b).state == "following"
    return b


def say_all(b: Bench, pressed: bool = False, x: float = 0.3, steps: int = 5, **more: Message) -> None:
    level = {"present": OperatorPresence(True), "locks": MotionLocks(False, False)}
    say(b, pressed, x, steps, **{**level, **more})


def turn(b: Bench, by: float, x: float = 0.3) -> Pose:
    """Turn the hand about x by an angle from `TURN`; where the tool then is."""
    turned = multiply((math.sin(by / 2), 0.0, 0.0, math.cos(by / 2)), TURN)
    b.send("setpoint_cp", targets(b)[-1], valid_for=0.1)
    b.send("master", hand(x, turned), valid_for=0.05)
    b.run_for(0.001)
    return targets(b)[-1]


def change(b: Bench, **changes: object) -> None:
    b.host.set_params(b.node, changed_params("n", b.node.params, changes))


def test_the_scale_on_its_topic_counts_from_where_the_hand_is_and_the_newest_word_counts(bench: MakeBench) -> None:
    b = wired(bench, scale=0.2)
    say_all(b, x=0.31)
    before = targets(b)[-1].position[0]
    b.send("scale", TeleopScale(0.5))
    say_all(b, x=0.32)
    assert targets(b)[-1].position[0] - before == pytest.approx(0.5 * 0.01)
    assert state(b).scale == 0.5
    change(b, scale=0.1)
    say_all(b, x=0.33)
    assert targets(b)[-1].position[0] - before == pytest.approx(0.6 * 0.01)


@pytest.mark.parametrize("scale", [0.0, -0.5, 1.01])
def test_a_scale_out_of_bounds_is_refused_in_words_and_changes_nothing(bench: MakeBench, scale: float) -> None:
    b = wired(bench, scale=0.2)
    b.send("scale", TeleopScale(scale))
    say_all(b, x=0.31)
    assert state(b).scale == 0.2
    assert [e.text for e in b.events if e.kind == "rejected"] == [f"scale {scale:g}: expected above 0 and up to 1"]


@pytest.mark.parametrize("how", ["level", "parameter"])
def test_what_is_locked_stays_and_unlocked_begins_anew(bench: MakeBench, how: str) -> None:
    b = wired(bench)

    def lock(rotation: bool, translation: bool) -> None:
        if how == "level":
            b.send("locks", MotionLocks(rotation, translation), valid_for=0.05)
        else:
            change(b, rotation_lock=rotation, translation_lock=translation)

    start = targets(b)[-1]
    lock(rotation=True, translation=False)
    moved = turn(b, 0.3, x=0.31)
    assert moved.orientation == start.orientation
    assert moved.position[0] - start.position[0] == pytest.approx(0.002)
    lock(rotation=False, translation=True)
    unlocked = turn(b, 0.3, x=0.35)
    assert angle_between(unlocked.orientation, start.orientation) < 1e-7, "unlocked, it does not leap to the hand"
    assert unlocked.position == moved.position
    turned = turn(b, 0.4, x=0.35)
    assert angle_between(turned.orientation, start.orientation) == pytest.approx(0.1, abs=1e-6)
    lock(rotation=False, translation=False)
    assert turn(b, 0.4, x=0.35).position == moved.position
    assert (state(b).rotation_locked, state(b).translation_locked) == (False, False)


def test_locks_that_fall_silent_lock_both(bench: MakeBench) -> None:
    b = wired(bench)
    for _ in range(60):
        say(b, pressed=False, steps=1, present=OperatorPresence(True))
    before = targets(b)[-1]
    assert turn(b, 0.2, x=0.32) == before
    assert (state(b).rotation_locked, state(b).translation_locked) == (True, True)


ALIGNED = Pose(SETPOINT.position, TURN)  # a tool that is turned as the hand is


def begin_aligned(b: Bench, by: float) -> TeleopState:
    """Press and release with a hand turned by an angle from the tool."""
    turned = multiply((math.sin(by / 2), 0.0, 0.0, math.cos(by / 2)), TURN)
    for pressed in (True, False):
        for _ in range(15):
            b.send("setpoint_cp", (targets(b) or [ALIGNED])[-1], valid_for=0.1)
            b.send("clutch", Clutch(pressed), valid_for=0.05)
            b.send("master", hand(orientation=turned), valid_for=0.05)
            b.run_for(0.01)
    return state(b)


def test_a_hand_that_is_not_turned_as_the_tool_waits_and_says_by_how_much(bench: MakeBench) -> None:
    b = scaling(bench, align=True)
    said = begin_aligned(b, math.radians(12.0))
    assert (said.state, said.cause) == (
        "aligning",
        "the hand is turned 12° from the tool; turn it to within 5°",
    )
    assert turn(b, math.radians(6.0), x=0.4) == ALIGNED, "waiting, it moves nothing"
    first = turn(b, math.radians(4.9), x=0.4)
    assert state(b).state == "following"
    assert first.position == ALIGNED.position
    assert angle_between(first.orientation, ALIGNED.orientation) < 1e-7, "and begins without a leap"


def test_after_a_clutch_the_hand_must_be_turned_more_exactly(bench: MakeBench) -> None:
    b = scaling(bench, align=True)
    assert begin_aligned(b, 0.0).state == "following"
    said = begin_aligned(b, math.radians(3.0))
    assert said.state == "aligning"
    assert "within 2°" in said.cause
    turn(b, math.radians(1.5))
    assert state(b).state == "following"


def test_unlocking_rotation_demands_a_new_alignment(bench: MakeBench) -> None:
    b = scaling(bench, align=True)
    begin_aligned(b, 0.0)
    change(b, rotation_lock=True)
    before = turn(b, 0.5)
    change(b, rotation_lock=False)
    for _ in range(50):
        assert turn(b, 0.5, x=0.4) == before
        b.send("clutch", Clutch(False), valid_for=0.05)
    assert state(b).state == "aligning"
    turn(b, 0.0)
    assert state(b).state == "following"


def test_an_aligned_tool_that_turns_slower_than_the_hand_comes_after_it(bench: MakeBench) -> None:
    b = scaling(bench, align=True, turn_speed=1.0)
    begin_aligned(b, 0.0)
    assert angle_between(turn(b, 0.02).orientation, ALIGNED.orientation) == pytest.approx(0.01, rel=0.01)
    for _ in range(30):
        last = turn(b, 0.02)
    assert angle_between(last.orientation, ALIGNED.orientation) == pytest.approx(0.02, abs=1e-6)


# Before the hand drives -----------------------------------------------------------------------------------------


def test_the_hand_test_asks_for_a_grip_or_a_roll_once(bench: MakeBench) -> None:
    b = scaling(bench, hand_test=True)
    say(b, pressed=True, gripper=gripper(0.1))
    say(b, pressed=False, steps=50, gripper=gripper(0.1))
    assert state(b).state == "aligning"
    assert "move the gripper by 40° or roll by 4°" in state(b).cause
    say(b, pressed=False, gripper=gripper(0.1 + math.radians(41.0)))
    assert state(b).state == "following"
    say(b, pressed=True, steps=50)
    say(b, pressed=False)
    assert state(b).state == "following", "a clutch is no reason to ask again"
    b.run_for(0.2)
    say(b, pressed=True)
    say(b, pressed=False)
    assert state(b).state == "aligning", "a gap is"
    rolled = multiply(TURN, (0.0, 0.0, math.sin(0.04), math.cos(0.04)))
    b.send("master", hand(orientation=rolled), valid_for=0.05)
    assert state(b).state == "following"


@pytest.mark.parametrize("how", ["leaves", "silent"])
def test_an_operator_who_leaves_must_re_clutch(bench: MakeBench, how: str) -> None:
    b = wired(bench)
    for _ in range(60):
        if how == "leaves":
            b.send("present", OperatorPresence(False), valid_for=0.05)
        say(b, pressed=False, steps=1, locks=MotionLocks(False, False))
    assert state(b).state == "disengaged"
    assert "presen" in state(b).cause
    say_all(b, pressed=False, steps=20)
    assert state(b).state == "disengaged"


def test_a_hand_from_another_process_must_re_clutch(bench: MakeBench) -> None:
    b = following(bench)
    b.deliver(b.frame("master", hand(0.9), writer="tester@2", valid_for=0.05))
    assert state(b).state == "disengaged"
    assert state(b).cause == "the hand's motion comes from another source, tester@2; press and release the clutch"


def test_a_tap_on_the_clutch_waits_until_the_tool_rests_where_the_arm_is(bench: MakeBench) -> None:
    b = following(bench)
    say(b, pressed=False, x=0.32)
    say(b, pressed=True, x=0.32, steps=2)
    say(b, pressed=False, x=0.4, steps=10)
    assert (state(b).state, state(b).cause) == ("aligning", "the tool comes to rest")
    rests = targets(b)[-1]
    say(b, pressed=False, x=0.4, steps=40)
    assert targets(b)[-1] == rests
    assert state(b).state == "following"


def test_an_arm_that_did_not_follow_is_met_where_it_is(bench: MakeBench) -> None:
    b = following(bench, tip_speed=0.5)
    for k in range(110):
        tell(b, SETPOINT, pressed=k >= 40, x=0.3 + 0.001 * min(k, 40))
    assert targets(b)[-1] == SETPOINT
    tell(b, SETPOINT, pressed=False, x=0.34)
    assert state(b).state == "following"
    assert targets(b)[-1].position == pytest.approx(SETPOINT.position)


def tell(b: Bench, setpoint: Pose, pressed: bool, x: float) -> None:
    """A millisecond in which the arm is there, whatever it was told."""
    b.send("setpoint_cp", setpoint, valid_for=0.1)
    b.send("clutch", Clutch(pressed), valid_for=0.05)
    b.send("master", hand(x), valid_for=0.05)
    b.run_for(0.001)


# Limits of the tip ----------------------------------------------------------------------------------------------


def counts(b: Bench) -> dict[str, int]:
    b.run_for(0.1)
    said = b.said("limits")[-1].payload
    assert isinstance(said, MotionLimits)
    return {row.reason: row.count for row in said.limits}


def test_a_leap_of_the_hand_is_not_stored(bench: MakeBench) -> None:
    b = following(bench, tip_speed=0.1)
    say(b, pressed=False, x=0.8, steps=50)
    assert targets(b)[-1].position[0] - SETPOINT.position[0] == pytest.approx(1e-4, rel=0.01)
    say(b, pressed=False, x=0.7999, steps=1)
    assert targets(b)[-1].position[0] - SETPOINT.position[0] == pytest.approx(0.8e-4, rel=0.01), "it turns at once"
    assert [e.text for e in b.events if e.kind == "limit"] == ["the tool tip is kept to its speed limit"]
    assert counts(b) == {"tip_speed": 1}
    assert b.node.gauges["limited_tip_speed"] == 1


def test_at_a_wall_the_hand_is_anchored_to_where_the_tool_is_kept(bench: MakeBench) -> None:
    wall = {"name": "the lid", "point": [0.012, 0.0, 0.0], "normal": [-1.0, 0.0, 0.0]}
    b = following(bench, planes=[wall])
    for k in range(50):
        say(b, pressed=False, x=0.3 + 0.001 * k, steps=1)
        assert targets(b)[-1].position[0] <= 0.012 + 1e-12
    assert targets(b)[-1].position[0] == pytest.approx(0.012)
    say(b, pressed=False, x=0.348, steps=1)
    assert targets(b)[-1].position[0] == pytest.approx(0.012 - 0.2 * 0.001), "the tool comes back with the hand"
    assert 39 <= counts(b)["workspace"] <= 41
    assert [e.text for e in b.events if e.kind == "limit"] == ["the tool tip is kept in its workspace by the lid"]


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"keep_in": [{"lower": [0, 0, 0], "upper": [1, 0, 1]}]}, "lower below upper in a box"),
        ({"planes": [{"point": [0, 0, 0], "normal": [0, 0, 0]}]}, "normal of a plane that has a direction"),
        ({"placement": {"orientation": [0, 0, 0, 2]}}, "unit quaternion"),
    ],
)
def test_limits_that_mean_nothing_are_refused(bench: MakeBench, params: dict[str, object], says: str) -> None:
    b = following(bench)
    with pytest.raises(BadParameters, match=says):
        changed_params("n", b.node.params, params)


def test_an_arm_that_falls_behind_pulls_the_hands_anchor_along(bench: MakeBench) -> None:
    b = following(bench)
    for k in range(100):
        tell(b, SETPOINT, pressed=False, x=0.3 + 0.005 * k)
    assert targets(b)[-1].position[0] - SETPOINT.position[0] < 0.022
    assert "behind: the hand is anchored to where it is" in next(e.text for e in b.events if e.kind == "limit")


# Two arms -------------------------------------------------------------------------------------------------------

NEAR = {"clearance": 0.005, "others": {"PSM2": {"position": [0.1, 0.0, 0.0]}}}
TWO = {**UNWIRED, "others": ("PSM2/setpoint_cp",)}
DOWN = Pose((0.0, 0.0, -0.11), (1.0, 0.0, 0.0, 0.0))


def beside(b: Bench, pressed: bool, x: float, heard: bool = True) -> Pose | None:
    """The hand at x, and the other shaft straight down from (0.1, 0, 0)."""
    if heard:
        b.send("PSM2/setpoint_cp", Pose((0.0, 0.0, -0.15), (1.0, 0.0, 0.0, 0.0)), valid_for=0.1)
    b.send("setpoint_cp", (targets(b) or [DOWN])[-1], valid_for=0.1)
    b.send("clutch", Clutch(pressed), valid_for=0.05)
    b.send("master", hand(x), valid_for=0.05)
    b.run_for(0.001)
    return targets(b)[-1] if targets(b) else None


def test_two_arms_keep_their_distance(bench: MakeBench) -> None:
    b = bench("motion_scaling", params={**FAST, **NEAR, "scale": 1.0}, wires=TWO)
    for pressed in (True, True, False):
        beside(b, pressed, 0.3)
    for k in range(150):
        if k == 60:
            change(b, jaw_speed=5.0)  # what was heard of the other arm outlives other parameters
        tip = beside(b, False, 0.3 + 0.001 * k)
        assert tip is not None
        shaft = Capsule((0.0, 0.0, 0.0), tip.position, 0.0042)
        other = Capsule((0.1, 0.0, 0.0), (0.1, 0.0, -0.15), 0.0042)
        assert gap(shaft, other).distance >= 0.005 - 1e-9
    assert state(b).state == "following"
    assert [e.text for e in b.events if e.kind == "limit"] == ["the arm is kept away from PSM2"]


def test_an_arm_whose_neighbour_is_not_heard_does_not_move(bench: MakeBench) -> None:
    b = bench("motion_scaling", params={**FAST, **NEAR}, wires=TWO)
    for pressed in (True, True, False):
        beside(b, pressed, 0.3, heard=False)
    assert state(b).cause == "PSM2 is not heard: how near it is is not known; press and release the clutch"
    for pressed in (True, True, False):
        beside(b, pressed, 0.3)
    assert state(b).state == "following"
    for _ in range(120):
        beside(b, False, 0.3, heard=False)
    assert "PSM2 is not heard" in state(b).cause


def test_a_neighbour_without_a_placement_is_refused(bench: MakeBench) -> None:
    with pytest.raises(
        NodeCrashed, match="lacks the placement of arm 'PSM3' of topic 'PSM3/setpoint_cp'; did you mean 'PSM2'"
    ):
        bench("motion_scaling", params=NEAR, wires={**UNWIRED, "others": ("PSM3/setpoint_cp",)})
