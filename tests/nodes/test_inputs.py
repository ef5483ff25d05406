"""Inputs as a node meets them: what is handed out, in which order, what is counted, what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutura.messages import Clutch, DecodeFailure, Frame, Message, Pose, encode_frame
from sutura.nodes import LATCHED, Input, Node, Output, RequestRefused, every, queue
from sutura.runtime.host import Host

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, MakeBench

MS = 1_000_000
ORIENTATION = (0.0, 0.0, 0.0, 1.0)


def at(x: float) -> Pose:
    return Pose((x, 0.0, 0.0), ORIENTATION)


class Reader(Node):
    """Keeps what it is handed and when it was told of silence."""

    newest = Input(Pose)
    events = Input(Clutch, policy=queue(3), required=False)
    state = Input(Clutch, policy=LATCHED, required=False)
    aged = Input(Pose, max_age=0.05, required=False)
    loop = Input(Pose, feedback=True, required=False)
    echo = Output(Pose)

    def on_start(self) -> None:
        self.got: list[tuple[str, Message]] = []
        self.silences: list[int] = []

    def on_newest(self, pose: Pose) -> None:
        self.got.append(("newest", pose))
        self.echo.publish(pose)

    def on_events(self, clutch: Clutch) -> None:
        self.got.append(("events", clutch))

    def on_state(self, clutch: Clutch) -> None:
        self.got.append(("state", clutch))
        self.echo.publish(at(9.0))

    def on_aged(self, pose: Pose) -> None:
        self.got.append(("aged", pose))

    def on_loop(self, pose: Pose) -> None:
        self.got.append(("loop", pose))
        self.echo.publish(pose)

    def on_stale_aged(self) -> None:
        self.silences.append(self.now())
        self.echo.publish(at(-1.0))


def reader(bench: Bench) -> Reader:
    assert isinstance(bench.node, Reader)
    return bench.node


def xs(bench: Bench, port: str) -> list[float]:
    return [m.position[0] for p, m in reader(bench).got if p == port and isinstance(m, Pose)]


def drop_in(bench: Bench, *frames: Frame[Message]) -> None:
    """Let several frames arrive before the host comes to work."""
    for frame in frames:
        bench.host.deliver(encode_frame(frame))
    bench.host.run()


def refusals(bench: Bench) -> list[str]:
    return [event.text for event in bench.events if event.kind == "rejected"]


# What is kept ---------------------------------------------------------------------------------------------------


def test_newest_hands_out_the_last_and_counts_what_it_replaced(bench: MakeBench) -> None:
    b = bench(Reader)
    drop_in(b, *(b.frame("newest", at(x)) for x in (1.0, 2.0, 3.0)))
    assert xs(b, "newest") == [3.0]
    counters = b.input("newest").connections["in/newest"].counters
    assert (counters.received, counters.overwritten, counters.lost, counters.stale) == (3, 2, 0, 0)


def test_newest_keeps_one_message_of_each_topic(bench: MakeBench) -> None:
    b = bench(Reader, wires={"newest": ("a/x", "b/x")})
    drop_in(b, b.frame("a/x", at(1.0)), b.frame("b/x", at(2.0)), b.frame("a/x", at(3.0)))
    assert xs(b, "newest") == [2.0, 3.0]
    assert b.input("newest").connections["a/x"].counters.overwritten == 1
    assert b.input("newest").connections["b/x"].counters.overwritten == 0


@given(count=st.integers(0, 12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
def test_a_full_queue_loses_its_oldest_and_counts_them(bench: MakeBench, count: int) -> None:
    b = bench(Reader)
    drop_in(b, *(b.frame("events", Clutch(i % 2 == 0)) for i in range(count)))
    kept = [m for p, m in reader(b).got if p == "events"]
    assert kept == [Clutch(i % 2 == 0) for i in range(count)][-3:]
    assert b.input("events").connections["in/events"].counters.overwritten == max(0, count - 3)


def test_a_latched_message_said_again_is_handed_out_once(bench: MakeBench) -> None:
    b = bench(Reader)
    frame = b.frame("state", Clutch(True))
    for _ in range(3):
        b.deliver(frame)
        b.run_for(0.2)
    assert [p for p, _ in reader(b).got] == ["state"]
    counters = b.input("state").connections["in/state"].counters
    assert (counters.received, counters.lost) == (1, 0)
    assert b.input("state").value == Clutch(True), "it has no age, so it stands"


# Sequence and writers -------------------------------------------------------------------------------------------


@given(steps=st.lists(st.integers(1, 5), min_size=1, max_size=20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
def test_gaps_in_the_sequence_are_lost_messages(bench: MakeBench, steps: list[int]) -> None:
    b = bench(Reader)
    seq = 0
    for step in steps:
        seq += step
        b.deliver(b.frame("newest", at(float(seq)), seq=seq))
    counters = b.input("newest").connections["in/newest"].counters
    assert counters.received == len(steps)
    assert counters.lost == seq - len(steps)


def test_repeats_and_reordered_messages_are_not_handed_out(bench: MakeBench) -> None:
    b = bench(Reader)
    frames = [b.frame("newest", at(float(x)), seq=x) for x in (1, 2, 3)]
    for frame in (frames[0], frames[2], frames[1], frames[2]):
        b.deliver(frame)
    assert xs(b, "newest") == [1.0, 3.0]


def test_a_restarted_writer_is_not_taken_for_loss(bench: MakeBench) -> None:
    b = bench(Reader, sources={"in/newest": "hand"})
    for seq in range(1, 101):
        b.deliver(b.frame("newest", at(0.0), writer="hand@a", seq=seq))
    b.run_for(0.01)
    b.deliver(b.frame("newest", at(1.0), writer="hand@b", seq=1))
    b.deliver(b.frame("newest", at(2.0), writer="hand@b", seq=2))
    counters = b.input("newest").connections["in/newest"].counters
    assert (counters.received, counters.lost, counters.rejected) == (102, 0, 0)


def test_a_former_incarnation_cannot_come_back(bench: MakeBench) -> None:
    b = bench(Reader, sources={"in/newest": "hand"})
    b.deliver(b.frame("newest", at(1.0), writer="hand@a", seq=1))
    late = b.frame("newest", at(2.0), writer="hand@a", seq=2)
    b.run_for(0.01)
    b.deliver(b.frame("newest", at(3.0), writer="hand@b", seq=1))
    b.deliver(late)
    b.deliver(b.frame("newest", at(4.0), writer="hand@b", seq=2))
    counters = b.input("newest").connections["in/newest"].counters
    assert xs(b, "newest") == [1.0, 3.0, 4.0]
    assert (counters.lost, counters.rejected) == (0, 1)
    assert "hand@a" in refusals(b)[0]


def test_a_reader_that_joins_late_has_not_lost_what_lies_before(bench: MakeBench) -> None:
    b = bench(Reader, restarted=True)
    b.deliver(b.frame("newest", at(0.0), seq=500))
    b.deliver(b.frame("newest", at(0.0), seq=502))
    assert b.input("newest").connections["in/newest"].counters.lost == 1


@given(bit=st.integers(10, 61))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
def test_a_number_that_no_writer_could_have_reached_does_not_make_the_reader_deaf(
    bench: MakeBench, bit: int
) -> None:
    b = bench(Reader)
    b.deliver(b.frame("newest", at(1.0), seq=1))
    b.run_for(0.001)
    b.deliver(b.frame("newest", at(2.0), seq=2 + (1 << bit)))
    b.run_for(0.001)
    b.deliver(b.frame("newest", at(3.0), seq=3))
    counters = b.input("newest").connections["in/newest"].counters
    assert xs(b, "newest") == [1.0, 3.0]
    assert (counters.lost, counters.rejected) == (1, 1)
    assert "leaps" in refusals(b)[0]


def test_what_was_lost_in_a_long_silence_is_counted_however_much_it_is(bench: MakeBench) -> None:
    b = bench(Reader)
    b.deliver(b.frame("newest", at(1.0), seq=1))
    b.run_for(60.0)
    b.deliver(b.frame("newest", at(2.0), seq=60_000))
    counters = b.input("newest").connections["in/newest"].counters
    assert (counters.lost, counters.rejected) == (59_998, 0)


def test_a_wrong_writer_is_counted_and_named(bench: MakeBench) -> None:
    b = bench(Reader, sources={"in/newest": "hand"})
    b.deliver(b.frame("newest", at(1.0), writer="stranger@7"))
    assert reader(b).got == []
    assert b.input("newest").connections["in/newest"].counters.rejected == 1
    assert "stranger@7" in refusals(b)[0]
    assert "hand" in refusals(b)[0]


def test_a_stamp_from_the_future_is_another_clock_and_is_refused(bench: MakeBench) -> None:
    b = bench(Reader)
    b.deliver(b.frame("newest", at(1.0), age=-0.0005))
    b.deliver(b.frame("newest", at(2.0), age=-0.002))
    assert xs(b, "newest") == [1.0], "half a millisecond ahead is rounding, two are another clock"
    assert b.input("newest").connections["in/newest"].counters.rejected == 1
    assert "tester@1" in refusals(b)[0]
    assert "future" in refusals(b)[0]


def test_a_refused_stamp_of_another_writer_does_not_turn_the_count(bench: MakeBench) -> None:
    b = bench(Reader)
    for seq in range(1, 51):
        b.deliver(b.frame("newest", at(0.0), seq=seq))
    b.deliver(b.frame("newest", at(0.0), writer="tester@2", age=-1.0))
    b.deliver(b.frame("newest", at(0.0), seq=51))
    assert b.input("newest").connections["in/newest"].counters.lost == 0


# Ages -----------------------------------------------------------------------------------------------------------


@given(
    age=st.floats(0.0, 0.1),
    valid_for=st.one_of(st.none(), st.floats(0.001, 0.1)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_a_handler_never_gets_a_message_that_is_too_old_or_expired(
    bench: MakeBench, age: float, valid_for: float | None
) -> None:
    b = bench(Reader)
    frame = b.frame("aged", at(1.0), age=age, valid_for=valid_for or 0.0)
    usable = b.now - frame.stamp <= 50 * MS and (not frame.expires or b.now < frame.expires)
    b.deliver(frame)
    assert (xs(b, "aged") == [1.0]) == usable
    counters = b.input("aged").connections["in/aged"].counters
    assert (counters.received, counters.stale) == (1, 0 if usable else 1)


def test_a_message_that_ages_while_it_waits_is_not_handed_out(bench: MakeBench) -> None:
    b = bench(Reader)
    b.host.deliver(encode_frame(b.frame("aged", at(1.0), valid_for=0.01)))
    b.lockstep.clock.advance_to(b.now + 11 * MS)
    b.host.run()
    assert xs(b, "aged") == []
    assert b.input("aged").connections["in/aged"].counters.stale == 1


def test_value_goes_with_the_age(bench: MakeBench) -> None:
    b = bench(Reader)
    port = b.input("aged")
    assert port.value is None
    b.send("aged", at(1.0))
    b.run_for(0.05)
    assert port.value == at(1.0)
    assert port.is_fresh
    b.run_for(0.001)
    assert port.value is None
    assert not port.is_fresh


def test_valid_for_ends_a_value_before_its_age(bench: MakeBench) -> None:
    b = bench(Reader)
    b.send("aged", at(1.0), valid_for=0.02)
    b.run_for(0.019)
    assert b.input("aged").value == at(1.0)
    b.run_for(0.001)
    assert b.input("aged").value is None
    b.run_for(0.001)
    assert reader(b).silences == [b.lockstep.start + 20 * MS + 1]


def test_silence_is_told_once_per_episode_and_on_time(bench: MakeBench) -> None:
    b = bench(Reader)
    start = b.now
    b.run_for(0.5)
    assert reader(b).silences == [start + 50 * MS], "also when nothing was ever said"
    b.send("aged", at(1.0))
    said = b.now
    b.run_for(0.5)
    assert reader(b).silences[1:] == [said + 50 * MS + 1]
    b.keep_saying(0.3, {"aged": at(2.0)}, step=0.04)
    assert len(reader(b).silences) == 2
    b.run_for(1.0)
    assert len(reader(b).silences) == 3


def test_an_expired_message_does_not_end_an_episode_of_silence(bench: MakeBench) -> None:
    b = bench(Reader)
    b.run_for(0.2)
    b.send("aged", at(1.0), age=0.06)
    b.run_for(0.2)
    assert len(reader(b).silences) == 1


# Bytes that are no message --------------------------------------------------------------------------------------


def _good(b: Bench) -> bytes:
    return encode_frame(b.frame("aged", at(1.0)))


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_mutated_bytes_are_counted_or_valid_and_never_a_crash(bench: MakeBench, data: st.DataObject) -> None:
    b = bench(Reader)
    broken = bytearray(_good(b))
    for _ in range(data.draw(st.integers(1, 6))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    broken = broken[: data.draw(st.integers(0, len(broken)))] + data.draw(st.binary(max_size=8))
    _take_any(b, bytes(broken))


@given(tail=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
def test_random_bytes_behind_a_topic_are_counted(bench: MakeBench, tail: bytes) -> None:
    b = bench(Reader)
    _take_any(b, b"\x98" + msgspec.msgpack.encode("in/aged") + tail)
    _take_any(b, tail)


def _take_any(b: Bench, data: bytes) -> None:
    counters = b.input("aged").connections["in/aged"].counters
    seen = (counters.received, counters.rejected, b.host.unreadable)
    b.host.deliver(data)
    b.host.run()
    now = (counters.received, counters.rejected, b.host.unreadable)
    repeat = now == seen and not refusals(b)
    assert repeat or sum(now) == sum(seen) + 1, "each delivery is one of taken, refused, unreadable, or a repeat"
    if now[0] == seen[0]:
        assert xs(b, "aged") == []


def test_refused_bytes_name_their_writer_and_the_next_message_is_handled(bench: MakeBench) -> None:
    b = bench(Reader)
    good = b.frame("aged", at(1.0))
    bad = msgspec.msgpack.encode([*msgspec.to_builtins(good)[:7], [["x", 0.0, 0.0], list(ORIENTATION)]])
    b.host.deliver(bad)
    b.send("aged", at(2.0))
    assert b.input("aged").connections["in/aged"].counters.rejected == 1
    assert "tester@1" in refusals(b)[0]
    assert xs(b, "aged") == [2.0]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_none_is_refused_on_the_wire(bench: MakeBench, value: float) -> None:
    b = bench(Reader)
    head = msgspec.to_builtins(b.frame("aged", at(1.0)))[:7]
    b.host.deliver(msgspec.msgpack.encode([*head, [[value, 0.0, 0.0], list(ORIENTATION)]]))
    b.host.run()
    assert xs(b, "aged") == []
    assert b.input("aged").connections["in/aged"].counters.rejected == 1


# Injection ------------------------------------------------------------------------------------------------------


def test_a_topic_that_nobody_writes_takes_an_injected_message(bench: MakeBench) -> None:
    b = bench(Reader)
    b.host.inject(encode_frame(b.frame("newest", at(5.0), writer="person@1")))
    b.host.run()
    assert xs(b, "newest") == [5.0]


def test_injection_into_a_written_topic_is_refused_and_names_the_writer(bench: MakeBench) -> None:
    b = bench(Reader, sources={"in/newest": "hand"})
    for writer in ("person@1", "hand@1"):
        with pytest.raises(RequestRefused, match="'in/newest' is written by hand"):
            b.host.inject(encode_frame(b.frame("newest", at(5.0), writer=writer)))
    with pytest.raises(RequestRefused, match="no input"):
        b.host.inject(encode_frame(b.frame("other/topic", at(5.0))))
    with pytest.raises(DecodeFailure, match="in/aged"):
        b.host.inject(encode_frame(b.frame("aged", at(5.0)))[:-3])
    b.host.run()
    assert reader(b).got == []


# Origin ---------------------------------------------------------------------------------------------------------


def test_origin_is_that_of_the_message_being_handled(bench: MakeBench) -> None:
    b = bench(Reader)
    b.run_for(0.1)
    b.send("newest", at(1.0), origin=b.now - 7 * MS)
    assert [frame.origin for frame in b.said("echo")[-1:]] == [b.now - 7 * MS]


@pytest.mark.parametrize("port", ["loop", "state"])
def test_feedback_and_latched_inputs_do_not_pass_their_origin_on(bench: MakeBench, port: str) -> None:
    b = bench(Reader)
    b.run_for(0.02)
    b.send(port, at(1.0) if port == "loop" else Clutch(True), origin=b.now - 7 * MS)
    assert b.said("echo")[-1].origin == b.now


def test_silence_has_its_own_origin(bench: MakeBench) -> None:
    b = bench(Reader)
    b.send("newest", at(1.0), origin=1)
    b.run_for(0.06)
    assert b.said("echo")[-1].origin == b.said("echo")[-1].stamp


class Ticker(Node):
    pose = Input(Pose)
    out = Output(Pose)

    @every(100.0)
    def tick(self) -> None:
        if self.pose.value is not None:
            self.out.publish(self.pose.value)


def test_a_timer_has_its_own_origin(bench: MakeBench) -> None:
    b = bench(Ticker)
    b.send("pose", at(1.0), origin=b.now - 7 * MS)
    b.run_for(0.02)
    assert [frame.origin for frame in b.said("out")] == [frame.stamp for frame in b.said("out")]
    assert len(b.said("out")) == 2


def test_a_host_has_no_clock_of_its_own(bench: MakeBench) -> None:
    b = bench(Reader)
    assert isinstance(b.host, Host)
    before = b.host.now()
    b.run_for(12.5)
    assert b.host.now() - before == 12_500 * MS
