"""Writes frames to an MCAP file, one channel a topic, bytes as they were on the wire."""

import json
from io import BufferedWriter
from pathlib import Path

import msgspec
from mcap.writer import CompressionType, Writer

from sutura.messages import Frame, Message, RawMessage, message_types
from sutura.record.errors import CannotRecord

PROFILE = "sutura"
MESSAGE_ENCODING = "msgpack"
_CHUNK_BYTES = 256 * 1024


class RecordingWriter:
    """An MCAP recording. Each message is the whole frame: envelope and payload as plain MessagePack."""

    def __init__(self, path: Path, version: str) -> None:
        self.path = path
        self.messages = 0
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, int] = {}
        try:
            self._file: BufferedWriter = path.open("wb")
        except OSError as error:
            raise CannotRecord(path, error.strerror or str(error)) from error
        self._writer = Writer(self._file, chunk_size=_CHUNK_BYTES, compression=CompressionType.ZSTD)
        self._writer.start(profile=PROFILE, library=f"sutura {version}")

    def add(self, frame: Frame[RawMessage], now: int) -> None:
        """Append a message that came at `now` [ns]. Raises CannotRecord."""
        channel = self._channels.get(frame.topic)
        if channel is None:
            channel = self._open_channel(frame)
        try:
            self._writer.add_message(channel, now, frame.payload.data, frame.stamp, frame.seq & 0xFFFFFFFF)
        except OSError as error:
            raise CannotRecord(self.path, error.strerror or str(error)) from error
        self.messages += 1

    def close(self) -> None:
        """Write the index and close. Closing twice changes nothing."""
        if not self._file.closed:
            self._writer.finish()  # type: ignore[no-untyped-call]
            self._file.close()

    def _open_channel(self, frame: Frame[RawMessage]) -> int:
        if frame.type not in self._schemas:
            self._schemas[frame.type] = self._writer.register_schema(
                frame.type, "jsonschema", _json_schema(message_types().get(frame.type))
            )
        metadata = {"type": frame.type, "first_writer": frame.writer}
        channel = self._writer.register_channel(frame.topic, MESSAGE_ENCODING, self._schemas[frame.type], metadata)
        self._channels[frame.topic] = channel
        return channel


def _json_schema(message: type[Message] | None) -> bytes:
    """JSON schema of the payload; empty for a type that this process does not know."""
    return b"" if message is None else json.dumps(msgspec.json.schema(message)).encode()
