"""What a permit rests on, how long it lasts, and what ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutura.messages import EmergencyStop, Heartbeat, Message, MotionPermit, OperatorPresence
from sutura.nodes import RequestRefused

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, MakeBench

MS = 1_000_000
TOPICS = ("a/heartbeat", "b/heartbeat")
SOURCES = {"a/heartbeat": "a", "b/heartbeat": "b", "in/present": "console", "in/estop": "console"}


def watchdog(bench: MakeBench, **params: object) -> Bench:
    return bench("watchdog", params=params, wires={"beats": TOPICS}, sources=SOURCES)


def beat(b: Bench, node: str, fault: str = "", writer: str = "1", age: float = 0.0) -> None:
    b.deliver(b.frame(f"{node}/heartbeat", Heartbeat(node, 1, fault), writer=f"{node}@{writer}", age=age))


def level(b: Bench, port: str, message: Message) -> None:
    b.deliver(b.frame(port, message, writer="console@1", valid_for=0.05))


def all_well(b: Bench, seconds: float = 0.05, skip: str = "") -> None:
    for _ in range(round(seconds / 0.01)):
        for node in ("a", "b"):
            if node != skip:
                beat(b, node)
        if skip != "present":
            level(b, "present", OperatorPresence(True))
        if skip != "estop":
            level(b, "estop", EmergencyStop(False))
        b.run_for(0.01)


def granting(bench: MakeBench) -> Bench:
    b = watchdog(bench)
    all_well(b)
    b.lockstep.command("n", "reset")
    all_well(b)
    assert b.said("permit")
    return b


def permits(b: Bench) -> list[MotionPermit]:
    return [frame.payload for frame in b.said("permit") if isinstance(frame.payload, MotionPermit)]


def test_it_starts_latched(bench: MakeBench) -> None:
    b = watchdog(bench)
    all_well(b, 1.0)
    assert permits(b) == []


def test_it_may_arm_itself_once_everything_stands(bench: MakeBench) -> None:
    b = watchdog(bench, arm_at_start=True)
    all_well(b, 0.2, skip="b")
    assert permits(b) == []
    all_well(b)
    assert permits(b)
    b.lockstep.command("n", "estop")
    b.sent.clear()
    all_well(b, 0.5)
    assert permits(b) == [], "once"


def test_one_that_was_started_anew_never_arms_itself(bench: MakeBench) -> None:
    b = bench("watchdog", params={"arm_at_start": True}, wires={"beats": TOPICS}, sources=SOURCES, restarted=True)
    all_well(b, 0.5)
    assert permits(b) == []


def test_a_permit_says_what_it_rests_on(bench: MakeBench) -> None:
    b = granting(bench)
    permit = permits(b)[-1]
    assert {evidence.writer for evidence in permit.basis} == {"a@1", "b@1"}
    assert all(evidence.seq > 0 and evidence.stamp <= b.now for evidence in permit.basis)


@given(ages=st.tuples(st.floats(0.0, 0.0399), st.floats(0.0, 0.0399)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
def test_a_permit_ends_at_the_earlier_of_30_ms_and_its_oldest_evidence_plus_40_ms(
    bench: MakeBench, ages: tuple[float, float]
) -> None:
    b = watchdog(bench)
    b.run_for(0.1)
    all_well(b, 0.01)
    b.lockstep.command("n", "reset")
    b.sent.clear()
    b.run_for(0.009)
    for node, age in zip(("a", "b"), ages, strict=True):
        beat(b, node, age=age)
    level(b, "present", OperatorPresence(True))
    level(b, "estop", EmergencyStop(False))
    stamps = [b.now - round(age * 1e9) for age in ages]
    b.run_for(0.001)
    for frame in b.said("permit"):
        assert frame.expires <= min(frame.stamp + 30 * MS, min(stamps) + 40 * MS)
        assert frame.expires > frame.stamp
    if max(ages) < 0.038:
        assert b.said("permit")[-1].expires == min(b.now + 30 * MS, min(stamps) + 40 * MS)


@pytest.mark.parametrize(
    ("silent", "cause"),
    [("a", "node a: no heartbeat"), ("present", "presence level"), ("estop", "emergency stop level")],
)
def test_no_permit_outlives_its_silent_evidence_by_more_than_40_ms(
    bench: MakeBench, silent: str, cause: str
) -> None:
    b = granting(bench)
    last = b.now - 10 * MS
    all_well(b, 0.2, skip=silent)
    assert max(frame.expires for frame in b.said("permit")) <= last + 40 * MS
    trips = [event.text for event in b.events if event.kind == "trip"]
    assert len(trips) == 1
    assert cause in trips[0]
    with pytest.raises(RequestRefused, match=cause):
        b.lockstep.command("n", "reset")
    b.sent.clear()
    all_well(b, 0.2)
    assert permits(b) == [], "it stays latched when all is well again"


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        (OperatorPresence(False), "the operator is not present"),
        (EmergencyStop(True), "emergency stop"),
    ],
)
def test_a_level_trips_at_once(bench: MakeBench, message: Message, cause: str) -> None:
    b = granting(bench)
    b.sent.clear()
    level(b, "present" if isinstance(message, OperatorPresence) else "estop", message)
    all_well(b, 0.1)
    assert permits(b) == []
    assert [event.text for event in b.events if event.kind == "trip"] == [cause]


def test_a_reported_fault_trips_and_bars_the_reset_until_it_is_gone(bench: MakeBench) -> None:
    b = granting(bench)
    beat(b, "a", fault="its encoder is lost")
    with pytest.raises(RequestRefused, match="node a: its encoder is lost"):
        b.lockstep.command("n", "reset")
    all_well(b)
    b.lockstep.command("n", "reset")
    b.sent.clear()
    all_well(b)
    assert permits(b)


def test_a_node_that_was_started_anew_trips(bench: MakeBench) -> None:
    b = granting(bench)
    beat(b, "a", writer="2")
    assert [event.text for event in b.events if event.kind == "trip"] == ["node a was started anew"]


def test_every_reset_gives_a_newer_epoch_and_nothing_else_does(bench: MakeBench) -> None:
    b = granting(bench)
    epochs = [permits(b)[-1].epoch]
    for _ in range(5):
        all_well(b, 0.1)
        assert permits(b)[-1].epoch == epochs[-1]
        b.lockstep.command("n", "estop")
        all_well(b)
        b.lockstep.command("n", "reset")
        all_well(b)
        epochs.append(permits(b)[-1].epoch)
    assert epochs == sorted(set(epochs))


def test_expired_heartbeats_are_no_evidence(bench: MakeBench) -> None:
    b = granting(bench)
    b.deliver(b.frame("a/heartbeat", Heartbeat("a", 1), writer="a@1", valid_for=0.04, age=0.041))
    all_well(b, 0.1, skip="a")
    assert any("node a: no heartbeat" in event.text for event in b.events)
