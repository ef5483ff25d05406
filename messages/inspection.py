"""Looking inside field types: what they are made of, and which floats they hold."""

from collections.abc import Iterator

from msgspec import inspect

_OPAQUE = (inspect.AnyType, inspect.RawType, inspect.CustomType)


def bare(info: inspect.Type) -> inspect.Type:
    """A type without its annotations."""
    return info.type if isinstance(info, inspect.Metadata) else info


def parts_of(info: inspect.Type) -> Iterator[inspect.Type]:
    """What a type is directly made of: its items, members or fields; nothing for a plain value."""
    for name in info.__struct_fields__:
        value = getattr(info, name)
        for item in value if isinstance(value, tuple) else (value,):
            part = item.type if isinstance(item, inspect.Field) else item
            if isinstance(part, inspect.Type):
                yield part


def floats_in(info: inspect.Type) -> Iterator[inspect.FloatType]:
    """Every float within a type, however deep; a type that may hold anything counts as an unbounded one."""
    if isinstance(info, inspect.FloatType):
        yield info
    elif isinstance(info, _OPAQUE):
        yield inspect.FloatType()
    for part in parts_of(info):
        yield from floats_in(part)
