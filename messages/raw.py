"""Frames as they came over the wire, for whoever keeps them rather than reads them."""

import msgspec

from sutura.messages.codec import MAX_FRAME_BYTES, encode_frame, read_writer
from sutura.messages.envelope import Frame
from sutura.messages.errors import DecodeFailure
from sutura.messages.message import Message, RawMessage

_REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_decode_head = msgspec.msgpack.Decoder(Frame[msgspec.Raw]).decode


class RawDecoder:
    """Reads only the envelope of a topic's frames and keeps the bytes."""

    __slots__ = ("topic",)

    def __init__(self, topic: str) -> None:
        self.topic = topic

    def __call__(self, data: bytes) -> Frame[Message]:
        """The frame in `data`, its payload the whole of `data`; it never expires, as what is kept may be old.

        Raises DecodeFailure.
        """
        if len(data) > MAX_FRAME_BYTES:
            reason = f"{len(data)} bytes, more than {MAX_FRAME_BYTES}"
            raise DecodeFailure(self.topic, read_writer(data), "any message", reason)
        try:
            f = _decode_head(data)
        except _REFUSED as error:
            raise DecodeFailure(self.topic, read_writer(data), "any message", str(error)) from None
        return Frame(f.topic, f.type, f.writer, f.seq, f.stamp, f.origin, 0, RawMessage(data))


def as_raw(f: Frame[Message]) -> Frame[Message]:
    """The same envelope around the frame's own bytes; it never expires."""
    return Frame(f.topic, f.type, f.writer, f.seq, f.stamp, f.origin, 0, RawMessage(encode_frame(f)))
