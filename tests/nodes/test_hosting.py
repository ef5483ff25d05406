"""Several nodes in one place: order, feedback, what goes out, and what a crash says."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec
import pytest

from sutura.messages import Clutch, Heartbeat, OperatorPresence, Pose
from sutura.nodes import Input, Node, NodeParams, Output, RequestRefused, every
from sutura.runtime.errors import NodeCrashed

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, MakeBench

MS = 1_000_000
ORIENTATION = (0.0, 0.0, 0.0, 1.0)
LOG: list[tuple[str, float, int]] = []


def at(x: float) -> Pose:
    return Pose((x, 0.0, 0.0), ORIENTATION)


class Stage(Node):
    """Passes a pose on, one further."""

    pose = Input(Pose)
    back = Input(Pose, required=False)
    out = Output(Pose, valid_for=0.02)

    def on_pose(self, pose: Pose) -> None:
        LOG.append((self.name, pose.position[0], self.now()))
        self.out.publish(at(pose.position[0] + 1.0))

    def on_back(self, pose: Pose) -> None:
        LOG.append((f"{self.name} back", pose.position[0], self.now()))


CHAIN = {"n.pose": ("in/pose",), "n2.pose": ("n/out",), "n3.pose": ("n2/out",)}
UNWIRED: dict[str, tuple[str, ...]] = {"n.back": (), "n2.back": (), "n3.back": ()}


@pytest.fixture(autouse=True)
def _empty_log() -> None:
    LOG.clear()


def test_forward_edges_deliver_at_once_in_the_order_of_the_place(bench: MakeBench) -> None:
    b = bench(Stage, Stage, Stage, wires={**UNWIRED, **CHAIN})
    b.send("pose", at(0.0))
    expected = [("n", 0.0, b.now), ("n2", 1.0, b.now), ("n3", 2.0, b.now)]
    assert expected == LOG


def test_a_stage_that_several_feed_comes_after_all_of_them(bench: MakeBench) -> None:
    wires = {**UNWIRED, "n.pose": ("in/pose",), "n2.pose": ("in/pose",), "n3.pose": ("n/out", "n2/out")}
    b = bench(Stage, Stage, Stage, wires=wires)
    b.send("pose", at(0.0))
    assert [name for name, _, _ in LOG] == ["n", "n2", "n3", "n3"]


def test_a_feedback_edge_delivers_on_a_later_round(bench: MakeBench) -> None:
    b = bench(Stage, Stage, wires={**UNWIRED, **CHAIN, "n.back": ("n2/out",)})
    b.send("pose", at(0.0))
    sent = b.now
    assert [name for name, _, _ in LOG] == ["n", "n2"]
    b.run_for(0.001)
    name, value, when = LOG[-1]
    assert (name, value) == ("n back", 2.0)
    assert sent < when <= sent + MS


def test_a_message_keeps_the_origin_through_a_chain_and_expires_by_its_own_output(bench: MakeBench) -> None:
    b = bench(Stage, Stage, Stage, wires={**UNWIRED, **CHAIN})
    b.run_for(0.1)
    b.send("pose", at(0.0), origin=b.now - 5 * MS)
    (last,) = b.said("out", "n3")
    assert (last.origin, last.stamp, last.expires) == (b.now - 5 * MS, b.now, b.now + 20 * MS)
    assert (last.writer, last.seq, last.type) == ("n3@1", 1, "Pose")


# Outputs --------------------------------------------------------------------------------------------------------


class Talker(Node):
    """Sends whatever it is told to."""

    say = Input(Clutch)
    out = Output(Pose, valid_for=0.05)
    free = Output(Pose)
    kept = Output(OperatorPresence, latched=True)

    def on_start(self) -> None:
        self.next: tuple[Pose, int, int] = (at(0.0), 0, 0)

    def on_say(self, _: Clutch) -> None:
        pose, expires, origin = self.next
        self.out.publish(pose, expires=expires, origin=origin)
        self.free.publish(pose, expires=expires)


def talker(b: Bench) -> Talker:
    assert isinstance(b.node, Talker)
    return b.node


def test_expires_is_the_earlier_of_what_is_given_and_valid_for(bench: MakeBench) -> None:
    b = bench(Talker)
    now = b.now
    for given_end in (0, now + 10 * MS, now + 90 * MS):
        talker(b).next = (at(0.0), given_end, 0)
        b.send("say", Clutch(True))
    assert [frame.expires for frame in b.said("out")] == [now + 50 * MS, now + 10 * MS, now + 50 * MS]
    assert [frame.expires for frame in b.said("free")] == [0, now + 10 * MS, now + 90 * MS]


def test_a_source_may_say_when_its_reading_was_taken(bench: MakeBench) -> None:
    b = bench(Talker)
    talker(b).next = (at(0.0), 0, 12345)
    b.send("say", Clutch(True))
    assert b.said("out")[0].origin == 12345


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_message_that_is_not_finite_is_held_back_counted_and_reported(bench: MakeBench, bad: float) -> None:
    b = bench(Talker)
    for pose in (at(1.0), Pose((bad, 0.0, 0.0), ORIENTATION), Pose((0.0, bad, 0.0), ORIENTATION), at(2.0)):
        talker(b).next = (pose, 0, 0)
        b.send("say", Clutch(True))
    assert [(f.seq, f.payload) for f in b.said("out")] == [(1, at(1.0)), (2, at(2.0))], "nor a gap in the sequence"
    assert b.output("out").refused == 2
    told = [event for event in b.events if event.kind == "rejected" and "output out" in event.text]
    assert [event.node for event in told] == ["n"]


def test_a_supervised_node_beats_a_hundred_times_a_second_with_progress(bench: MakeBench) -> None:
    b = bench(Talker, supervised=True)
    b.run_for(1.0)
    beats = [frame.payload for frame in b.said("heartbeat")]
    assert len(beats) == 100
    assert all(isinstance(beat, Heartbeat) and beat.node == "n" and beat.fault == "" for beat in beats)
    handled = [beat.handled for beat in beats if isinstance(beat, Heartbeat)]
    assert all(later > before for before, later in pairwise(handled))


def test_a_fault_is_told_once_and_beaten_from_then_on(bench: MakeBench) -> None:
    b = bench(Talker, supervised=True)
    b.run_for(0.05)
    b.node.fault("its sensor is broken")
    b.node.fault("and more")
    b.run_for(0.05)
    faults = [beat.payload.fault for beat in b.said("heartbeat") if isinstance(beat.payload, Heartbeat)]
    assert faults == [""] * 5 + ["its sensor is broken"] * 5
    assert [event.text for event in b.events if event.kind == "fault"] == ["its sensor is broken"]


# Crashes --------------------------------------------------------------------------------------------------------


class Fragile(Node):
    """Raises where it is told to."""

    class Params(NodeParams):
        where: str = ""

    params: Params
    state_commands = frozenset({"break", "refuse"})

    pose = Input(Pose, max_age=0.05)
    out = Output(Pose)

    def _maybe(self, where: str) -> None:
        if self.params.where == where:
            raise ZeroDivisionError("a slip")

    def on_start(self) -> None:
        self._maybe("on_start")

    def on_stop(self) -> None:
        LOG.append((f"{self.name} stopped", 0.0, 0))
        self._maybe("on_stop")

    def on_pose(self, pose: Pose) -> None:
        self._maybe("on_pose")

    def on_stale_pose(self) -> None:
        self._maybe("on_stale_pose")

    @every(50.0)
    def tick(self) -> None:
        self._maybe("tick")

    def on_state_command(self, command: str) -> str:
        if command == "refuse":
            raise RequestRefused("not today")
        raise ZeroDivisionError("a slip")


@pytest.mark.parametrize("where", ["on_start", "on_pose", "tick", "on_stale_pose"])
def test_an_exception_in_a_node_names_node_and_handler(bench: MakeBench, where: str) -> None:
    def live() -> None:
        b = bench(Fragile, params={"where": where})
        b.send("pose", at(0.0))
        b.run_for(0.1)

    with pytest.raises(NodeCrashed, match=f"node n: {where} raised ZeroDivisionError: a slip") as caught:
        live()
    assert caught.value.node == "n"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_exception_in_a_state_command_is_a_crash_and_a_refusal_is_none(bench: MakeBench) -> None:
    b = bench(Fragile)
    with pytest.raises(RequestRefused, match="not today"):
        b.lockstep.command("n", "refuse")
    with pytest.raises(NodeCrashed, match="node n: state command 'break'"):
        b.lockstep.command("n", "break")


def test_every_node_is_stopped_in_reverse_order_whatever_one_raises(bench: MakeBench) -> None:
    b = bench(Fragile, Fragile, params={"where": "on_stop"})
    b.host.end()
    b.host.end()
    assert [name for name, _, _ in LOG] == ["n2 stopped", "n stopped"]
    told = [event for event in b.events if event.kind == "fault"]
    assert [event.node for event in told] == ["n2", "n"]
    assert "ZeroDivisionError: a slip" in told[0].text


def test_frames_out_of_a_place_are_plain_arrays_of_eight(bench: MakeBench) -> None:
    b = bench(Talker)
    b.send("say", Clutch(True))
    (frame,) = b.said("out")
    assert msgspec.to_builtins(frame)[:3] == ["n/out", "Pose", "n@1"]
    assert len(msgspec.to_builtins(frame)) == 8
