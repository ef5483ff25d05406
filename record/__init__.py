"""What happened: recordings of runs, written, read and compared."""

from sutura.record.amend import add_attachment
from sutura.record.decoding import Recorded
from sutura.record.errors import BadRecording, BadTolerance, CannotRecord, RecordError
from sutura.record.facts import (
    REALTIME,
    REPORT_FILE,
    VIRTUAL,
    LinkFigures,
    Missed,
    RunFacts,
    TopicFacts,
    TypeFacts,
    read_facts,
    type_facts,
    write_facts,
)
from sutura.record.reader import RawRecorded, Recording, TopicInfo
from sutura.record.writer import RecordingWriter

__all__ = [
    "REALTIME",
    "REPORT_FILE",
    "VIRTUAL",
    "BadRecording",
    "BadTolerance",
    "CannotRecord",
    "LinkFigures",
    "Missed",
    "RawRecorded",
    "RecordError",
    "Recorded",
    "Recording",
    "RecordingWriter",
    "RunFacts",
    "TopicFacts",
    "TopicInfo",
    "TypeFacts",
    "add_attachment",
    "read_facts",
    "type_facts",
    "write_facts",
]
