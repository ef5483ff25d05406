"""The message types themselves: bounds, units, names, and the finite check."""

import math
from collections.abc import Iterator
from types import new_class

import msgpack  # type: ignore[import-untyped]
import msgspec
import pytest

from sutura.messages import (
    DecodeFailure,
    FrameDecoder,
    JointCommand,
    JointsAtFrame,
    JointState,
    Message,
    MessageTypeClash,
    Pose,
    PoseAtFrame,
    RemoteCentreState,
    SaturatedPose,
    TeleopScale,
    TeleopState,
    TrackingError,
    UnknownMessageType,
    describe,
    finite_check,
    message_type,
    message_types,
)
from sutura.messages.fields import MAX_JOINTS
from sutura.messages.finite import decoding_admits_nonfinite

OURS = [kind for kind in message_types().values() if kind.__module__.startswith("sutura.messages.")]
BAD = (math.nan, math.inf, -math.inf)
FLOAT_BEARING = {
    Pose,
    JointState,
    JointCommand,
    JointsAtFrame,
    PoseAtFrame,
    TrackingError,
    SaturatedPose,
    RemoteCentreState,
    TeleopScale,
    TeleopState,
}


def spoiled(value: Message, bad: float) -> Iterator[Message]:
    """The message with each of its floats in turn made bad, past every check of its own."""
    for name in value.__struct_fields__:
        content = getattr(value, name)
        if isinstance(content, float):
            yield with_field(value, name, bad)
        elif isinstance(content, tuple):
            for at, item in enumerate(content):
                if isinstance(item, float):
                    yield with_field(value, name, (*content[:at], bad, *content[at + 1 :]))


def with_field(value: Message, name: str, content: object) -> Message:
    copy = msgspec.structs.replace(value)
    msgspec.structs.force_setattr(copy, name, content)
    return copy


def wire_of(payload: object, kind: str) -> bytes:
    """A frame as a careless foreign writer might pack it."""
    fields = getattr(payload, "__struct_fields__", ())
    content = [getattr(payload, name) for name in fields] if fields else payload
    wire: bytes = msgpack.packb(["t", kind, "foreign@1", 1, 1, 1, 0, content])
    return wire


def test_the_finite_check_accepts_every_sample(samples: tuple[Message, ...]) -> None:
    for sample in samples:
        assert finite_check(type(sample))(sample)


def test_no_bad_number_passes_the_finite_check_or_the_decoder(samples: tuple[Message, ...]) -> None:
    spoiled_types = set()
    for sample in samples:
        kind = type(sample)
        check, decode = finite_check(kind), FrameDecoder("t", kind)
        for message in (message for bad in BAD for message in spoiled(sample, bad)):
            spoiled_types.add(kind)
            assert not check(message), message
            with pytest.raises(DecodeFailure, match="foreign@1"):
                decode(wire_of(message, kind.__name__))
    assert spoiled_types == FLOAT_BEARING


def test_the_finite_check_accepts_finite_numbers_whose_sum_is_not() -> None:
    largest = math.nextafter(math.inf, 0.0)
    assert finite_check(JointCommand)(JointCommand(("a", "b"), (largest, largest)))
    assert not finite_check(JointCommand)(JointCommand(("a", "b"), (math.inf, -math.inf)))


class TypesInner(msgspec.Struct, frozen=True, array_like=True):
    """A part that holds a float."""

    weight: float


class TypesDeepProbe(Message, frozen=True):
    """Floats where a flat look does not find them."""

    maybe: float | None = None
    inner: TypesInner = TypesInner(0.0)
    rows: tuple[tuple[float, ...], ...] = ()
    table: dict[str, list[float]] = msgspec.field(default_factory=dict)


@pytest.mark.parametrize("bad", BAD)
def test_the_finite_check_finds_deep_numbers(bad: float) -> None:
    check = finite_check(TypesDeepProbe)
    assert check(TypesDeepProbe())
    assert check(TypesDeepProbe(1.0, TypesInner(1.0), ((1.0, 2.0), (3.0,)), {"a": [1.0]}))
    assert not check(TypesDeepProbe(maybe=bad))
    assert not check(TypesDeepProbe(inner=TypesInner(bad)))
    assert not check(TypesDeepProbe(rows=((1.0,), (2.0, bad))))
    assert not check(TypesDeepProbe(table={"a": [1.0], "b": [bad]}))


