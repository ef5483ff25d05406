"""What goes to Foxglove: a channel, and messages on it."""

from typing import NamedTuple


class Channel(NamedTuple):
    """topic: as Foxglove shows it; schema: its name, by which panels know what they can draw; schema_encoding,
    data: its definition; encoding: of the messages."""

    topic: str
    schema: str
    schema_encoding: str
    data: bytes
    encoding: str


class Outgoing(NamedTuple):
    """One message on its way to Foxglove."""

    channel: Channel
    data: bytes
