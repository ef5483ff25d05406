"""Writes frames to an MCAP file, one channel a topic, bytes as they were on the wire."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from sutura.messages import FieldSchema, Frame, RawMessage, message_types
from sutura.record.errors import CannotRecord
from sutura.record.facts import FACTS_FILE, TOPOLOGY_FILE, Missed, RunFacts, type_facts
from sutura.record.mcap_file import McapFile

PROFILE = "sutura"
MESSAGE_ENCODING = "msgpack"
START = "sutura.start"
RUN = "sutura.run"
VERSIONS = "sutura.versions"
MISSED = "missed.json"
FIELDS = "fields"
encode_fields = msgspec.json.Encoder().encode
decode_fields = msgspec.json.Decoder(tuple[FieldSchema, ...]).decode


class RecordingWriter:
    """An MCAP recording. Each message is the whole frame: envelope and payload as plain MessagePack.

    facts, topology: what runs, written at the beginning. All methods raise CannotRecord; after that the file is
    closed, with all that was written before.
    """

    def __init__(self, path: Path, version: str, facts: RunFacts | None = None, topology: str = "") -> None:
        self.messages = 0
        self._path = path
        self._facts = facts or RunFacts(topology="")
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, int] = {}
        try:
            self._file = McapFile(path, PROFILE, f"sutura {version}")
        except OSError as error:
            raise CannotRecord(path, error.strerror or str(error)) from error
        try:
            self._introduce(facts, topology)
        except OSError as error:
            raise self._failed(error) from error

    @property
    def path(self) -> Path:
        """The file; it has a number where one of the wanted name was there already."""
        return self._file.path

    def begin(self, start: int) -> None:
        """Note when the run began [ns of its clock]; the first thing after the facts."""
        values = {"monotonic_ns": str(start), "wall": self._facts.started}
        try:
            self._file.add_metadata(START, values)
        except OSError as error:
            raise self._failed(error) from error

    def add(self, frame: Frame[RawMessage], now: int) -> None:
        """Append a message that came at `now` [ns]."""
        channel = self._channels.get(frame.topic) or self._open_channel(frame)
        try:
            self._file.add_message(channel, frame.seq, now, frame.stamp, frame.payload.data)
        except OSError as error:
            raise self._failed(error) from error
        self.messages += 1

    def flush(self) -> None:
        """Hand all that has come to the system: it then stays readable whatever becomes of this process."""
        try:
            self._file.flush()
        except OSError as error:
            raise self._failed(error) from error

    def close(self, missed: Mapping[str, Missed] | None = None, now: int = 0) -> None:
        """Write what the recorder missed, by topic, and the summary. Closing twice changes nothing."""
        try:
            if missed is not None:
                self._file.add_attachment(MISSED, "application/json", msgspec.json.encode(missed), now)
            self._file.finish()
        except OSError as error:
            raise self._failed(error) from error

    def _introduce(self, facts: RunFacts | None, topology: str) -> None:
        if facts is None:
            return
        file = self._file
        file.add_attachment(FACTS_FILE, "application/json", msgspec.json.encode(facts), 0)
        file.add_attachment(TOPOLOGY_FILE, "application/yaml", topology.encode(), 0)
        about = {"topology": facts.topology, "run": facts.run, "seed": str(facts.seed), "clock": facts.clock}
        file.add_metadata(RUN, about)
        file.add_metadata(VERSIONS, facts.versions)

    def _open_channel(self, frame: Frame[RawMessage]) -> int:
        known = self._facts.types.get(frame.type) or type_facts(message_types().get(frame.type))
        if frame.type not in self._schemas:
            encoding = "jsonschema" if known.json_schema else ""
            self._schemas[frame.type] = self._file.add_schema(frame.type, encoding, known.json_schema.encode())
        metadata = {
            "type": frame.type,
            "first_writer": frame.writer,
            FIELDS: encode_fields(known.fields).decode(),
        }
        channel = self._file.add_channel(frame.topic, MESSAGE_ENCODING, self._schemas[frame.type], metadata)
        self._channels[frame.topic] = channel
        return channel

    def _failed(self, error: OSError) -> CannotRecord:
        self._file.abandon()
        return CannotRecord(self._path, error.strerror or str(error))
