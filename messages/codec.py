"""Plain MessagePack in and out: bounded, validated, and every refusal names its writer.

msgspec decodes header and payload in one pass into the type that the topic carries; nothing is ever decoded
without a type. What it may raise besides its own errors is known: UnicodeDecodeError on broken text and
RecursionError on deep nesting.
"""

import math
from collections.abc import Callable
from operator import attrgetter
from typing import Generic

import msgspec
from msgspec import inspect

from sutura.messages.envelope import Frame, MessageT
from sutura.messages.errors import UNKNOWN_WRITER, DecodeFailure
from sutura.messages.message import Message

MAX_FRAME_BYTES = 64 * 1024
_FRAME_ARRAY = 0x98  # MessagePack fixarray of eight elements
_REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

encode_frame: Callable[[Frame[MessageT]], bytes] = msgspec.msgpack.Encoder().encode
_header_decoder = msgspec.msgpack.Decoder(Frame[msgspec.Raw])


def topic_prefix(topic: str) -> bytes:
    """The bytes every frame of a topic starts with: an exact subscription filter, as the length is in it."""
    return bytes((_FRAME_ARRAY,)) + msgspec.msgpack.encode(topic)


def prefix_of(data: bytes) -> bytes:
    """The topic prefix of received bytes, or b"" where they do not start like a frame."""
    if len(data) < 2 or data[0] != _FRAME_ARRAY:
        return b""
    head = data[1]
    if 0xA0 <= head <= 0xBF:
        return data[: 2 + head - 0xA0]
    if head == 0xD9 and len(data) > 2:
        return data[: 3 + data[2]]
    return b""


class FrameDecoder(Generic[MessageT]):
    """Decodes the frames of one topic that carries one message type."""

    __slots__ = ("_decode", "max_bytes", "topic", "type_id")

    def __init__(self, topic: str, message: type[MessageT], max_bytes: int = MAX_FRAME_BYTES) -> None:
        self.topic = topic
        self.type_id = message.__name__
        self.max_bytes = max_bytes
        self._decode = msgspec.msgpack.Decoder(Frame[message]).decode  # type: ignore[valid-type]

    def __call__(self, data: bytes) -> Frame[MessageT]:
        """The frame in `data`. Raises DecodeFailure, whatever the bytes are."""
        if len(data) > self.max_bytes:
            raise self._refuse(data, f"{len(data)} bytes, more than {self.max_bytes}")
        try:
            frame: Frame[MessageT] = self._decode(data)
        except _REFUSED as error:
            raise self._refuse(data, str(error)) from None
        if frame.type != self.type_id or frame.topic != self.topic:
            raise self._refuse(data, f"type {frame.type!r} on topic {frame.topic!r}")
        return frame

    def _refuse(self, data: bytes, reason: str) -> DecodeFailure:
        return DecodeFailure(self.topic, read_writer(data), self.type_id, reason)


def read_writer(data: bytes) -> str:
    """Who sent a frame, as far as its header can be read."""
    if len(data) > MAX_FRAME_BYTES:
        data = data[:1024]
    try:
        return _header_decoder.decode(data).writer
    except _REFUSED:
        return _writer_before_damage(data)


def _writer_before_damage(data: bytes) -> str:
    """The writer from the first three elements only, for frames that break off or go wrong later."""
    rest = data[1:256]
    for _ in range(2):
        size = _text_size(rest)
        if size is None:
            return UNKNOWN_WRITER
        rest = rest[size:]
    size = _text_size(rest)
    if size is None or size > len(rest):
        return UNKNOWN_WRITER
    try:
        return msgspec.msgpack.decode(rest[:size], type=str)
    except _REFUSED:
        return UNKNOWN_WRITER


def _text_size(data: bytes) -> int | None:
    """Bytes that the MessagePack text at the start of `data` takes, header included."""
    if data and 0xA0 <= data[0] <= 0xBF:
        return 1 + data[0] - 0xA0
    if len(data) > 1 and data[0] == 0xD9:
        return 2 + data[1]
    return None


def finite_check(message: type[Message]) -> Callable[[Message], bool]:
    """A fast test that every number in messages of this type is finite, for values that skip the decoder."""
    singles = [f.name for f in msgspec.structs.fields(message) if _is_number(f.type)]
    series = [f.name for f in msgspec.structs.fields(message) if _is_number_series(f.type)]
    getters = [(attrgetter(n), False) for n in singles] + [(attrgetter(n), True) for n in series]
    isfinite = math.isfinite

    def check(value: Message) -> bool:
        for get, many in getters:  # noqa: SIM110 (a generator here costs twice the time)
            if not isfinite(sum(get(value)) if many else get(value)):
                return False
        return True

    return check


def _is_number(kind: object) -> bool:
    return isinstance(_bare(inspect.type_info(kind)), inspect.FloatType)


def _is_number_series(kind: object) -> bool:
    info = _bare(inspect.type_info(kind))
    if isinstance(info, inspect.VarTupleType):
        return isinstance(_bare(info.item_type), inspect.FloatType)
    if isinstance(info, inspect.TupleType):
        return all(isinstance(_bare(item), inspect.FloatType) for item in info.item_types)
    return False


def _bare(info: inspect.Type) -> inspect.Type:
    return info.type if isinstance(info, inspect.Metadata) else info
