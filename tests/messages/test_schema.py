"""Field lists: which two ends of a topic understand one another."""

from enum import Enum
from typing import Literal

import msgspec
import pytest

from sutura.messages import (
    Frame,
    FrameDecoder,
    Message,
    MessageSchema,
    SchemaMismatch,
    describe,
    encode_frame,
    message_types,
    require_compatible,
)
from sutura.messages.fields import Metres, Radians
from sutura.messages.schema import other_units

OURS = [kind for kind in message_types().values() if kind.__module__.startswith("sutura.messages.")]


class SchemaOld(Message, frozen=True):
    """The first version."""

    distance: Metres


class SchemaNew(Message, frozen=True):
    """Appended with a default: understood both ways."""

    distance: Metres
    angle: Radians = 0.0


class SchemaStrict(Message, frozen=True):
    """Appended without a default."""

    distance: Metres
    angle: Radians


class SchemaEmpty(Message, frozen=True):
    """No field at all."""


class SchemaAllDefaults(Message, frozen=True):
    """Only fields with defaults."""

    distance: Metres = 0.0


class SchemaHolder(Message, frozen=True):
    """A struct within a struct."""

    held: SchemaOld
    count: int = 0


class SchemaUnitHolder(Message, frozen=True):
    """The same with another unit deep inside."""

    held: "SchemaUnit"
    count: int = 0


class SchemaUnit(Message, frozen=True):
    """The same name and type, another unit."""

    distance: Radians


class SchemaRenamed(Message, frozen=True):
    """The same type and unit, another name."""

    length: Metres


class SchemaTyped(Message, frozen=True):
    """The same name, another type."""

    distance: str


def schema(kind: type[Message], name: str = "Distance") -> MessageSchema:
    """The field list of a stand-in class, as if it were a version of one message type."""
    return MessageSchema(name, describe(kind).fields)


def compare(written: type[Message], read: type[Message]) -> None:
    require_compatible("PSM1/distance", "sensor@1", schema(written), "viewer@2", schema(read))


@pytest.mark.parametrize("kind", OURS)
def test_a_type_is_compatible_with_itself(kind: type[Message]) -> None:
    require_compatible("t", "a", describe(kind), "b", describe(kind))


@pytest.mark.parametrize("one", OURS)
def test_no_two_types_share_a_digest(one: type[Message]) -> None:
    digest = describe(one).digest
    assert [kind for kind in OURS if describe(kind).digest == digest] == [one]


@pytest.mark.parametrize(("old", "new"), [(SchemaOld, SchemaNew), (SchemaEmpty, SchemaAllDefaults)])
def test_appended_fields_with_defaults_pass_both_ways(old: type[Message], new: type[Message]) -> None:
    compare(old, new)
    compare(new, old)


def test_what_the_handshake_accepts_decodes_both_ways() -> None:
    old = Frame("t", "SchemaNew", "w@1", 1, 1, 1, 0, SchemaOld(0.5))
    assert FrameDecoder("t", SchemaNew)(encode_frame(old)).payload == SchemaNew(0.5, 0.0)
    new = Frame("t", "SchemaOld", "w@1", 1, 1, 1, 0, SchemaNew(0.5, 0.1))
    assert FrameDecoder("t", SchemaOld)(encode_frame(new)).payload == SchemaOld(0.5)


@pytest.mark.parametrize(("short", "long"), [(SchemaOld, SchemaStrict), (SchemaEmpty, SchemaOld)])
def test_extra_fields_without_default_are_refused_both_ways(short: type[Message], long: type[Message]) -> None:
    with pytest.raises(SchemaMismatch, match=r"extra field .* at viewer@2 has no default"):
        compare(short, long)
    with pytest.raises(SchemaMismatch, match=r"extra field .* at sensor@1 has no default"):
        compare(long, short)


@pytest.mark.parametrize(
    ("other", "here"),
    [
        (SchemaUnit, "distance: float [rad]"),
        (SchemaRenamed, "length: float [m]"),
        (SchemaTyped, "distance: str"),
    ],
)
def test_another_unit_name_or_type_is_refused_with_both_in_words(other: type[Message], here: str) -> None:
    with pytest.raises(SchemaMismatch) as caught:
        compare(SchemaOld, other)
    for word in ("PSM1/distance", "sensor@1", "viewer@2", "Distance", "field 0", "distance: float [m]", here):
        assert word in str(caught.value)


def test_another_message_type_is_refused_even_with_equal_fields() -> None:
    with pytest.raises(SchemaMismatch) as caught:
        require_compatible("PSM1/d", "a@1", schema(SchemaOld, "Distance"), "b@2", schema(SchemaOld, "Depth"))
    for word in ("PSM1/d", "a@1", "b@2", "Distance", "Depth"):
        assert word in str(caught.value)


class SchemaColour(Enum):
    """Two values."""

    RED = "red"
    BLUE = "blue"


class SchemaInner(msgspec.Struct, array_like=True):
    """A part of a message."""

    reach: Metres


class SchemaWords(Message, frozen=True):
    """One field of every kind that a message may have."""

    mixed: tuple[Metres, Radians]
    series: tuple[Metres, ...]
    maybe: Metres | None
    table: dict[str, Radians]
    colour: SchemaColour
    mode: Literal["a", "b"]
    inner: tuple[SchemaInner, ...]


def test_every_kind_of_field_is_described_down_to_its_items_and_units() -> None:
    words = {field.name: (field.type, field.unit) for field in describe(SchemaWords).fields}
    assert words == {
        "mixed": ("tuple[float, float]", "m, rad"),
        "series": ("tuple[float, ...]", "m"),
        "maybe": ("union[float, none]", "m, -"),
        "table": ("dict[str, float]", "-, rad"),
        "colour": ("enum(red|blue)", ""),
        "mode": ("literal('a'|'b')", ""),
        "inner": ("tuple[{reach: float [m]}, ...]", ""),
    }


def test_a_field_list_travels_as_messagepack() -> None:
    there = describe(SchemaWords)
    back = msgspec.msgpack.decode(msgspec.msgpack.encode(there), type=MessageSchema)
    assert back == there
    assert back.digest == there.digest


def test_describing_what_is_no_message_is_refused() -> None:
    with pytest.raises(TypeError, match="expected a message type"):
        describe(int)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "read", "units"),
    [
        (SchemaOld, SchemaUnit, [("distance", "m", "rad")]),
        (SchemaOld, SchemaOld, []),
        (SchemaOld, SchemaNew, []),
        (SchemaOld, SchemaEmpty, []),
        (SchemaHolder, SchemaUnitHolder, [("held", "{distance: float [m]}", "{distance: float [rad]}")]),
    ],
)
def test_units_differ_where_all_else_is_the_same(
    written: type[Message], read: type[Message], units: list[tuple[str, str, str]]
) -> None:
    assert other_units(describe(written), describe(read)) == units
