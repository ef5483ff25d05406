"""What happened: recordings of runs, written, read and compared."""

from sutura.record.amend import add_attachment
from sutura.record.compare import Comparison, Difference, TopicComparison, compare
from sutura.record.decoding import Recorded
from sutura.record.errors import BadRecording, BadTolerance, CannotRecord, RecordError, UnknownField
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
from sutura.record.named import named, named_payload
from sutura.record.reader import RawRecorded, Recording, TopicInfo
from sutura.record.reported import RecordedEvent
from sutura.record.series import Choice, Series, choice_of, series_of
from sutura.record.tables import WRITERS, export_tables
from sutura.record.tolerances import Tolerances
from sutura.record.writer import RecordingWriter

__all__ = [
    "REALTIME",
    "REPORT_FILE",
    "VIRTUAL",
    "WRITERS",
    "BadRecording",
    "BadTolerance",
    "CannotRecord",
    "Choice",
    "Comparison",
    "Difference",
    "LinkFigures",
    "Missed",
    "Numbers",
    "RawRecorded",
    "RecordError",
    "Recorded",
    "RecordedEvent",
    "Recording",
    "RecordingFigures",
    "RecordingWriter",
    "RunFacts",
    "Series",
    "Tolerances",
    "TopicComparison",
    "TopicFacts",
    "TopicFigures",
    "TopicInfo",
    "TypeFacts",
    "UnknownField",
    "add_attachment",
    "choice_of",
    "compare",
    "export_tables",
    "figures_of",
    "named",
    "named_payload",
    "read_facts",
    "series_of",
    "type_facts",
    "write_facts",
]
