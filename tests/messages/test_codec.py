"""Frames there and back, as plain MessagePack, found by topic, refused with the writer's name."""

import math
from enum import Enum
from functools import cache
from typing import Annotated

import msgpack  # type: ignore[import-untyped]
import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from msgspec import Meta, inspect

from sutura.messages import (
    MAX_FRAME_BYTES,
    Clutch,
    DecodeFailure,
    EmergencyStop,
    Frame,
    FrameDecoder,
    JointCommand,
    JointState,
    Message,
    MotionPermit,
    OperatingState,
    Pose,
    RawDecoder,
    RawMessage,
    as_raw,
    clip,
    encode_frame,
    message_types,
    node_of,
    prefix_of,
    read_writer,
    topic_prefix,
    writer_name,
)

OURS = [kind for kind in message_types().values() if kind.__module__.startswith("sutura.messages.")]
TOPICS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=200)
PROPERTY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])  # never timed
LONGEST = "é" * 200  # as many characters as a topic may have; 400 bytes need the longer text header


def values_of(info: inspect.Type) -> st.SearchStrategy[object]:
    """Any value that a field type admits, derived from the type."""
    match info:
        case inspect.Metadata():
            return values_of(info.type)
        case inspect.FloatType():
            return st.floats(allow_nan=False, allow_infinity=False)
        case inspect.IntType():
            return st.integers(info.ge, info.le)
        case inspect.BoolType():
            return st.booleans()
        case inspect.StrType():
            return st.text(st.characters(codec="utf-8"), min_size=info.min_length or 0, max_size=info.max_length)
        case inspect.BytesType():
            return st.binary(max_size=64)
        case inspect.EnumType():
            return st.sampled_from(list(info.cls))
        case inspect.TupleType():
            return st.tuples(*map(values_of, info.item_types))
        case inspect.VarTupleType():
            return st.lists(values_of(info.item_type), max_size=info.max_length or 8).map(tuple)
        case inspect.StructType():
            return structs_of(info.cls)
    raise NotImplementedError(f"no strategy for {info!r}")


