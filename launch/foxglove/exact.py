"""Every message in full as JSON: its fields by name, and its envelope."""

import json
import re
from collections.abc import Sequence

import msgspec

from sutura.launch.foxglove.outgoing import Channel, Outgoing
from sutura.messages import FieldSchema, Frame
from sutura.record import named_payload

_encode = msgspec.json.Encoder().encode
_WORD = re.compile(r"\w+")
_KINDS = {
    "float": "number",
    "int": "integer",
    "str": "string",
    "bool": "boolean",
    "enum": "string",
    "literal": "string",
}
_ENVELOPE = {"writer": "string", "seq": "integer", "stamp": "integer", "origin": "integer", "expires": "integer"}


class Exact:
    """Makes the full messages of one topic. fields: of its type, as they were recorded or are known here."""

    def __init__(self, topic: str, kind: str, fields: Sequence[FieldSchema]) -> None:
        self._fields = fields
        schema = json.dumps(_schema(fields), sort_keys=True).encode()
        self._channel = Channel(topic, f"sutura.{kind}", "jsonschema", schema, "json")

    def __call__(self, frame: Frame[object]) -> Outgoing:
        """A message; times in its envelope in ns of the run's clock."""
        envelope = {name: getattr(frame, name) for name in _ENVELOPE}
        data = {**named_payload(frame.payload, self._fields), "envelope": envelope}
        return Outgoing(self._channel, _encode(data))


def _schema(fields: Sequence[FieldSchema]) -> dict[str, object]:
    envelope = {name: {"type": kind} for name, kind in _ENVELOPE.items()}
    properties: dict[str, object] = {field.name: _kind(field) for field in fields}
    properties["envelope"] = {"type": "object", "properties": envelope}
    return {"type": "object", "properties": properties}


def _kind(field: FieldSchema) -> dict[str, object]:
    about: dict[str, object] = {"description": f"[{field.unit}]"} if field.unit else {}
    if field.type.startswith("{"):
        return {"type": "object", **about}
    words = _WORD.findall(field.type)
    if words and words[0] in ("tuple", "list"):
        inner = "object" if "{" in field.type else _KINDS.get(words[1], "") if len(words) > 1 else ""
        return {"type": "array", "items": {"type": inner} if inner else {}, **about}
    if words and words[0] in ("bytes", "bytearray"):
        return {"type": "string", "contentEncoding": "base64", **about}
    return {"type": _KINDS[words[0]], **about} if words and words[0] in _KINDS else about