@pytest.mark.parametrize("kind", OURS)
def test_the_bounds_of_our_own_types_suffice_while_decoding(kind: type[Message]) -> None:
    assert not decoding_admits_nonfinite(kind)
    assert decoding_admits_nonfinite(TypesDeepProbe)


@pytest.mark.parametrize("kind", OURS)
def test_every_number_has_a_unit_and_every_type_says_what_it_is(kind: type[Message]) -> None:
    assert kind.__doc__
    for field in describe(kind).fields:
        if ("float" in field.type and "{" not in field.type) or field.type == "int":  # a struct's are within
            assert field.unit, f"{kind.__name__}.{field.name}"


def test_messages_cannot_be_changed(samples: tuple[Message, ...]) -> None:
    for sample in samples:
        with pytest.raises(AttributeError):
            setattr(sample, sample.__struct_fields__[0], None)


@pytest.mark.parametrize(
    "orientation", [(0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.01), (1.0, 1.0, 0.0, 0.0), (math.nan, 0.0, 0.0, 1.0)]
)
def test_a_pose_refuses_what_is_no_rotation(orientation: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="unit quaternion"):
        Pose((0.0, 0.0, 0.0), orientation)
    wire = wire_of([[0.0, 0.0, 0.0], orientation], "Pose")
    with pytest.raises(DecodeFailure, match="foreign@1"):
        FrameDecoder("t", Pose)(wire)


def test_a_pose_accepts_the_rounding_of_a_rotation() -> None:
    assert Pose((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0005)).orientation[3] == 1.0005


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("JointState", [["a", "b"], [0.0]]),
        ("JointState", [["a"], [0.0], [0.0, 0.0]]),
        ("JointState", [["a"], [0.0], [], [0.0, 0.0]]),
        ("JointCommand", [["a"], []]),
        ("JointCommand", [[], [0.0]]),
    ],
)
def test_joints_and_their_values_must_be_as_many(kind: str, content: list[object]) -> None:
    with pytest.raises(DecodeFailure, match=r"foreign@1.*came"):
        FrameDecoder("t", message_type(kind))(wire_of(content, kind))


@pytest.mark.parametrize("kind", [JointState, JointCommand])
def test_the_number_of_joints_is_bounded(kind: type[Message]) -> None:
    full: list[list[object]] = [[f"j{i}" for i in range(MAX_JOINTS)]]
    full += [[0.0] * MAX_JOINTS for _ in kind.__struct_fields__[1:]]
    decode = FrameDecoder("t", kind)
    assert decode(wire_of(full, kind.__name__)).writer == "foreign@1"
    for at, values in enumerate(full):
        longer = [*full[:at], [*values, values[0]], *full[at + 1 :]]
        with pytest.raises(DecodeFailure, match=rf"length <= {MAX_JOINTS}"):
            decode(wire_of(longer, kind.__name__))


def test_an_unknown_type_names_the_nearest_and_the_known() -> None:
    with pytest.raises(UnknownMessageType, match="'JointStat'; did you mean 'JointState'") as caught:
        message_type("JointStat")
    assert "MotionPermit" in str(caught.value)
    with pytest.raises(UnknownMessageType) as caught:
        message_type("§§§")
    assert "did you mean" not in str(caught.value)


def test_a_type_is_found_by_its_name() -> None:
    assert message_type("JointState") is JointState
    with pytest.raises(TypeError):
        message_types()["JointState"] = Pose  # type: ignore[index]


def test_a_second_class_of_one_name_is_refused_and_the_first_stays() -> None:
    with pytest.raises(MessageTypeClash, match=r"'Pose'.*test_types.*sutura\.messages\.motion"):
        new_class("Pose", (Message,), exec_body=lambda body: body.update(__module__=__name__))
    assert message_type("Pose") is Pose
