"""What happened: recordings of runs."""

from sutura.record.errors import CannotRecord, RecordError
from sutura.record.writer import RecordingWriter

__all__ = ["CannotRecord", "RecordError", "RecordingWriter"]
