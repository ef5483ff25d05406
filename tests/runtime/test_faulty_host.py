"""A place that is slow, whose clock jumps or whose mail is struck: to the nanosecond, on a virtual clock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Meta

from sutura.messages import Clutch, Frame, Message, TaskState
from sutura.nodes import Counters, Input, InputPort, Node, NodeParams, Output, every, queue
from sutura.runtime.config import NodeConfig, PlaceConfig, TopicSource
from sutura.runtime.fault_plan import ClockJump, ConnectionFault, PlaceFaults, Slowness, Spread
from sutura.runtime.lockstep import Lockstep

ME = __name__
MS = 1_000_000


class Source(Node):
    class Params(NodeParams):
        rate: Annotated[float, Meta(gt=0.0, le=10_000.0)] = 1000.0

    params: Params
    task = Output(TaskState)

    @every("rate")
    def tell(self) -> None:
        self.task.publish(TaskState(self.task.seq, 0))


class Relay(Node):
    """Answers the newest, and ticks at 100 Hz."""

    task = Input(TaskState)
    answer = Output(TaskState)
    tick = Output(Clutch)

    def on_task(self, task: TaskState) -> None:
        self.answer.publish(task)

    @every(100.0)
    def beat(self) -> None:
        self.tick.publish(Clutch(True))


class Keeper(Relay):
    """Answers every one."""

    task = Input(TaskState, policy=queue(1000))


class Pair:
    """A source and a relay in places of their own; faults strike the relay's."""

    def __init__(self, faults: PlaceFaults | None, relay: str = "Relay", rate: float = 1000.0) -> None:
        places = [
            self._place("source", NodeConfig(name="source", node=f"{ME}:Source", params={"rate": rate})),
            self._place(
                "relay", NodeConfig(name="relay", node=f"{ME}:{relay}", inputs={"task": ("task",)}), faults
            ),
        ]
        self.lockstep = Lockstep(places)
        self.said: list[tuple[int, Frame[Message]]] = []
        self.lockstep.observers.append(lambda frame: self.said.append((self.elapsed, frame)))
        self.lockstep.begin()

    @property
    def elapsed(self) -> int:
        return self.lockstep.clock() - self.lockstep.start

    def run_for(self, ms: float) -> None:
        self.lockstep.run_for(ms * 1e-3)

    def at(self, topic: str) -> list[float]:
        """The real times [ms] at which something was said on a topic."""
        return [at / MS for at, frame in self.said if frame.topic == topic]

    def stamps(self, topic: str) -> list[float]:
        """What the writer took for the time [ms]."""
        start = self.lockstep.start
        return [(frame.stamp - start) / MS for _, frame in self.said if frame.topic == topic]

    @property
    def counters(self) -> Counters:
        port = self.lockstep.hosts["relay"].nodes["relay"].ports["task"]
        assert isinstance(port, InputPort)
        return port.connections["task"].counters

    def told(self, kind: str) -> list[str]:
        return [event.text for event in self.lockstep.hosts["relay"].events if event.kind == kind]

    def _place(self, name: str, node: NodeConfig, faults: PlaceFaults | None = None) -> PlaceConfig:
        outputs = {"task": "task"} if name == "source" else {"answer": "answer", "tick": "tick"}
        node = NodeConfig(name=node.name, node=node.node, params=node.params, inputs=node.inputs, outputs=outputs)
        sources = {"task": TopicSource("source", "source")} if node.inputs else {}
        return PlaceConfig(
            place=name, nodes=(node,), run_dir=str(Path()), incarnation="1", sources=sources, faults=faults
        )


def slow(by: float, at: int = 0, until: int | None = None) -> PlaceFaults:
    """by [ms]; at, until [ms]."""
    end = None if until is None else until * MS
    return PlaceFaults(slowness=(Slowness(number=1, at=at * MS, until=end, by=Spread("constant", by * 1e-3)),))


def test_a_slow_round_ends_later_by_just_so_much() -> None:
    pair = Pair(slow(3.0, at=5), rate=100.0)
    pair.run_for(40)
    assert pair.at("task") == [10.0, 20.0, 30.0, 40.0]
    assert pair.at("answer") == pair.stamps("answer") == [13.0, 23.0, 33.0]
    assert pair.at("tick") == [13.0, 23.0, 33.0], "its timers are as late as its handlers"


def test_what_comes_during_a_slow_round_waits_for_the_next_and_the_newest_wins() -> None:
    pair = Pair(slow(20.0))
    pair.run_for(100)
    assert pair.at("answer") == [21.0, 41.0, 61.0, 81.0]
    answers = [frame.payload for _, frame in pair.said if frame.topic == "answer"]
    assert answers == [TaskState(seq, 0) for seq in (0, 20, 40, 60)], "the newest that was there when it began"
    pair.lockstep.end()
    assert pair.counters.received == 100
    assert pair.counters.lost == 0
    assert pair.counters.overwritten >= 75


def test_a_timer_misses_what_a_slow_round_takes_and_catches_nothing_up() -> None:
    pair = Pair(slow(25.0), rate=1.0)
    pair.run_for(200)
    assert pair.at("tick") == [35.0, 65.0, 95.0, 125.0, 155.0, 185.0]
    (timer,) = pair.lockstep.hosts["relay"].timers.timers
    assert timer.ticks + timer.overruns == 18


def test_after_its_time_a_place_is_as_fast_as_before() -> None:
    pair = Pair(slow(4.0, at=20, until=40), rate=100.0)
    pair.run_for(60)
    assert pair.at("answer") == [10.0, 24.0, 34.0, 40.0, 50.0, 60.0]


