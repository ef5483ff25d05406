"""An MCAP file as it is written: the `mcap` package's records, with messages packed by hand as they are so many.

Layout: header, attachments and metadata; chunks, each with its message indexes; data end; summary; footer. All that
stands before a chunk's end stays readable whatever happens after.
"""

import struct
import zlib
from io import FileIO
from pathlib import Path
from typing import TypeVar

import zstandard
from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import (
    Attachment,
    AttachmentIndex,
    Channel,
    Chunk,
    ChunkIndex,
    DataEnd,
    Footer,
    Header,
    McapRecord,
    Metadata,
    MetadataIndex,
    Schema,
    Statistics,
)
from mcap.writer import MCAP0_MAGIC

CHUNK_BYTES = 256 * 1024
_MESSAGE = struct.Struct("<BQHIQQ")  # opcode, length, channel, sequence, log time, publish time
_MESSAGE_FIELDS = _MESSAGE.size - 9
_FOOTER_HEAD = struct.Struct("<BQQQ")
_SEQUENCE = 0xFFFFFFFF

RepeatedT = TypeVar("RepeatedT", Schema, Channel)


class McapFile:
    """Writes one MCAP file. Log times must not decrease. Every method raises OSError as the file does."""

    def __init__(self, path: Path, profile: str, library: str) -> None:
        self._file: FileIO = _open_new(path)
        self.path = Path(self._file.name)
        self._at = 0
        self._press = zstandard.ZstdCompressor(level=1)
        self._buffer = bytearray()
        self._indexes: dict[int, list[int]] = {}
        self._begin = self._end = 0
        self._repeated: list[McapRecord] = []
        self._chunks: list[McapRecord] = []
        self._others: list[McapRecord] = []
        self._figures = Statistics(0, 0, {}, 0, 0, 0, 0, 0, 0)
        self._write(MCAP0_MAGIC + packed(Header(profile, library)))

    def add_schema(self, name: str, encoding: str, data: bytes) -> int:
        """Register a schema; returns its id."""
        self._figures.schema_count += 1
        return self._repeat(Schema(self._figures.schema_count, data, encoding, name)).id

    def add_channel(self, topic: str, encoding: str, schema: int, metadata: dict[str, str]) -> int:
        """Register a channel; returns its id."""
        self._figures.channel_count += 1
        channel = self._repeat(Channel(self._figures.channel_count, topic, encoding, metadata, schema)).id
        self._indexes[channel] = []
        self._figures.channel_message_counts[channel] = 0
        return channel

    def add_message(self, channel: int, sequence: int, log_time: int, publish_time: int, data: bytes) -> None:
        """Append a message; times in ns."""
        buffer = self._buffer
        index = self._indexes[channel]
        index.append(log_time)
        index.append(len(buffer))
        if not self._begin:
            self._begin = log_time
        self._end = log_time
        length = _MESSAGE_FIELDS + len(data)
        buffer += _MESSAGE.pack(5, length, channel, sequence & _SEQUENCE, log_time, publish_time)
        buffer += data
        if len(buffer) > CHUNK_BYTES:
            self.flush()

    def add_attachment(self, name: str, media_type: str, data: bytes, at: int) -> None:
        """Append a file of its own. at [ns]: its time."""
        self.flush()
        record = packed(Attachment(at, at, name, media_type, data))
        self._others.append(AttachmentIndex(self._at, len(record), at, at, len(data), name, media_type))
        self._figures.attachment_count += 1
        self._write(record)

    def add_metadata(self, name: str, values: dict[str, str]) -> None:
        """Append a map of texts."""
        self.flush()
        record = packed(Metadata(name, values))
        self._others.append(MetadataIndex(self._at, len(record), name))
        self._figures.metadata_count += 1
        self._write(record)

    def flush(self) -> None:
        """Hand all that has come to the system: it then outlives this process."""
        if not self._buffer:
            return
        content, self._buffer = bytes(self._buffer), bytearray()
        pressed = self._press.compress(content)
        chunk = packed(Chunk("zstd", pressed, self._end, self._begin, zlib.crc32(content), len(content)))
        offsets, indexes = self._pack_indexes(self._at + len(chunk))
        self._chunks.append(
            ChunkIndex(
                chunk_length=len(chunk),
                chunk_start_offset=self._at,
                compression="zstd",
                compressed_size=len(pressed),
                message_end_time=self._end,
                message_index_length=len(indexes),
                message_index_offsets=offsets,
                message_start_time=self._begin,
                uncompressed_size=len(content),
            )
        )
        self._figures.chunk_count += 1
        self._figures.message_start_time = self._figures.message_start_time or self._begin
        self._figures.message_end_time = self._end or self._figures.message_end_time
        self._begin = self._end = 0
        self._write(chunk + indexes)

    def finish(self) -> None:
        """Write the summary and close; closing twice changes nothing."""
        if self._file.closed:
            return
        try:
            self.flush()
            summary = [*self._repeated, self._figures, *self._chunks, *self._others]
            self._write(packed(DataEnd(0)) + packed_end(self._at + len(packed(DataEnd(0))), summary))
        finally:
            self._file.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _repeat(self, record: RepeatedT) -> RepeatedT:
        self._repeated.append(record)
        self._buffer += packed(record)
        return record

    def _pack_indexes(self, at: int) -> tuple[dict[int, int], bytes]:
        """The message indexes of the chunk that ends at `at`, where each lies, and empties them."""
        offsets: dict[int, int] = {}
        data = b""
        for channel, index in self._indexes.items():
            if index:
                offsets[channel] = at + len(data)
                n = len(index)
                data += struct.pack(f"<BQHI{n}Q", Opcode.MESSAGE_INDEX, 6 + 8 * n, channel, 8 * n, *index)
                self._figures.channel_message_counts[channel] += n // 2
                self._figures.message_count += n // 2
                index.clear()
        return offsets, data

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) :]
        self._at += len(data)


def packed(record: McapRecord) -> bytes:
    """A record as it stands in a file."""
    builder = RecordBuilder()
    record.write(builder)
    data: bytes = builder.end()  # type: ignore[no-untyped-call]
    return data


def packed_end(at: int, summary: list[McapRecord]) -> bytes:
    """Summary, footer and magic of a file whose summary begins at `at`."""
    data = b"".join(map(packed, summary))
    footer = _FOOTER_HEAD.pack(Opcode.FOOTER, 20, at, 0)
    return data + packed(Footer(at, 0, zlib.crc32(footer, zlib.crc32(data)))) + MCAP0_MAGIC


def _open_new(path: Path) -> FileIO:
    """A fresh file; a recording that is there already is kept, and the new one gets a number."""
    for number in range(2, 10_000):
        try:
            return FileIO(path, "xb")
        except FileExistsError:
            if not path.is_file():
                return FileIO(path, "wb")  # a pipe or a device
            path = path.with_name(f"{path.stem.removesuffix(f'-{number - 1}')}-{number}{path.suffix}")
    raise FileExistsError(f"there are too many recordings beside {path}")
