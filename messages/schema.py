"""Field lists, compared by both ends of a topic at the handshake."""

import hashlib
import re

import msgspec
from msgspec import inspect

from sutura.messages.errors import SchemaMismatch
from sutura.messages.inspection import parts_of
from sutura.messages.message import Message

_UNIT = re.compile(r" \[[^\]]*\]")  # as `_words` writes it within the type of a field that is a struct


class FieldSchema(msgspec.Struct, frozen=True):
    """One field: its name, its type in words, its unit, and whether it has a default."""

    name: str
    type: str
    unit: str
    has_default: bool


class MessageSchema(msgspec.Struct, frozen=True):
    """The ordered field list of one message type."""

    name: str
    fields: tuple[FieldSchema, ...]

    @property
    def digest(self) -> str:
        """Short fingerprint of the field list."""
        return hashlib.blake2b(msgspec.msgpack.encode(self), digest_size=8).hexdigest()


def describe(message: type[Message]) -> MessageSchema:
    """The field list of a message type."""
    info = inspect.type_info(message)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"expected a message type, came {message!r}")
    return MessageSchema(message.__name__, tuple(_field(field) for field in info.fields))


def require_compatible(topic: str, writer: str, written: MessageSchema, reader: str, read: MessageSchema) -> None:
    """Accept equal lists, or one a prefix of the other whose extra fields have defaults.

    Raises SchemaMismatch that names the topic, both ends and what differs.
    """
    if written.name != read.name:
        raise SchemaMismatch(topic, writer, reader, f"types {written.name} and {read.name}")
    for index, (out, into) in enumerate(zip(written.fields, read.fields, strict=False)):
        if (out.name, out.type, out.unit) != (into.name, into.type, into.unit):
            reason = f"field {index} of {written.name} is {_words(out)} there and {_words(into)} here"
            raise SchemaMismatch(topic, writer, reader, reason)
    shared = min(len(written.fields), len(read.fields))
    for owner, schema in ((writer, written), (reader, read)):
        for extra in schema.fields[shared:]:
            if not extra.has_default:
                reason = f"extra field {_words(extra)} of {schema.name} at {owner} has no default"
                raise SchemaMismatch(topic, writer, reader, reason)


def other_units(written: MessageSchema, read: MessageSchema) -> list[tuple[str, str, str]]:
    """Field, unit written and unit read, where two types have the same fields but for their units; else nothing."""

    def shape(field: FieldSchema) -> tuple[str, str]:
        return field.name, _UNIT.sub("", field.type)

    if [shape(field) for field in written.fields] != [shape(field) for field in read.fields]:
        return []
    pairs = zip(written.fields, read.fields, strict=True)
    return [
        (out.name, out.unit or out.type, into.unit or into.type)
        for out, into in pairs
        if (out.type, out.unit) != (into.type, into.unit)
    ]


def _words(field: FieldSchema) -> str:
    return f"{field.name}: {field.type}" + (f" [{field.unit}]" if field.unit else "")


def _field(field: inspect.Field) -> FieldSchema:
    words, unit = _type_words(field.type)
    return FieldSchema(field.encode_name, words, unit, not field.required)


def _type_words(info: inspect.Type) -> tuple[str, str]:
    """A type in words that do not depend on where its class lives, and the units found within it."""
    if isinstance(info, inspect.Metadata):
        words, inner = _type_words(info.type)
        return words, str((info.extra or {}).get("unit", inner))
    if isinstance(info, inspect.EnumType):
        return "enum(" + "|".join(str(member.value) for member in info.cls) + ")", ""
    if isinstance(info, inspect.LiteralType):
        return "literal(" + "|".join(map(repr, info.values)) + ")", ""
    if isinstance(info, inspect.StructType):
        return "{" + ", ".join(_words(_field(field)) for field in info.fields) + "}", ""
    parts = [_type_words(part) for part in parts_of(info)]
    if not parts:
        return _kind(info), ""
    words = ", ".join(part[0] for part in parts) + (", ..." if isinstance(info, inspect.VarTupleType) else "")
    units = [part[1] for part in parts]
    return f"{_kind(info)}[{words}]", units[0] if len(set(units)) == 1 else ", ".join(u or "-" for u in units)


def _kind(info: inspect.Type) -> str:
    return type(info).__name__.removeprefix("Var").removesuffix("Type").lower()
