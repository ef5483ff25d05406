"""Errors of recordings.

SuturaError
└── RecordError
    ├── CannotRecord       a recording cannot be written
    ├── BadRecording       a file is no recording, or not one that can be used for what is asked
    ├── Damage             complete bytes in a recording make no sense; the reader tells, and ends there
    ├── BadTolerance       a tolerance is not one, or belongs to no topic
    └── UnknownField       a recording has no such topic, or a topic no such number
"""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from sutura.errors import SuturaError


class RecordError(SuturaError):
    """Raised, as one of its subclasses, for anything wrong with a recording."""


class CannotRecord(RecordError):
    """Raised when the recording's file cannot be opened or written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot record to {path}: {reason}")


class BadRecording(RecordError):
    """Raised when a file cannot be opened, is no recording of Sutura, or lacks what is needed of it."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")


class Damage(RecordError):
    """Raised within this package where the bytes of a recording make no sense."""


class BadTolerance(RecordError):
    """Raised when a tolerance cannot be read, or names a topic that neither recording has."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"tolerance {text!r}: {reason}")


class UnknownField(RecordError):
    """Raised when a recording has no topic, or a topic no field, of that name; names those that there are."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        super().__init__(f"unknown {what} {name!r}{hint} (known: {', '.join(known) or 'none'})")