def test_a_request_is_answered_during_a_slow_round() -> None:
    pair = Pair(slow(50.0), rate=100.0)
    pair.run_for(15)
    host = pair.lockstep.hosts["relay"]
    assert host.deadline() == pair.lockstep.start + 60 * MS
    host.set_params(host.nodes["relay"], host.nodes["relay"].params)
    assert host.deadline() == pair.lockstep.start + 60 * MS


def jump(*jumps: tuple[float, float]) -> PlaceFaults:
    """at, by [ms]."""
    return PlaceFaults(
        jumps=tuple(ClockJump(number=n, at=round(at * MS), by=round(by * MS)) for n, (at, by) in enumerate(jumps))
    )


def test_a_clock_that_jumps_ahead_skips_ticks_and_stamps_them_ahead() -> None:
    pair = Pair(jump((15.0, 32.0)), rate=100.0)
    pair.run_for(40)
    assert pair.at("tick") == [10.0, 15.0, 18.0, 28.0, 38.0]
    assert pair.stamps("tick") == [10.0, 47.0, 50.0, 60.0, 70.0]
    (timer,) = pair.lockstep.hosts["relay"].timers.timers
    assert timer.overruns == 2


def test_a_clock_that_jumps_back_waits_and_refuses_what_seems_to_come_from_the_future() -> None:
    pair = Pair(jump((15.0, -30.0)), rate=100.0)
    pair.run_for(60)
    assert pair.at("tick") == [10.0, 50.0, 60.0]
    assert pair.stamps("tick") == [10.0, 20.0, 30.0]
    assert pair.counters.rejected == 5
    assert "in the future: another clock" in pair.told("rejected")[0]


def test_several_jumps_and_slowness_together() -> None:
    both = PlaceFaults(slowness=slow(5.0).slowness, jumps=jump((12.0, 4.0), (13.0, -4.0), (31.0, 2.0)).jumps)
    pair = Pair(both, rate=100.0)
    pair.run_for(60)
    assert pair.at("answer") == [15.0, 25.0, 35.0, 48.0, 55.0], "at 38 ms its clock says 40: a round of its timer"
    assert pair.stamps("answer") == [15.0, 25.0, 37.0, 50.0, 57.0]


def test_a_place_that_was_started_anew_has_a_right_clock_but_is_still_slow() -> None:
    pair = Pair(PlaceFaults(slowness=slow(5.0).slowness, jumps=jump((12.0, 50.0)).jumps), rate=100.0)
    pair.run_for(20)
    pair.lockstep.kill("relay")
    pair.lockstep.restart("relay", "2")
    pair.said.clear()
    pair.run_for(20)
    assert pair.at("tick") == pair.stamps("tick") == [35.0]


@pytest.mark.parametrize("by_ms", [0.0, 7.0])
def test_what_a_fault_did_to_messages_is_told_once_when_it_is_over(by_ms: float) -> None:
    fault = ConnectionFault(
        number=3, kind="drop", topic="task", at=20 * MS, until=40 * MS, by=Spread("constant", by_ms * 1e-3)
    )
    pair = Pair(PlaceFaults(connections=(fault,)), rate=100.0)
    pair.run_for(39)
    assert pair.told("fault_effect") == []
    pair.run_for(20)
    pair.lockstep.end()
    assert pair.told("fault_effect") == ["fault 3 (drop task) struck 2 of 2 messages"]
    assert pair.counters.lost == 2


def test_what_is_still_held_at_the_end_is_received_and_told() -> None:
    fault = ConnectionFault(number=1, kind="delay", topic="task", at=0, by=Spread("constant", 0.5))
    pair = Pair(PlaceFaults(connections=(fault,)), rate=100.0)
    pair.run_for(100)
    assert pair.counters.received == 0
    pair.lockstep.end()
    assert (pair.counters.received, pair.counters.lost) == (10, 0)
    assert pair.told("fault_effect") == ["fault 1 (delay task) struck 10 of 10 messages"]


SPREADS = st.one_of(
    st.builds(Spread, st.just("constant"), st.floats(0.0, 0.02)),
    st.builds(Spread, st.just("normal"), st.floats(0.0, 0.02), st.floats(0.0, 0.01)),
)


@given(SPREADS, SPREADS, st.floats(0.0, 1.0, exclude_min=True), st.sampled_from(["drop", "delay", "duplicate"]))
@settings(max_examples=40, deadline=None)
def test_every_message_is_received_or_counted_lost_whatever_else_is_wrong(
    by: Spread, slowly: Spread, share: float, kind: str
) -> None:
    faults = PlaceFaults(
        connections=(ConnectionFault(number=1, kind=kind, topic="task", at=0, share=share, by=by),),
        slowness=(Slowness(number=2, at=0, by=slowly),),
    )
    pair = Pair(faults, relay="Keeper")
    pair.run_for(100)
    pair.lockstep.end()
    counters = pair.counters
    struck = int(pair.told("fault_effect")[0].split("struck ")[1].split()[0])
    assert counters.received == 100 - (struck if kind == "drop" else 0)
    assert counters.lost <= 100 - counters.received, "what was dropped last has no successor that shows it"
    answered = [frame.payload for _, frame in pair.said if frame.topic == "answer"]
    assert answered == sorted(answered, key=lambda task: getattr(task, "rings_transferred", 0))
    assert len(answered) == len({str(task) for task in answered}), "a repeat is not handled again"


def test_without_faults_the_host_is_the_ordinary_one() -> None:
    pair = Pair(None)
    assert [type(host).__name__ for host in pair.lockstep.hosts.values()] == ["Host", "Host"]
    pair.run_for(5)
    assert pair.at("answer") == pair.at("task") == [1.0, 2.0, 3.0, 4.0, 5.0]
