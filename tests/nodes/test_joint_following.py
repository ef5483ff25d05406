"""A follower's joints: what it is sent under every order of clutch, leader and setpoint."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutura.kinematics import open_arm
from sutura.messages import Clutch, JointCommand, JointState, OperatorPresence, TeleopState
from tests.nodes.conftest import Bench, MakeBench

ARM = open_arm("so101")
NAMES = ARM.joint_names
HOME: tuple[float, ...] = (0.0,) * 5
AWAY: tuple[float, ...] = (0.3, -0.2, 0.1, 0.2, -0.4)
PERIOD = 0.005
CATCH_UP = 0.5
SILENT = st.sampled_from(["", "leader", "clutch"])


class Rig:
    """A leader and an operator who speak at their rates, and an arm that is where it was sent."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.leader, self.arm, self.gripper = AWAY, HOME, 0.5
        self.pressed, self.present, self.follows = True, True, True
        self.silent: set[str] = set()

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / PERIOD)):
            sent = len(self.bench.said("servo_jp"))
            self.say("clutch", Clutch(self.pressed))
            self.say("present", OperatorPresence(self.present))
            self.say("setpoint_js", JointState(NAMES, self.arm))
            self.say("gripper", JointState(("gripper",), (self.gripper,)))
            self.say("leader", JointState(NAMES, self.leader))
            for frame in self.bench.said("servo_jp")[sent:]:
                assert isinstance(frame.payload, JointCommand)
                if self.follows:
                    self.arm = frame.payload.position
            self.bench.run_for(PERIOD)

    def say(self, port: str, message: JointState | Clutch | OperatorPresence) -> None:
        if port not in self.silent:
            self.bench.send(port, message, valid_for=0.05)

    def clutch(self) -> None:
        self.pressed = True
        self.run(0.1)
        self.pressed = False

    @property
    def state(self) -> TeleopState:
        state = self.bench.said("teleop_state")[-1].payload
        assert isinstance(state, TeleopState)
        return state

    @property
    def sent(self) -> list[tuple[float, ...]]:
        payloads = [frame.payload for frame in self.bench.said("servo_jp")]
        return [one.position for one in payloads if isinstance(one, JointCommand)]


@pytest.fixture
def rig(bench: MakeBench) -> Callable[..., Rig]:
    return lambda **params: Rig(bench("joint_following", params=params))


def test_it_catches_up_slowly_and_then_is_the_leader(rig: Callable[..., Rig]) -> None:
    r = rig()
    r.run(0.1)
    assert r.sent[-1] == HOME
    assert r.state.state == "clutched"
    r.pressed = False
    r.run(0.1)
    assert r.state.state == "aligning"
    before = HOME
    for position in r.sent:
        assert max(abs(a - b) for a, b in zip(position, before, strict=True)) <= CATCH_UP * PERIOD + 1e-9
        before = position
    r.run(1.0)
    assert r.state.state == "following"
    r.leader = tuple(q + 0.1 for q in AWAY)
    r.run(PERIOD)
    assert r.sent[-1] == r.leader


def test_relative_it_goes_the_way_that_the_leader_goes(rig: Callable[..., Rig]) -> None:
    r = rig(mapping="relative")
    r.clutch()
    r.run(0.1)
    assert r.state.state == "following"
    assert r.sent[-1] == pytest.approx(HOME)
    r.leader = tuple(q + 0.05 for q in AWAY)
    r.run(0.1)
    assert r.sent[-1] == pytest.approx((0.05,) * 5)


def test_beyond_its_limits_it_stays_within_them(rig: Callable[..., Rig]) -> None:
    r = rig()
    r.leader = HOME
    r.clutch()
    r.run(0.1)
    r.leader = (3.0, 0.0, 0.0, 0.0, 0.0)
    r.run(0.1)
    assert r.sent[-1] == (ARM.limits.upper[0], 0.0, 0.0, 0.0, 0.0)
    assert "shoulder_pan" in r.bench.events[-1].text


@pytest.mark.parametrize("port", ["leader", "clutch", "present", "setpoint_js"])
def test_silence_ends_following_until_a_re_clutch(rig: Callable[..., Rig], port: str) -> None:
    r = rig()
    r.clutch()
    r.run(1.5)
    assert r.state.state == "following"
    r.silent.add(port)
    r.run(0.2)
    assert r.state.state == "disengaged"
    said = len(r.sent)
    r.silent.clear()
    r.run(0.5)
    assert len(r.sent) == said, "nothing without a re-clutch"
    r.clutch()
    r.run(1.5)
    assert r.state.state == "following"


def test_an_operator_who_leaves_and_another_leader_end_following(rig: Callable[..., Rig]) -> None:
    r = rig()
    r.clutch()
    r.run(1.5)
    r.present = False
    r.run(0.05)
    assert r.state.cause == "the operator is not present"
    r.present = True
    r.clutch()
    r.run(0.5)
    r.bench.deliver(r.bench.frame("leader", JointState(NAMES, AWAY), writer="other@1", valid_for=0.05))
    assert "another source" in r.state.cause


def test_a_leader_of_another_shape_is_refused_in_words(rig: Callable[..., Rig]) -> None:
    r = rig()
    r.bench.send("leader", JointState(("a", "b"), (0.0, 0.0)), valid_for=0.05)
    assert r.state.cause.startswith("the leader has the joints a, b; expected")
    assert r.sent == []


def test_an_arm_that_did_not_follow_is_met_where_it_is(rig: Callable[..., Rig]) -> None:
    r = rig()
    r.clutch()
    r.run(1.5)
    r.follows, r.arm = False, (0.1,) * 5
    r.clutch()
    assert r.sent[-1] == (0.1,) * 5


def test_the_jaw_follows_the_gripper_within_its_limits_only_while_the_leader_leads(rig: Callable[..., Rig]) -> None:
    r = rig()
    r.clutch()
    at_rest = r.bench.said("jaw_target")[-1].payload
    r.gripper = 3.0
    r.run(3.0)
    followed = r.bench.said("jaw_target")[-1].payload
    r.pressed, r.gripper = True, 0.0
    r.run(0.5)
    kept = r.bench.said("jaw_target")[-1].payload
    assert isinstance(at_rest, JointCommand)
    assert at_rest.position == (0.5,)
    assert followed == kept == JointCommand(("jaw",), (ARM.jaw.upper,))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.booleans(), st.floats(-2.5, 2.5), st.sampled_from(["", "leader", "clutch"])), max_size=8)
)
def test_until_it_has_met_the_leader_no_command_is_a_leap(
    rig: Callable[..., Rig], steps: list[tuple[bool, float, str]]
) -> None:
    r, was = rig(), ""
    for pressed, at, silent in steps:
        r.pressed, r.leader, r.silent = pressed, (at,) * 5, {silent}
        before, sent = r.arm, len(r.sent)
        r.run(0.1)
        if "following" not in (was, r.state.state):  # who follows goes where the leader goes, until it is silent
            for position in r.sent[sent:]:
                assert max(abs(a - b) for a, b in zip(position, before, strict=True)) <= CATCH_UP * 0.05 + 1e-9
                before = position
        was = r.state.state
