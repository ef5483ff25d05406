"""Errors of messages and their codec.

SuturaError
└── MessageError
    ├── DecodeFailure       bytes that are not the message their topic carries
    ├── SchemaMismatch      two ends of a topic disagree about its fields
    ├── UnknownMessageType  no message type of that name is known here
    └── MessageTypeClash    two classes claim one type name
"""

from collections.abc import Iterable
from difflib import get_close_matches

from sutura.errors import SuturaError

UNKNOWN_WRITER = "(unreadable writer)"


class MessageError(SuturaError):
    """Raised, as one of its subclasses, for anything wrong with a message."""


class DecodeFailure(MessageError):
    """Raised when received bytes are not the message that their topic carries; names who sent them."""

    def __init__(self, topic: str, writer: str, expected: str, reason: str) -> None:
        super().__init__(f"topic {topic!r} from {writer}: expected {expected}, refused: {reason}")
        self.topic = topic
        self.writer = writer
        self.reason = reason


class SchemaMismatch(MessageError):
    """Raised at the handshake when two ends of a topic cannot understand one another."""

    def __init__(self, topic: str, writer: str, reader: str, reason: str) -> None:
        super().__init__(f"topic {topic!r}: writer {writer} and reader {reader} disagree: {reason}")


class UnknownMessageType(MessageError):
    """Raised when a type name has no class in this process."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        super().__init__(f"unknown message type {name!r}{hint} (known: {', '.join(known)})")


class MessageTypeClash(MessageError):
    """Raised when a second class takes a message type name that is already in use."""

    def __init__(self, name: str, first: str, second: str) -> None:
        super().__init__(f"message type name {name!r} of {second} is taken by {first}; choose another name")
