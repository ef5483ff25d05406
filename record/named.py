"""Messages as plain data with the names of their fields, which the wire leaves out."""

import enum
from collections.abc import Sequence

import msgspec

from sutura.messages import FieldSchema


def named(value: object) -> object:
    """Plain data in which messages are maps of their fields."""
    if isinstance(value, msgspec.Struct):
        return {name: named(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, list | tuple):
        return [named(item) for item in value]
    if isinstance(value, dict):
        return {str(key): named(item) for key, item in value.items()}
    if isinstance(value, enum.Enum):
        return value.value
    return value


def named_payload(payload: object, fields: Sequence[FieldSchema]) -> dict[str, object]:
    """A payload by the names of its fields. fields: of its type, for one that is not known here."""
    if isinstance(payload, msgspec.Struct):
        return {name: named(getattr(payload, name)) for name in payload.__struct_fields__}
    values = payload if isinstance(payload, list) else [payload]
    names = [fields[i].name if i < len(fields) else f"field_{i}" for i in range(len(values))]
    return dict(zip(names, map(named, values), strict=True))
