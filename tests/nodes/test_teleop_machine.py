"""Teleoperation under every order of events: no target leaps, and only a re-clutch leads back after a gap."""

from __future__ import annotations

import math
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sutura.kinematics.rotations import angle_between, from_rotation_vector, multiply
from sutura.messages import (
    ArmSelection,
    Clutch,
    Message,
    MotionLocks,
    OperatorPresence,
    Pedal,
    Pose,
    TeleopScale,
    TeleopState,
)
from sutura.nodes import changed_params
from sutura.runtime.config import NodeConfig
from tests.nodes.conftest import Bench

SPEED, TURN = 0.5, 10.0
EPS = 1e-9
START = Pose((0.01, 0.02, -0.11), (1.0, 0.0, 0.0, 0.0))
CART = ("camera_pedal", "selection", "camera_cp")
PORTS = ("master", "gripper", "clutch", "present", "locks", "scale", "setpoint_cp", *CART)
speeds = st.tuples(*[st.floats(-0.6, 0.6)] * 3)
turns = st.tuples(*[st.floats(-3.0, 3.0)] * 3)
leaps = st.tuples(*[st.floats(-0.4, 0.4)] * 3)


class Teleoperation(RuleBasedStateMachine):
    """A hand, a foot, a console and an arm; the arm may be limited, or not follow at all."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="sutura-", dir="/tmp"))
        config = NodeConfig(
            name="n",
            node="motion_scaling",
            params={"tip_speed": SPEED, "turn_speed": TURN, "arm": "this"},
            inputs={port: (f"in/{port}",) for port in PORTS},
        )
        self.b = Bench([config], self.folder, False, {})
        self.hand, self.arm = Pose((0.3, -0.1, 0.2), (0.0, 0.0, 0.0, 1.0)), START
        self.pressed, self.present, self.locks = False, True, MotionLocks(False, False)
        self.pedal, self.selected, self.camera = False, True, Pose((0.0, 0.0, -0.1), (0.0, 0.0, 0.0, 1.0))
        self.silent: set[str] = set()
        self.writer = "hand@1"
        self.follows, self.deepest = True, -1.0
        self.gone = False  # whether something ended following since the clutch was last pressed
        self.previous: tuple[Pose, int] | None = None

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    # What happens in a millisecond ----------------------------------------------------------------------------

    def run(self, ms: int) -> None:
        for k in range(ms):
            self.b.run_for(0.001)
            if k % 10 == 0:
                self.tell("clutch", Clutch(self.pressed))
                self.tell("present", OperatorPresence(self.present))
                self.tell("locks", self.locks)
                self.tell("camera_pedal", Pedal(self.pedal))
                self.tell("selection", ArmSelection("this" if self.selected else "another"))
                self.tell("camera_cp", self.camera)
                self.tell("setpoint_cp", self.arm)
            self.tell("master", self.hand, self.writer)
            self.look()

    def tell(self, port: str, message: Message, writer: str = "other@1") -> None:
        if port not in self.silent:
            self.b.deliver(self.b.frame(port, message, writer=writer, valid_for=0.05))

    def look(self) -> None:
        """At what was sent: it is contiguous, or it begins where the arm is; then the arm goes there."""
        for frame in self.b.said("target"):
            target, last = frame.payload, self.previous
            assert isinstance(target, Pose)
            if last is None:
                assert target == self.arm, "after a gap the first target is where the arm is"
            else:
                dt = (frame.origin - last[1]) * 1e-9
                assert math.dist(target.position, last[0].position) <= SPEED * dt + EPS
                assert angle_between(target.orientation, last[0].orientation) <= TURN * dt + 1e-6
            self.previous = (target, frame.origin)
            if self.follows:
                x, y, z = target.position
                self.arm = Pose((x, y, max(z, self.deepest)), target.orientation)
        self.b.sent[:] = [frame for frame in self.b.sent if frame.topic != "n/target"]
        if self.state == "disengaged":
            self.previous = None

    @property
    def state(self) -> str:
        said = self.b.said("teleop_state")
        last = said[-1].payload if said else None
        return last.state if isinstance(last, TeleopState) else "disengaged"

    # What may happen ------------------------------------------------------------------------------------------

    @initialize()
    def begin(self) -> None:
        self.run(20)
        self.re_clutch(15)

    @rule(ms=st.integers(1, 40))
    def re_clutch(self, ms: int) -> None:
        self.pressed = True
        self.run(ms + 10)
        self.gone = False
        self.pressed = False
        self.run(15)

    @rule(speed=speeds, turn=turns, ms=st.integers(1, 60))
    def move(self, speed: tuple[float, float, float], turn: tuple[float, float, float], ms: int) -> None:
        for _ in range(ms):
            self._shift(tuple(v * 1e-3 for v in speed), tuple(v * 1e-3 for v in turn))
            self.run(1)

    @rule(by=leaps, turn=turns)
    def leap(self, by: tuple[float, float, float], turn: tuple[float, float, float]) -> None:
        self._shift(by, turn)
        self.run(12)

    @rule(scale=st.floats(0.05, 1.0), by_topic=st.booleans())
    def rescale(self, scale: float, by_topic: bool) -> None:
        if by_topic:
            self.tell("scale", TeleopScale(scale))
        else:
            self.change(scale=scale)
        self.run(3)

    @rule(rotation=st.booleans(), translation=st.booleans(), by_level=st.booleans())
    def lock(self, rotation: bool, translation: bool, by_level: bool) -> None:
        if by_level:
            self.locks = MotionLocks(rotation, translation)
            self.run(12)
        else:
            self.change(rotation_lock=rotation, translation_lock=translation)
            self.run(3)

    @rule(turn=turns, align=st.booleans())
    def realign(self, turn: tuple[float, float, float], align: bool) -> None:
        self.change(alignment=list(from_rotation_vector(turn)), align=align)
        self.run(3)

    @rule(follows=st.booleans(), deepest=st.floats(-0.12, -0.05))
    def limit_the_arm(self, follows: bool, deepest: float) -> None:
        self.follows, self.deepest = follows, min(deepest, self.arm.position[2])
        self.run(5)

    @rule(port=st.sampled_from(["master", "clutch", "present", "setpoint_cp"]), ms=st.integers(1, 160))
    def fall_silent(self, port: str, ms: int) -> None:
        limit = 100 if port == "setpoint_cp" else 50
        self.silent.add(port)
        self.run(ms)
        if ms > limit:
            assert self.state == "disengaged"
            self.gone = True
        self.silent.discard(port)
        self.run(12)

    @rule(ms=st.integers(60, 120))
    def the_locks_fall_silent(self, ms: int) -> None:
        self.silent.add("locks")
        self.run(ms)
        before = self.previous
        self._shift((0.01, 0.0, 0.0), (0.1, 0.0, 0.0))
        self.run(5)
        if (
            before is not None
            and self.previous is not None
            and self.follows
            and self.deepest < before[0].position[2]
        ):
            assert math.dist(before[0].position, self.previous[0].position) <= 1e-3, "silence means locked"
        self.silent.discard("locks")
        self.run(12)

    @rule(by=leaps, turn=turns, ms=st.integers(1, 60), speaks=st.booleans())
    def move_the_camera(
        self, by: tuple[float, float, float], turn: tuple[float, float, float], ms: int, speaks: bool
    ) -> None:
        """The hands go elsewhere with the camera; the arm holds, also in silence, and takes up."""
        self.pedal = speaks
        self.silent |= set() if speaks else {"camera_pedal"}
        self.run(12 if speaks else 70)
        assert self.state in {"clutched", "disengaged"}
        self._shift(by, turn)
        self.camera = Pose((0.0, 0.0, -0.1), from_rotation_vector(turn))
        self.run(ms + 10)
        self.pedal = False
        self.silent.discard("camera_pedal")
        self.run(15)
        assert self.state == "disengaged" or not self.gone, "the pedal leads on from no fault"

    @rule(by=leaps, turn=turns, ms=st.integers(1, 60), speaks=st.booleans())
    def drive_another_arm(
        self, by: tuple[float, float, float], turn: tuple[float, float, float], ms: int, speaks: bool
    ) -> None:
        """The arm left behind holds, and is anchored to the hand that comes back."""
        self.selected = not speaks
        self.silent |= set() if speaks else {"selection"}
        self.run(12 if speaks else 70)
        assert self.state in {"clutched", "disengaged"}
        self.run(300)
        resting = self.previous
        self._shift(by, turn)
        self.run(ms)
        if resting is not None and self.follows:
            assert self.previous is not None
            assert self.previous[0] == resting[0], "a hand elsewhere moves nothing"
        self.selected = True
        self.silent.discard("selection")
        self.run(15)
        assert self.state == "disengaged" or not self.gone, "a swap leads on from no fault"

    @rule()
    def the_operator_looks_away(self) -> None:
        self.present = False
        self.run(12)
        assert self.state == "disengaged"
        self.present, self.gone = True, True
        self.run(12)

    @rule()
    def the_hand_comes_from_another_process(self) -> None:
        name, _, number = self.writer.partition("@")
        self.writer = f"{name}@{int(number) + 1}"
        self._shift((0.1, 0.0, 0.0), (0.0, 1.0, 0.0))
        self.run(2)
        assert self.state == "disengaged"
        self.gone = True

    @rule(ms=st.integers(1, 100))
    def wait(self, ms: int) -> None:
        self.run(ms)
        assert self.state == "disengaged" or not self.gone, "waiting alone leads nowhere"

    @rule(ms=st.integers(1, 50))
    def press_until_it_rests(self, ms: int) -> None:
        self.pressed = True
        self.run(ms + 300)
        self.gone = False
        assert self.state == "clutched"
        assert self.previous is not None
        resting = self.previous[0]
        self._shift((0.1, 0.0, 0.0), (0.0, 1.0, 0.0))
        self.run(20)
        assert self.previous[0] == resting, "a clutched hand moves nothing"
        assert math.dist(resting.position, self.arm.position) < 2e-4
        self.pressed = False
        self.run(15)

    @invariant()
    def what_is_told_is_known(self) -> None:
        assert self.state in {"disengaged", "clutched", "aligning", "following"}

    def change(self, **changes: object) -> None:
        self.b.host.set_params(self.b.node, changed_params("n", self.b.node.params, changes))

    def _shift(self, by: tuple[float, ...], turn: tuple[float, ...]) -> None:
        x, y, z = (p + d for p, d in zip(self.hand.position, by, strict=True))
        rx, ry, rz = turn
        turned = multiply(from_rotation_vector((rx, ry, rz)), self.hand.orientation)
        length = math.hypot(*turned)
        qx, qy, qz, qw = (part / length for part in turned)
        self.hand = Pose((x, y, z), (qx, qy, qz, qw))


TestTeleoperation = Teleoperation.TestCase
TestTeleoperation.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
