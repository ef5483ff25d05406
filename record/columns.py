"""Messages as rows of a table: one column for every plain value, named by its path such as `position[2]`."""

import enum
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from sutura.messages import FieldSchema
from sutura.record.reader import Recording

Plain: TypeAlias = bool | int | float | str | bytes | None
HEAD = ("time", "stamp", "origin", "expires", "recorded", "writer", "seq")


class Row(NamedTuple):
    """One message. time [s]: its stamp, since the start of the run; stamp, origin, expires, recorded [ns]: as in
    the envelope, and when the recorder saw it; values: of its fields, by path."""

    time: float
    stamp: int
    origin: int
    expires: int
    recorded: int
    writer: str
    seq: int
    values: dict[str, Plain]


def rows_of(recording: Recording, topic: str, since: int = 0, until: int = 2**63) -> Iterator[Row]:
    """The messages of a topic in recorded order. since, until [ns]: of stamps."""
    fields = recording.topics[topic].fields
    for message in recording.messages({topic}, since, until):
        f = message.frame
        time = (f.stamp - recording.start) / 1e9
        values = values_of(f.payload, fields)
        yield Row(time, f.stamp, f.origin, f.expires, message.at, f.writer, f.seq, values)


def values_of(payload: object, fields: Sequence[FieldSchema]) -> dict[str, Plain]:
    """The plain values of a message by path. fields: of its type, for one that is not known here."""
    values: dict[str, Plain] = {}
    if isinstance(payload, list):  # the names are known from the recording
        for index, value in enumerate(payload):
            _take(fields[index].name if index < len(fields) else f"[{index}]", value, values)
    else:
        _take("", payload, values)
    return values


def columns_of(rows: Iterator[Row]) -> dict[str, type]:
    """Every path that occurs, in the order of occurring, with the one type that takes all its values."""
    found: dict[str, type] = {}
    for row in rows:
        for path, value in row.values.items():
            if value is not None:
                found[path] = _common(found.get(path), type(value))
            else:
                found.setdefault(path, type(None))
    return {path: str if kind is type(None) else kind for path, kind in found.items()}


def _take(path: str, value: object, into: dict[str, Plain]) -> None:
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _take(f"{path}.{name}" if path else name, getattr(value, name), into)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _take(f"{path}[{index}]", item, into)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _take(f"{path}.{key}", item, into)
    elif isinstance(value, enum.Enum):
        _take(path, value.value, into)
    else:
        into[path] = value if isinstance(value, bool | int | float | str | bytes) else None


def _common(known: type | None, other: type) -> type:
    if known in (None, type(None), other):
        return other
    return float if {known, other} == {int, float} else str
