"""Fault scripts carried out on real processes, by the same entries as in lockstep."""

import re
from pathlib import Path

import pytest

from sutura.launch.supervisor import Supervisor
from sutura.runtime.status import ConnectionStatus
from tests.launch.conftest import Stage, events_of, watch_until

pytestmark = pytest.mark.realtime

NODES = """
    from sutura.messages import TaskState
    from sutura.nodes import Input, Node, Output, every, queue

    class Source(Node):
        out = Output(TaskState)
        @every(500)
        def tick(self) -> None:
            self.out.publish(TaskState(self.out.seq, 0))

    class Sink(Node):
        got = Input(TaskState, policy=queue(1000))
        newest = -1
        def on_got(self, message: TaskState) -> None:
            if message.rings_transferred < self.newest:
                self.event("backwards", str(message))
            self.newest = message.rings_transferred
"""
WIRES = """
    sutura: 1
    nodes:
      source: {node: nodes.py:Source, out: {out: task}}
      dropping: {node: nodes.py:Sink, in: {got: task}}
      late: {node: nodes.py:Sink, in: {got: task}}
      twice: {node: nodes.py:Sink, in: {got: task}}
      mixed: {node: nodes.py:Sink, in: {got: task}}
      damaged: {node: nodes.py:Sink, in: {got: task}}
      slow: {node: nodes.py:Sink, in: {got: task}}
      behind: {node: nodes.py:Sink, in: {got: task}}
    faults:
      - {at: 0.1 s, for: 0.4 s, drop: task, to: dropping, share: 50 %}
      - {at: 0.1 s, for: 0.4 s, delay: task, to: late, by: {uniform: [30 ms, 60 ms]}}
      - {at: 0.1 s, for: 0.4 s, duplicate: task, to: twice}
      - {at: 0.1 s, for: 0.4 s, reorder: task, to: mixed, share: 30 %}
      - {at: 0.1 s, for: 0.4 s, corrupt: task, to: damaged, share: 50 %, bits: 8}
      - {at: 0.1 s, for: 0.4 s, slow: slow, by: 50 ms}
      - {at: 0.1 s, jump_clock: behind, by: -1 s}
"""
TELEOP = """
    sutura: 1
    include: [{file: teleop, args: {arm_at_start: true}}]
    faults:
"""


def faulty(stage: Stage, *faults: str) -> Supervisor:
    """A teleoperation, started, with faults."""
    lines = "".join(f"      - {{{fault}}}\n" for fault in faults)
    return stage.started(stage.write("faulty.yaml", TELEOP + lines), faults=True)


def effects(supervisor: Supervisor) -> dict[str, tuple[int, int]]:
    """How many messages were struck, of how many, by place."""
    found = {
        event.node: re.search(r"struck (\d+) of (\d+)", event.text)
        for event in events_of(supervisor, "fault_effect")
    }
    return {place: (int(match[1]), int(match[2])) for place, match in found.items() if match is not None}


def figures(supervisor: Supervisor, place: str) -> ConnectionStatus:
    (link,) = supervisor.statuses[place].connections
    return link


def test_what_strikes_connections_clocks_and_pace_does_so_between_processes(stage: Stage, home: Path) -> None:
    stage.write("nodes.py", NODES)
    supervisor = stage.started(stage.write("wires.yaml", WIRES), faults=True)
    watch_until(supervisor, lambda: len(effects(supervisor)) == 5)
    supervisor.stop()
    struck = effects(supervisor)
    links = {place: figures(supervisor, place) for place in supervisor.topology.places if place != "source"}
    (sent,) = [o.sent for o in supervisor.statuses["source"].outputs if o.port == "out"]
    assert all(0 < hit <= met for hit, met in struck.values())

    assert links["dropping"].counters.lost == struck["dropping"][0]
    assert links["dropping"].counters.received == sent - struck["dropping"][0]
    assert links["late"].counters.received == sent
    assert links["late"].counters.lost == 0
    assert (links["late"].latency.max or 0.0) >= 0.03
    assert links["twice"].counters.received == sent
    assert struck["twice"][0] == struck["twice"][1]
    assert links["mixed"].counters.lost == struck["mixed"][0]
    damaged = supervisor.statuses["damaged"]
    assert damaged.unreadable + links["damaged"].counters.rejected > 0
    assert struck["damaged"][0] >= damaged.unreadable + links["damaged"].counters.rejected
    assert links["slow"].counters.received == sent
    assert (links["slow"].latency.max or 0.0) >= 0.05
    assert links["behind"].counters.rejected > 0
    assert [e.node for e in events_of(supervisor, "backwards") if e.node not in ("damaged", "behind")] == []
    assert len(events_of(supervisor, "fault_injected")) == 7
    assert len(events_of(supervisor, "fault_ended")) == 6


def test_places_that_are_killed_or_hang_for_good_are_started_anew_by_the_ordinary_policy(stage: Stage) -> None:
    supervisor = faulty(stage, "at: 0.5 s, kill: tremor", "at: 0.5 s, hang: scaling", "at: 60 s, kill: ik")
    children = supervisor.children
    watch_until(supervisor, lambda: children["tremor"].restarts == 1 and children["tremor"].phase == "running")
    watch_until(supervisor, lambda: children["scaling"].restarts == 1)
    supervisor.stop()
    injected = [(event.node, event.at - supervisor.started_at) for event in events_of(supervisor, "fault_injected")]
    assert injected == [("tremor", 500_000_000), ("scaling", 500_000_000)], "what was not due was not injected"
    ended = {event.node: event.text for event in events_of(supervisor, "ended")}
    assert "ended by SIGKILL" in ended["tremor"]
    assert "did not answer" in ended["scaling"]
    assert [event.node for event in events_of(supervisor, "hung")] == ["scaling"]
    assert any("tremor" in trip.text or "scaling" in trip.text for trip in events_of(supervisor, "trip"))
    assert children["ik"].restarts == 0


def test_a_hung_place_goes_on_after_a_while_or_is_ended_by_its_own_limit(stage: Stage) -> None:
    supervisor = faulty(stage, "at: 0.5 s, hang: ik, for: 0.2 s", "at: 0.5 s, hang: fk, for: 0.8 s")
    pid = supervisor.children["ik"].pid
    watch_until(supervisor, lambda: supervisor.children["fk"].restarts == 1)
    watch_until(supervisor, lambda: supervisor.statuses["ik"].now > supervisor.started_at + 1_400_000_000)
    supervisor.stop()
    assert [event.node for event in events_of(supervisor, "fault_ended")] == ["ik", "fk"]
    assert supervisor.statuses["ik"].pid == pid
    (ended,) = events_of(supervisor, "ended")
    assert (ended.node, "SIGALRM" in ended.text) == ("fk", True)


def test_a_sensor_that_is_no_number_is_a_drive_fault(stage: Stage) -> None:
    supervisor = faulty(stage, "at: 0.4 s, nan: arm, field: 'position[0]'", "at: 0.4 s, nan: master")
    watch_until(supervisor, lambda: bool(events_of(supervisor, "fault") and events_of(supervisor, "rejected")))
    supervisor.stop()
    (fault,) = events_of(supervisor, "fault")
    assert (fault.node, "measured positions that are not finite" in fault.text) == ("arm", True)
    assert any("output measured_cp: not finite" in event.text for event in events_of(supervisor, "rejected"))
