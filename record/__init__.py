"""What happened: recordings of runs, written, read and compared."""

from sutura.record.amend import add_attachment
from sutura.record.compare import Comparison, Difference, TopicComparison, compare
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
from sutura.record.figures import Numbers, RecordingFigures, TopicFigures, figures_of
from sutura.record.reader import RawRecorded, Recording, TopicInfo
from sutura.record.tolerances import Tolerances
from sutura.record.writer import RecordingWriter

__all__ = [
    "REALTIME",
    "REPORT_FILE",
    "VIRTUAL",
    "BadRecording",
    "BadTolerance",
    "CannotRecord",
    "Comparison",
    "Difference",
    "LinkFigures",
    "Missed",
    "Numbers",
    "RawRecorded",
    "RecordError",
    "Recorded",
    "Recording",
    "RecordingFigures",
    "RecordingWriter",
    "RunFacts",
    "Tolerances",
    "TopicComparison",
    "TopicFacts",
    "TopicFigures",
    "TopicInfo",
    "TypeFacts",
    "add_attachment",
    "compare",
    "figures_of",
    "read_facts",
    "type_facts",
    "write_facts",
]
