"""Faults on connections, by the bytes that come out: whatever is struck, nothing else is lost, added or changed."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.messages import topic_prefix
from sutura.runtime.fault_plan import ConnectionFault, Spread
from sutura.runtime.inlet import NEVER, Inlet

MS = 1_000_000
TOPIC, OTHER = "PSM1/servo_jp", "PSM1/servo_cp"
Arrival = tuple[int, bytes]
Sent = list[Arrival]


def letter(number: int, topic: str = TOPIC) -> bytes:
    """What starts like a message of a topic; the number makes each different."""
    return topic_prefix(topic) + number.to_bytes(4, "big")


def numbered(times: Iterable[int]) -> Sent:
    return [(at, letter(number)) for number, at in enumerate(sorted(times))]


def fault(kind: str, number: int = 1, **more: object) -> ConnectionFault:
    return ConnectionFault(number=number, kind=kind, topic=TOPIC, **{"at": 0, **more})  # type: ignore[arg-type]


def through(faults: Iterable[ConnectionFault], sent: Sent, seed: int = 0) -> tuple[list[Arrival], Inlet]:
    """What arrives and when, the inlet being looked at when it says so; what is held at the end comes at NEVER."""
    inlet = Inlet(faults, seed, "arm")
    arrived: list[Arrival] = []
    for at, data in sent:
        while inlet.next_at <= at:
            due = inlet.next_at
            arrived += [(due, each) for each in inlet.release(due)]
            assert inlet.next_at > due, "nothing that is due stays"
        arrived += [(at, each) for each in inlet.take(data, at)]
    return arrived + [(NEVER, each) for each in inlet.flush()], inlet


def data_of(arrived: Iterable[Arrival]) -> list[bytes]:
    return [data for _, data in arrived]


TIMES = st.lists(st.integers(0, 100 * MS), min_size=1, max_size=40, unique=True).map(numbered)
SHARES = st.floats(0.0, 1.0, exclude_min=True)
SPREADS = st.one_of(
    st.builds(Spread, st.just("constant"), st.floats(0.0, 0.02)),
    st.builds(lambda a, b: Spread("uniform", *sorted((a, b))), st.floats(0.0, 0.02), st.floats(0.0, 0.02)),
    st.builds(Spread, st.just("normal"), st.floats(0.0, 0.02), st.floats(0.0, 0.02)),
)
WINDOWS = st.tuples(st.integers(0, 100 * MS), st.one_of(st.none(), st.integers(1, 100 * MS))).map(
    lambda pair: {"at": pair[0], "until": None if pair[1] is None else pair[0] + pair[1]}
)
SEEDS = st.integers(0, 2**32)


@st.composite
def any_fault(draw: st.DrawFn, *kinds: str, number: int = 1) -> ConnectionFault:
    share, by, window = draw(SHARES), draw(SPREADS), draw(WINDOWS)
    return fault(draw(st.sampled_from(kinds)), number, share=share, by=by, **window)


@given(TIMES, any_fault("drop"), SEEDS)
def test_what_is_dropped_is_counted_and_the_rest_arrives_as_it_was_sent(
    sent: Sent, dropping: ConnectionFault, seed: int
) -> None:
    arrived, inlet = through([dropping], sent, seed)
    (stage,) = inlet.stages
    assert len(arrived) == len(sent) - stage.struck
    left = iter(sent)
    assert all(arrival in left for arrival in arrived), "in order, at once"
    assert stage.met == sum(dropping.holds(at) for at, _ in sent)


@given(TIMES, any_fault("delay"), SEEDS)
def test_what_is_delayed_arrives_once_in_order_and_never_before_it_was_sent(
    sent: Sent, delaying: ConnectionFault, seed: int
) -> None:
    arrived, _ = through([delaying], sent, seed)
    assert data_of(arrived) == data_of(sent)
    assert all(came >= at for (came, _), (at, _) in zip(arrived, sent, strict=True))


@given(TIMES, st.integers(0, 20 * MS))
def test_a_constant_delay_is_that_long(sent: Sent, by: int) -> None:
    arrived, _ = through([fault("delay", by=Spread("constant", by * 1e-9))], [*sent, (500 * MS, b"")])
    assert arrived == [(at + by, data) for at, data in sent] + [(500 * MS, b"")]


@given(TIMES, any_fault("duplicate"), SEEDS)
def test_what_is_duplicated_arrives_twice_and_the_rest_once(sent: Sent, twice: ConnectionFault, seed: int) -> None:
    arrived, inlet = through([twice], sent, seed)
    counts = Counter(arrived)
    assert list(counts) == sent
    assert set(counts.values()) <= {1, 2}
    assert sum(count - 1 for count in counts.values()) == inlet.stages[0].struck


@given(TIMES, any_fault("reorder"), SEEDS)
def test_what_is_reordered_lets_exactly_one_past(sent: Sent, mixing: ConnectionFault, seed: int) -> None:
    arrived, inlet = through([mixing], sent, seed)
    order = [data_of(sent).index(data) for data in data_of(arrived)]
    assert sorted(order) == list(range(len(sent))), "each once"
    assert all(abs(place - number) <= 1 for place, number in enumerate(order))
    swapped = sum(before > after for before, after in pairwise(order))
    assert inlet.stages[0].struck - 1 <= swapped <= inlet.stages[0].struck, "the last may find nobody to let past"


@given(TIMES, any_fault("corrupt"), st.integers(1, 8), SEEDS)
def test_what_is_corrupted_differs_in_so_many_bits(
    sent: Sent, damaging: ConnectionFault, bits: int, seed: int
) -> None:
    damaging = fault("corrupt", share=damaging.share, at=damaging.at, until=damaging.until, bits=bits)
    arrived, inlet = through([damaging], sent, seed)
    flipped = [
        sum((a ^ b).bit_count() for a, b in zip(came, went, strict=True))
        for came, went in zip(data_of(arrived), data_of(sent), strict=True)
    ]
    assert Counter(flipped) == Counter([bits] * inlet.stages[0].struck + [0] * (len(sent) - inlet.stages[0].struck))


@given(TIMES, st.lists(any_fault("delay", "reorder", "duplicate", "drop"), min_size=2, max_size=4), SEEDS)
def test_faults_on_one_topic_work_one_behind_the_other(
    sent: Sent, faults: list[ConnectionFault], seed: int
) -> None:
    arrived, inlet = through(faults, sent, seed)
    struck = Counter({"duplicate": 0, "drop": 0})
    for stage in inlet.stages:
        struck[stage.fault.kind] += stage.struck
    assert len(arrived) == len(sent) + struck["duplicate"] - struck["drop"], "nothing is lost or made unsaid"
    assert set(data_of(arrived)) <= set(data_of(sent))
    assert inlet.flush() == []


@given(TIMES, any_fault("delay", "reorder", "duplicate", "drop", "corrupt"), SEEDS)
def test_equal_seeds_strike_the_same(sent: Sent, any_of: ConnectionFault, seed: int) -> None:
    assert through([any_of], sent, seed)[0] == through([any_of], sent, seed)[0]


def test_another_seed_entry_or_place_strikes_others() -> None:
    sent = numbered(range(200))
    half = fault("drop", share=0.5)
    first = data_of(through([half], sent, seed=1)[0])
    assert first != data_of(through([half], sent, seed=2)[0])
    assert first != data_of(through([fault("drop", 2, share=0.5)], sent, seed=1)[0])
    elsewhere = Inlet([half], 1, "recorder")
    assert first != [each for at, data in sent for each in elsewhere.take(data, at)]


@given(TIMES, any_fault("delay", "reorder", "duplicate", "drop", "corrupt"))
def test_other_topics_and_bytes_of_none_pass_untouched(sent: Sent, any_of: ConnectionFault) -> None:
    others = [(at, letter(number, OTHER) if number % 2 else b"\x00") for number, (at, _) in enumerate(sent)]
    assert through([any_of], others)[0] == others


@pytest.mark.parametrize("kind", ["drop", "delay", "duplicate", "reorder", "corrupt"])
def test_a_fault_begins_at_its_time_and_is_over_at_its_end(kind: str) -> None:
    striking = fault(kind, at=10, until=20, by=Spread("constant", 1e-9))
    arrived, inlet = through([striking], [(at, letter(at)) for at in (9, 20, 21)])
    assert arrived == [(at, letter(at)) for at in (9, 20, 21)]
    assert str(inlet.stages[0]) == f"fault 1 ({kind} {TOPIC}) struck 0 of 0 messages"
    through_it, inlet = through([striking], [(at, letter(at)) for at in (10, 19)])
    assert inlet.stages[0].met == 2
    assert through_it != [(at, letter(at)) for at in (10, 19)]


def test_what_waits_to_be_let_past_arrives_when_the_fault_is_over() -> None:
    inlet = Inlet([fault("reorder", until=20)], 0, "arm")
    assert inlet.take(letter(1), 5) == []
    assert inlet.next_at == 20
    assert inlet.release(19) == []
    assert inlet.release(20) == [letter(1)]
    assert inlet.next_at == NEVER


def test_what_comes_after_a_delayed_message_never_overtakes_it() -> None:
    inlet = Inlet([fault("delay", until=10, by=Spread("constant", 50e-9))], 0, "arm")
    assert inlet.take(letter(1), 5) == []
    assert inlet.take(letter(2), 15) == [], "the fault is over, but the first is still on its way"
    assert inlet.release(55) == [letter(1), letter(2)]
    assert inlet.take(letter(3), 56) == [letter(3)]
