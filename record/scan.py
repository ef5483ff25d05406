"""Walks over the records of an MCAP file, whole or not: what is complete is read, what is not ends the walk."""

import struct
from collections.abc import Iterator
from io import BytesIO
from mmap import mmap
from typing import NamedTuple

from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.records import Chunk
from mcap.stream_reader import get_chunk_data_stream
from msgspec import MsgspecError
from zstandard import ZstdError

from sutura.record.errors import Damage

MAX_CHUNK_BYTES = 256 * 1024 * 1024
_HEAD = struct.Struct("<BQ")
# what parsing raises on bytes that make no sense; a wrong checksum and broken text are ValueErrors
NONSENSE = (ValueError, KeyError, OverflowError, struct.error, ZstdError, McapError, MsgspecError, MemoryError)


class Record(NamedTuple):
    """One record: where it stands, what it is, and from where to where its content goes."""

    at: int
    opcode: int
    begin: int
    end: int


def walk(data: bytes | mmap, at: int) -> Iterator[Record]:
    """Every complete record from `at` on."""
    size, head = len(data), _HEAD.size
    while at + head <= size:
        opcode, length = _HEAD.unpack_from(data, at)
        begin = at + head
        end = begin + length
        if end > size:
            return
        yield Record(at, opcode, begin, end)
        at = end


def stream(content: bytes) -> ReadDataStream:
    """A record's content as the `mcap` package parses it."""
    return ReadDataStream(BytesIO(content))


def unpack_chunk(content: bytes, at: int) -> bytes:
    """The records in a chunk, checked against its checksum. at: where the chunk stands. Raises Damage."""
    try:
        chunk = Chunk.read(stream(content))
        if chunk.uncompressed_size > MAX_CHUNK_BYTES:
            raise Damage(f"the chunk at byte {at} says it has {chunk.uncompressed_size} bytes")
        unpacked, size = get_chunk_data_stream(chunk, validate_crc=True)
        return unpacked.read(size)
    except NONSENSE as error:
        raise Damage(f"the chunk at byte {at} cannot be read: {error}") from error
