"""The base of every message type and the table of their names."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from sutura.messages.errors import MessageTypeClash, UnknownMessageType

_types: dict[str, type["Message"]] = {}


class Message(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a topic carries: immutable, SI units, REP-103 axes, quaternions x, y, z, w.

    A subclass lists its fields with types from `sutura.messages.fields`; its name becomes the type id on
    the wire. Append new fields with defaults only, so that older ends still understand it.
    """

    def __init_subclass__(cls, **options: bool) -> None:
        super().__init_subclass__()
        taken = _types.get(cls.__name__)
        # msgspec rebuilds a class once (same qualified name) while it makes the struct
        if taken is not None and (taken.__module__, taken.__qualname__) != (cls.__module__, cls.__qualname__):
            raise MessageTypeClash(cls.__name__, taken.__module__, cls.__module__)
        _types[cls.__name__] = cls


class RawMessage(Message, frozen=True):
    """Any message as it came over the wire, envelope included; what a recorder takes."""

    data: bytes


def message_types() -> Mapping[str, type[Message]]:
    """Every message type known in this process, by type id."""
    return MappingProxyType(_types)


def message_type(name: str) -> type[Message]:
    """The class of a type id. Raises UnknownMessageType."""
    try:
        return _types[name]
    except KeyError:
        raise UnknownMessageType(name, _types) from None
