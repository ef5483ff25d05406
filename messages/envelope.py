"""The envelope that every message travels in."""

from typing import Generic, TypeVar

import msgspec

from sutura.messages.fields import Count, Nanoseconds, Text, Topic
from sutura.messages.message import Message

M = TypeVar("M")
MessageT = TypeVar("MessageT", bound=Message)


class Frame(msgspec.Struct, Generic[M], frozen=True, array_like=True, gc=False):
    """One message on its way: a MessagePack array of eight elements, in this order.

    topic: where it is published; type: short type id of the payload; writer: one incarnation of one node in
    one run; seq: counts from 1 per writer and topic; stamp: when it was made; origin: when the gesture or
    reading that caused it was taken; expires: after this it must not be used, 0 = never. Times in ns of
    CLOCK_MONOTONIC of one boot.
    """

    topic: Topic
    type: Text
    writer: Text
    seq: Count
    stamp: Nanoseconds
    origin: Nanoseconds
    expires: Nanoseconds
    payload: M


def writer_name(node: str, incarnation: str) -> str:
    """The writer of one incarnation of a node: `node@incarnation`."""
    return f"{node}@{incarnation}"


def node_of(writer: str) -> str:
    """The node's name within a writer."""
    return writer.partition("@")[0]
