"""Plain MessagePack in and out: bounded, validated, and every refusal names its writer.

msgspec decodes header and payload in one pass into the type that the topic carries; nothing is ever decoded
without a type. What it may raise besides its own errors is known: UnicodeDecodeError on broken text,
RecursionError on deep nesting, and ArithmeticError from a check of the message's own.
"""

from collections.abc import Callable
from typing import Generic

import msgspec

from sutura.messages.envelope import Frame, MessageT
from sutura.messages.errors import UNKNOWN_WRITER, DecodeFailure
from sutura.messages.fields import Text, clip
from sutura.messages.finite import decoding_admits_nonfinite, finite_check

MAX_FRAME_BYTES = 64 * 1024
_FRAME_ARRAY = 0x98  # MessagePack fixarray of eight elements
_REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ArithmeticError)

encode_frame: Callable[[Frame[MessageT]], bytes] = msgspec.msgpack.Encoder().encode
_decode_writer = msgspec.msgpack.Decoder(Text).decode


def topic_prefix(topic: str) -> bytes:
    """The bytes every frame of a topic starts with: an exact subscription filter, as the length is in it."""
    return bytes((_FRAME_ARRAY,)) + msgspec.msgpack.encode(topic)


def prefix_of(data: bytes) -> bytes:
    """The topic prefix of received bytes, or b"" where they do not start like a frame."""
    if not data or data[0] != _FRAME_ARRAY:
        return b""
    if len(data) > 1 and 0xA0 <= data[1] <= 0xBF:  # up to 31 bytes, as nearly every topic
        return data[: data[1] - 0x9E]
    size = _text_size(data, 1)
    return data[: 1 + size] if size else b""


class FrameDecoder(Generic[MessageT]):
    """Decodes the frames of one topic that carries one message type."""

    __slots__ = ("_decode", "_finite", "max_bytes", "topic", "type_id")

    def __init__(self, topic: str, message: type[MessageT], max_bytes: int = MAX_FRAME_BYTES) -> None:
        self.topic = topic
        self.type_id = message.__name__
        self.max_bytes = max_bytes
        self._decode = msgspec.msgpack.Decoder(Frame[message]).decode  # type: ignore[valid-type]
        # bounded fields refuse NaN and Inf while decoding; a type with a free float is looked through after
        self._finite = finite_check(message) if decoding_admits_nonfinite(message) else None

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
        if self._finite is not None and not self._finite(frame.payload):
            raise self._refuse(data, "a number in it is NaN or Inf")
        return frame

    def _refuse(self, data: bytes, reason: str) -> DecodeFailure:
        return DecodeFailure(self.topic, read_writer(data), self.type_id, clip(reason))


def read_writer(data: bytes) -> str:
    """Who sent a frame, read from its first three elements only: damage behind them does not hide it."""
    at = 1
    for _ in range(2):
        size = _text_size(data, at)
        if not size:
            return UNKNOWN_WRITER
        at += size
    try:
        return _decode_writer(data[at : at + _text_size(data, at)]) or UNKNOWN_WRITER
    except _REFUSED:
        return UNKNOWN_WRITER


def _text_size(data: bytes, at: int) -> int:
    """Bytes that the MessagePack text at `at` says it takes, header included; 0 where none starts."""
    if at >= len(data):
        return 0
    head = data[at]
    if 0xA0 <= head <= 0xBF:
        return 1 + head - 0xA0
    if head == 0xD9 and at + 1 < len(data):
        return 2 + data[at + 1]
    if head == 0xDA and at + 2 < len(data):
        return 3 + data[at + 1] * 256 + data[at + 2]
    return 0
