"""Adds to a finished recording what is known only after its recorder has ended."""

from pathlib import Path

from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import Attachment, AttachmentIndex, DataEnd, Footer, McapRecord, Statistics
from mcap.writer import MCAP0_MAGIC

from sutura.record.errors import BadRecording, CannotRecord
from sutura.record.mcap_file import packed, packed_end
from sutura.record.scan import NONSENSE, stream, walk

_END_BYTES = 9 + 20 + len(MCAP0_MAGIC)  # footer and magic
_DATA_END_BYTES = 9 + 4


class _Verbatim(McapRecord):
    """A record that is kept as it stands."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def write(self, stream: RecordBuilder) -> None:
        """Write it as it was."""
        stream.write(self.data)


def add_attachment(path: Path, name: str, media_type: str, data: bytes, at: int) -> None:
    """Put a file of its own at the end of a complete recording. at [ns]: its time.

    The messages are not touched: killed in between, it is as readable as a recording that was cut off.
    Raises BadRecording, CannotRecord.
    """
    try:
        begin, summary = _summary(path)
    except OSError as error:
        raise BadRecording(path, error.strerror or str(error)) from error
    except NONSENSE as error:
        raise BadRecording(path, f"its end cannot be read: {error}") from error
    record = packed(Attachment(at, at, name, media_type, data))
    summary.append(AttachmentIndex(begin, len(record), at, at, len(data), name, media_type))
    tail = record + packed(DataEnd(0))
    tail += packed_end(begin + len(tail), summary)
    try:
        with path.open("r+b") as file:
            file.seek(begin)
            file.write(tail)
            file.truncate()
    except OSError as error:
        raise CannotRecord(path, error.strerror or str(error)) from error


def _summary(path: Path) -> tuple[int, list[McapRecord]]:
    """Where the data of a complete file ends, and the records of its summary."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_BYTES))
        end = file.read()
        if size < 2 * _END_BYTES or not end.endswith(MCAP0_MAGIC) or end[0] != Opcode.FOOTER:
            raise BadRecording(path, "it was cut off, nothing can be added to it")
        summary_start = Footer.read(stream(end[9:])).summary_start
        file.seek(summary_start)
        summary = file.read(size - _END_BYTES - summary_start)
    return summary_start - _DATA_END_BYTES, [_counted(summary[r.at : r.end]) for r in walk(summary, 0)]


def _counted(data: bytes) -> McapRecord:
    """A record of the summary; the one that counts attachments counts one more."""
    if data[0] != Opcode.STATISTICS:
        return _Verbatim(data)
    figures: Statistics = Statistics.read(stream(data[9:]))
    figures.attachment_count += 1
    return figures
