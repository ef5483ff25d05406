"""Reads recordings, also those whose writer was killed: everything up to the last complete chunk."""

import mmap
import struct
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from mcap.opcode import Opcode
from mcap.records import Attachment, Channel, Header, Metadata, Statistics
from mcap.writer import MCAP0_MAGIC

from sutura.messages import FieldSchema
from sutura.record.decoding import Decoders, Recorded
from sutura.record.errors import BadRecording, Damage
from sutura.record.facts import FACTS_FILE, REPORT_FILE, TOPOLOGY_FILE, LinkFigures, Missed, RunFacts
from sutura.record.reported import RecordedEvent, read_report
from sutura.record.scan import NONSENSE, stream, unpack_chunk, walk
from sutura.record.writer import FIELDS, MISSED, PROFILE, START, decode_fields

_MESSAGE = struct.Struct("<HIQQ")  # channel, sequence, log time, publish time
_ALL_TIME = 2**63
T = TypeVar("T")


class TopicInfo(msgspec.Struct, frozen=True):
    """One topic of a recording: its message type and that type's fields as they were (none where unknown)."""

    topic: str
    type: str
    fields: tuple[FieldSchema, ...]


class RawRecorded(msgspec.Struct, frozen=True, gc=False):
    """One message as it stands in the file. at, stamp [ns]: when the recorder saw it, when it was made;
    sequence: the low 32 bits of the writer's; data: the whole frame."""

    topic: TopicInfo
    at: int
    stamp: int
    sequence: int
    data: bytes