def structs_of(kind: type[msgspec.Struct]) -> st.SearchStrategy[object]:
    """Any instance of a message type."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    fields = {field.name: values_of(field.type) for field in info.fields}
    if kind is Pose:
        fields["orientation"] = unit_quaternions()
    if kind in (JointState, JointCommand):
        return st.integers(0, 32).flatmap(lambda n: st.builds(kind, **joint_fields(kind, n)))
    return st.builds(kind, **fields)


def unit_quaternions() -> st.SearchStrategy[object]:
    part = st.floats(-1.0, 1.0)
    return (
        st.tuples(part, part, part, part)
        .filter(lambda q: math.hypot(*q) > 1e-3)
        .map(lambda q: tuple(x / math.hypot(*q) for x in q))
    )


def joint_fields(kind: type[msgspec.Struct], n: int) -> dict[str, st.SearchStrategy[object]]:
    finite = st.floats(allow_nan=False, allow_infinity=False)
    numbers = st.tuples(*[finite] * n)
    fields: dict[str, st.SearchStrategy[object]] = {
        "name": st.tuples(*[st.text(st.characters(codec="utf-8"), max_size=64)] * n),
        "position": numbers,
    }
    if kind is JointState:
        fields |= {"velocity": st.just(()) | numbers, "effort": st.just(()) | numbers}
    return fields


@cache
def frames_of(kind: type[Message]) -> st.SearchStrategy[Frame[Message]]:
    """Any frame that carries a message of this type."""
    info = inspect.type_info(Frame[Message])
    assert isinstance(info, inspect.StructType)
    fields = {field.name: values_of(field.type) for field in info.fields if field.name != "payload"}
    fields |= {"type": st.just(kind.__name__), "payload": structs_of(kind)}
    return st.builds(Frame, **fields)


def plain(value: object) -> object:
    """What any MessagePack reader should see of a value: arrays in the order of the fields."""
    if isinstance(value, msgspec.Struct):
        return [plain(getattr(value, name)) for name in value.__struct_fields__]
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value.value if isinstance(value, Enum) else value


def frame_of(
    payload: Message, topic: str = "PSM1/servo_jp", writer: str = "ik@2b", kind: str = ""
) -> Frame[Message]:
    return Frame(topic, kind or type(payload).__name__, writer, 7, 1_000, 900, 31_000, payload)


@pytest.mark.parametrize("kind", OURS)
@PROPERTY
@given(data=st.data())
def test_every_message_type_comes_back_as_it_went(kind: type[Message], data: st.DataObject) -> None:
    frame = data.draw(frames_of(kind))
    back = FrameDecoder(frame.topic, kind)(encode_frame(frame))
    assert type(back.payload) is kind
    assert repr(back) == repr(frame)  # by repr: it tells -0.0 from 0.0 and True from 1


@pytest.mark.parametrize("kind", OURS)
@PROPERTY
@given(data=st.data())
def test_the_wire_is_plain_messagepack_both_ways(kind: type[Message], data: st.DataObject) -> None:
    frame = data.draw(frames_of(kind))
    wire = encode_frame(frame)
    seen, expected = msgpack.unpackb(wire), plain(frame)
    assert len(seen) == 8
    assert repr(seen) == repr(expected)
    assert FrameDecoder(frame.topic, kind)(msgpack.packb(expected)) == frame


def test_the_elements_of_a_frame_stand_in_the_documented_order() -> None:
    wire = encode_frame(frame_of(JointCommand(("yaw", "pitch"), (0.5, -0.25))))
    topic, kind, writer, seq, stamp, origin, expires, payload = msgpack.unpackb(wire)
    assert (topic, kind, writer) == ("PSM1/servo_jp", "JointCommand", "ik@2b")
    assert (seq, stamp, origin, expires) == (7, 1_000, 900, 31_000)
    assert payload == [["yaw", "pitch"], [0.5, -0.25]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PSM1/servo", "PSM1/servo_jp"),
        ("a" * 31, "a" * 32),
        ("a" * 40, "a" * 41),
        ("a" * 160, "a" * 161),
        ("é" * 127, "é" * 128),
        (LONGEST[1:], LONGEST),
    ],
)
def test_a_topic_that_begins_like_another_is_not_taken_for_it(one: str, other: str) -> None:
    for mine, foreign in ((one, other), (other, one)):
        assert encode_frame(frame_of(Clutch(True), mine)).startswith(topic_prefix(mine))
        assert not encode_frame(frame_of(Clutch(True), foreign)).startswith(topic_prefix(mine))


@PROPERTY
@given(TOPICS, TOPICS)
def test_no_prefix_matches_another_topic(one: str, other: str) -> None:
    assume(one != other)
    for foreign in (other, (one + other)[:200]):
        if foreign != one:
            assert not topic_prefix(foreign).startswith(topic_prefix(one))
            assert not topic_prefix(one).startswith(topic_prefix(foreign))


@PROPERTY
@given(TOPICS)
def test_the_prefix_is_found_in_received_bytes(topic: str) -> None:
    assert prefix_of(encode_frame(frame_of(Clutch(True), topic))) == topic_prefix(topic)


@PROPERTY
@given(st.binary(max_size=64), st.sampled_from([b"", b"\x98", b"\x98\xd9", b"\x98\xda", b"\x98\xda\x00"]))
def test_no_bytes_break_the_readers_of_a_header(tail: bytes, head: bytes) -> None:
    data = head + tail
    assert data.startswith(prefix_of(data))
    assert read_writer(data)


@pytest.mark.parametrize("topic", ["t", "PSM1/servo_jp", "a" * 200, LONGEST])
@pytest.mark.parametrize("writer", ["ik@2b", "n" * 64 + "@" + "7" * 335, "é" * 400])
def test_a_frame_cut_anywhere_behind_its_writer_still_names_it(topic: str, writer: str) -> None:
    wire = encode_frame(frame_of(Clutch(True), topic, writer))
    behind = 1 + sum(len(msgpack.packb(text)) for text in (topic, "Clutch", writer))
    decode = FrameDecoder(topic, Clutch)
    for end in range(len(wire)):
        with pytest.raises(DecodeFailure) as caught:
            decode(wire[:end])
        assert caught.value.topic == topic
        assert caught.value.writer == (writer if end >= behind else "(unreadable writer)")
        assert caught.value.writer in str(caught.value)


def test_a_frame_without_a_writer_is_refused_under_a_readable_name() -> None:
    wire = encode_frame(frame_of(Clutch(True), "console/clutch", ""))
    with pytest.raises(DecodeFailure, match=r"\(unreadable writer\)"):
        FrameDecoder("console/clutch", EmergencyStop)(wire)


def test_size_is_bounded_to_the_byte() -> None:
    wire = encode_frame(frame_of(Clutch(True)))
    assert FrameDecoder("PSM1/servo_jp", Clutch, len(wire))(wire).payload == Clutch(True)
    with pytest.raises(DecodeFailure, match=f"{len(wire)} bytes, more than {len(wire) - 1}") as caught:
        FrameDecoder("PSM1/servo_jp", Clutch, len(wire) - 1)(wire)
    assert caught.value.writer == "ik@2b"


def test_an_oversized_frame_is_refused_though_it_would_decode() -> None:
    # the unknown trailing element is what a newer writer may send; here it is too large
    fields = [*msgpack.unpackb(encode_frame(frame_of(Clutch(True))))[:7], [True, bytes(MAX_FRAME_BYTES)]]
    wire = msgpack.packb(fields)
    with pytest.raises(DecodeFailure, match="more than") as caught:
        FrameDecoder("PSM1/servo_jp", Clutch)(wire)
    assert caught.value.writer == "ik@2b"
    assert FrameDecoder("PSM1/servo_jp", Clutch, len(wire))(wire).payload == Clutch(True)


def test_a_message_of_the_same_shape_is_not_taken_for_another() -> None:
    decode = FrameDecoder("console/estop", EmergencyStop)
    with pytest.raises(DecodeFailure, match=r"expected EmergencyStop.*type 'Clutch'") as caught:
        decode(encode_frame(frame_of(Clutch(False), "console/estop", "operator@9")))
    assert caught.value.writer == "operator@9"
    with pytest.raises(DecodeFailure, match="on topic 'console/clutch'"):
        decode(encode_frame(frame_of(Clutch(False), "console/clutch", kind="EmergencyStop")))


def test_a_refusal_never_repeats_a_long_payload() -> None:
    wire = msgpack.packb(["t", "OperatingState", "arm@1", 1, 1, 1, 0, ["q" * 60_000, True, True, ""]])
    with pytest.raises(DecodeFailure) as caught:
        FrameDecoder("t", OperatingState)(wire)
    assert caught.value.writer == "arm@1"
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("open_one", [b"\x91", b"\x81\x01", b"\xdc\x00\x01", b"\xdd\x00\x00\x00\x01"])
def test_deep_nesting_is_refused_even_where_elements_are_skipped(open_one: bytes) -> None:
    start = encode_frame(frame_of(MotionPermit(1)))[:-3]
    nested = start + b"\x93\x01\x90" + open_one * 8_000 + b"\x01"
    with pytest.raises(DecodeFailure) as caught:
        FrameDecoder("PSM1/servo_jp", MotionPermit)(nested)
    assert caught.value.writer == "ik@2b"


class CodecUnboundedProbe(Message, frozen=True):
    """Floats that decoding alone would let through as NaN or Inf, plain and deep."""

    plain: float = 0.0
    half_bounded: Annotated[float, Meta(ge=0.0)] = 0.0
    maybe: float | None = None
    listed: tuple[tuple[float, str], ...] = ()
    named: dict[str, float] = msgspec.field(default_factory=dict)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("position", range(5))
def test_floats_without_bounds_are_looked_through_after_decoding(position: int, bad: float) -> None:
    payload: list[object] = [1.0, 1.0, None, [[1.0, "a"]], {"a": 1.0}]
    head = ["t", "CodecUnboundedProbe", "w@1", 1, 1, 1, 0]
    decode = FrameDecoder("t", CodecUnboundedProbe)
    assert decode(msgpack.packb([*head, payload])).payload.plain == 1.0
    payload[position] = [bad, bad, bad, [[1.0, "a"], [bad, "b"]], {"a": 1.0, "b": bad}][position]
    with pytest.raises(DecodeFailure) as caught:
        decode(msgpack.packb([*head, payload]))
    assert caught.value.writer == "w@1"


class CodecFloorProbe(Message, frozen=True):
    """A lower bound lets Inf through."""

    value: Annotated[float, Meta(gt=0.0)]


class CodecCeilingProbe(Message, frozen=True):
    """An upper bound lets -Inf through."""

    value: Annotated[float, Meta(le=1.0)]


@pytest.mark.parametrize(("kind", "bad"), [(CodecFloorProbe, math.inf), (CodecCeilingProbe, -math.inf)])
def test_floats_with_one_bound_are_looked_through_after_decoding(kind: type[Message], bad: float) -> None:
    with pytest.raises(DecodeFailure, match=r"w@1.*NaN or Inf"):
        FrameDecoder("t", kind)(msgpack.packb(["t", kind.__name__, "w@1", 1, 1, 1, 0, [bad]]))


class CodecReciprocalProbe(Message, frozen=True):
    """Its own check divides by what came."""

    value: int

    def __post_init__(self) -> None:
        self.per_value()

    def per_value(self) -> float:
        return 1 / self.value


def test_arithmetic_that_fails_in_a_message_check_is_a_refusal() -> None:
    wire = msgpack.packb(["t", "CodecReciprocalProbe", "w@1", 1, 1, 1, 0, [0]])
    with pytest.raises(DecodeFailure, match=r"w@1.*division by zero"):
        FrameDecoder("t", CodecReciprocalProbe)(wire)


@pytest.mark.parametrize("kind", [Clutch, JointState])
@PROPERTY
@given(data=st.data())
def test_a_raw_frame_keeps_envelope_and_bytes_and_never_expires(kind: type[Message], data: st.DataObject) -> None:
    frame = data.draw(frames_of(kind))
    wire = encode_frame(frame)
    raw = RawDecoder(frame.topic)(wire)
    assert raw == as_raw(frame)
    assert raw == msgspec.structs.replace(frame, expires=0, payload=RawMessage(wire))


@PROPERTY
@given(st.integers(1, 60), st.binary(max_size=40))
def test_a_raw_frame_is_refused_by_name_or_keeps_what_came(end: int, tail: bytes) -> None:
    wire = encode_frame(frame_of(Clutch(True)))
    damaged = wire[:end] + tail
    behind = wire.index(b"ik@2b") + len(b"ik@2b")
    try:
        raw = RawDecoder("PSM1/servo_jp")(damaged)
    except DecodeFailure as refusal:
        named = refusal.writer
    else:
        assert raw.payload == RawMessage(damaged)
        named = raw.writer
    assert named == "ik@2b" or end < behind


def test_a_writer_holds_the_name_of_its_node() -> None:
    assert writer_name("scaling", "2b") == "scaling@2b"
    assert node_of("scaling@2b") == "scaling"


@PROPERTY
@given(st.text(max_size=20) | st.text(min_size=398, max_size=403))
def test_a_clipped_cause_always_fits(cause: str) -> None:
    cut = clip(cause)
    assert len(cut) <= 400
    assert cut == cause if len(cause) <= 400 else cause.startswith(cut[:-1])
