"""Errors of recordings.

SuturaError
└── RecordError
    └── CannotRecord   a recording cannot be written
"""

from pathlib import Path

from sutura.errors import SuturaError


class RecordError(SuturaError):
    """Raised, as one of its subclasses, for anything wrong with a recording."""


class CannotRecord(RecordError):
    """Raised when the recording's file cannot be opened or written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot record to {path}: {reason}")