class Recording:
    """A recording of a run.

    is_complete: its writer ended in good order; damage: why it cannot be read to its end, else empty (a file that
    was cut off is not damaged); facts, topology: what ran, None and empty where the recording does not know;
    start [ns]: when the run began; links, events: the report's figures by connection, and what happened; missed:
    what the recorder missed, by topic.

    Raises BadRecording.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_complete = False
        self.damage = ""
        self.start = 0
        self.facts: RunFacts | None = None
        self.topology = ""
        self.links: list[LinkFigures] = []
        self.events: list[RecordedEvent] = []
        self.missed: dict[str, Missed] = {}
        self._channels: dict[int, TopicInfo] = {}
        self._promised: int | None = None
        self._is_scanned = False
        self._data = _mapped(path)
        self._decoders = Decoders()
        try:
            self._look()
        except NONSENSE as error:
            self.is_complete = False
            self.damage = f"what it says of its run cannot be read: {error}"
        if not self.start:  # it was cut off before its recorder knew, or made by another program
            first = next(self.raw(), None)
            self.start = first.stamp if first is not None else 0

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self._data)

    @property
    def is_virtual(self) -> bool:
        """Whether the run had a virtual clock."""
        return self.facts is not None and self.facts.is_virtual

    def raw(
        self, topics: Collection[str] | None = None, since: int = 0, until: int = _ALL_TIME
    ) -> Iterator[RawRecorded]:
        """Messages in recorded order, undecoded.

        topics: only these; since, until [ns]: only those made from then on and before then.
        """
        count = 0
        try:
            for opcode, content in self._records():
                if opcode == Opcode.CHANNEL:
                    self._note_channel(content)
                elif opcode == Opcode.MESSAGE:
                    count += 1
                    channel, sequence, at, stamp = _MESSAGE.unpack_from(content)
                    topic = self._channels[channel]
                    if since <= stamp < until and (topics is None or topic.topic in topics):
                        yield RawRecorded(topic, at, stamp, sequence, content[_MESSAGE.size :])
            if self._promised not in (None, count):
                self.damage = f"it says that it has {self._promised} messages, {count} can be read"
        except Damage as damage:
            self.damage = str(damage)
        except NONSENSE as error:
            self.damage = f"a record in it cannot be read: {error}"

    def messages(
        self, topics: Collection[str] | None = None, since: int = 0, until: int = _ALL_TIME
    ) -> Iterator[Recorded]:
        """Messages in recorded order, decoded: payloads as messages where their type is known in this process, else
        as plain values."""
        for raw in self.raw(topics, since, until):
            try:
                frame = self._decoders.decode(raw.topic.type, raw.data)
            except Damage as damage:
                self.damage = str(damage)
                return
            yield Recorded(raw.topic.topic, raw.at, frame, raw.data)

    @property
    def topics(self) -> dict[str, TopicInfo]:
        """Every topic with messages, by name; reads the whole file the first time where no summary says them."""
        if not (self.is_complete or self._is_scanned):
            self._is_scanned = True
            for _ in self.raw(()):
                pass
        return {info.topic: info for info in self._channels.values()}

    def _look(self) -> None:
        """Read what stands outside chunks."""
        first = True
        for record in walk(self._data, len(MCAP0_MAGIC)):
            content = b"" if record.opcode == Opcode.CHUNK else self._data[record.begin : record.end]
            if first:
                self._require_header(record.opcode, content)
                first = False
            elif record.opcode == Opcode.METADATA:
                found = Metadata.read(stream(content))
                if found.name == START:
                    self.start = int(found.metadata["monotonic_ns"])
            elif record.opcode == Opcode.ATTACHMENT:
                self._take(Attachment.read(stream(content)))
            elif record.opcode == Opcode.CHANNEL:
                self._note_channel(content)
            elif record.opcode == Opcode.STATISTICS:
                self._promised = Statistics.read(stream(content)).message_count
            elif record.opcode == Opcode.FOOTER:
                self.is_complete = self._data[record.end :] == MCAP0_MAGIC
                break
        if first:
            raise BadRecording(self.path, "it was cut off before it had begun")

    def _require_header(self, opcode: int, content: bytes) -> None:
        try:
            profile = Header.read(stream(content)).profile if opcode == Opcode.HEADER else "(none)"
        except NONSENSE as error:
            raise BadRecording(self.path, f"its beginning cannot be read: {error}") from error
        if profile != PROFILE:
            raise BadRecording(self.path, f"expected an MCAP file of profile {PROFILE!r}, came {profile!r}")

    def _take(self, attachment: Attachment) -> None:
        if attachment.name == FACTS_FILE:
            self.facts = msgspec.json.decode(attachment.data, type=RunFacts)
        elif attachment.name == TOPOLOGY_FILE:
            self.topology = attachment.data.decode()
        elif attachment.name == REPORT_FILE:
            self.links, self.events = read_report(attachment.data)
        elif attachment.name == MISSED:
            self.missed = msgspec.json.decode(attachment.data, type=dict[str, Missed])

    def _note_channel(self, content: bytes) -> None:
        channel = Channel.read(stream(content))
        fields = decode_fields(channel.metadata.get(FIELDS, "[]"))
        self._channels[channel.id] = TopicInfo(channel.topic, channel.metadata.get("type", ""), fields)

    def _records(self) -> Iterator[tuple[int, bytes]]:
        """Every record of the data section, those in chunks among them. Raises Damage."""
        for record in walk(self._data, len(MCAP0_MAGIC)):
            content = self._data[record.begin : record.end]
            if record.opcode == Opcode.CHUNK:
                inner = unpack_chunk(content, record.at)
                for part in walk(inner, 0):
                    yield part.opcode, inner[part.begin : part.end]
            elif record.opcode == Opcode.DATA_END:
                return
            else:
                yield record.opcode, content


def _mapped(path: Path) -> "bytes | mmap.mmap":
    try:
        with path.open("rb") as file:
            begin = file.read(len(MCAP0_MAGIC))
            if begin != MCAP0_MAGIC:
                raise BadRecording(path, "it is no recording: expected an MCAP file" if begin else "it is empty")
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise BadRecording(path, error.strerror or str(error)) from error
