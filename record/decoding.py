"""Recorded bytes made into messages again, as far as their types are known here."""

from typing import NamedTuple

import msgspec

from sutura.messages import Frame, message_types
from sutura.record.errors import Damage

_REFUSED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ArithmeticError)


class Recorded(NamedTuple):
    """One message of a recording.

    at [ns]: when the recorder saw it; frame: envelope and payload, which is a Message where its type is known in
    this process, else plain values; data: the frame as it was sent.
    """

    topic: str
    at: int
    frame: Frame[object]
    data: bytes


class Decoders:
    """Decodes frames by their type's name."""

    def __init__(self) -> None:
        self._by_type: dict[str, msgspec.msgpack.Decoder[Frame[object]]] = {}
        self._plain: msgspec.msgpack.Decoder[Frame[object]] = msgspec.msgpack.Decoder(Frame[object])

    def decode(self, kind: str, data: bytes) -> Frame[object]:
        """The frame in `data`; what is not of the type as it is known here comes as plain values. Raises Damage."""
        decoder = self._by_type.get(kind)
        if decoder is None:
            known = message_types().get(kind)
            decoder = self._plain if known is None else msgspec.msgpack.Decoder(Frame[known])  # type: ignore[valid-type]
            self._by_type[kind] = decoder
        for attempt in (decoder, self._plain):  # it may be of another version
            try:
                return attempt.decode(data)
            except _REFUSED as error:
                reason = str(error)
        raise Damage(f"a {kind} in it cannot be read: {reason}")
