"""Messages and parameter values between people and programs: YAML or JSON in, named fields out."""

import msgspec

from sutura.cli.errors import BadMessageValues
from sutura.launch.marks import Mark
from sutura.launch.shape import plain
from sutura.launch.yaml_source import parse_yaml, write_yaml
from sutura.messages import Frame, Message
from sutura.record import named


def read_value(text: str, what: str) -> object:
    """A value as topologies write it (JSON is a part of that). Raises UnreadableTopology, BadValue."""
    return plain(parse_yaml(text, lambda line, column: Mark(what)))


def read_message(kind: type[Message], text: str) -> Message:
    """A message of its fields by name, in YAML or JSON. Raises BadMessageValues and what `read_value` raises."""
    given = read_value(text, f"values of {kind.__name__}") if text.strip() else {}
    fields = msgspec.structs.fields(kind)
    names = [field.name for field in fields]
    if not isinstance(given, dict):
        raise BadMessageValues(kind.__name__, f"expected its fields by name, came {given!r}", names)
    unknown = sorted(given.keys() - set(names))
    if unknown:
        raise BadMessageValues(kind.__name__, f"it has no field {', '.join(map(repr, unknown))}", names)
    missing = [field.name for field in fields if field.required and field.name not in given]
    if missing:
        raise BadMessageValues(kind.__name__, f"{', '.join(missing)} not given", names)
    try:
        return msgspec.convert([given.get(field.name, _default(field)) for field in fields], kind)
    except msgspec.ValidationError as error:
        raise BadMessageValues(kind.__name__, _by_name(str(error), names), names) from None


def as_data(frame: Frame[Message]) -> dict[str, object]:
    """A frame with its fields by name, as JSON takes it; times in ns."""
    return {
        "topic": frame.topic,
        "type": frame.type,
        "writer": frame.writer,
        "seq": frame.seq,
        "stamp": frame.stamp,
        "origin": frame.origin,
        "expires": frame.expires,
        "payload": named(frame.payload),
    }


def as_text(frame: Frame[Message], age_ns: int) -> str:
    """A frame for people: what it is in a comment, its fields as YAML."""
    head = f"# {frame.seq} of {frame.writer}, {age_ns * 1e-6:.3f} ms old, origin {frame.origin}"
    return f"{head}\n{write_yaml(named(frame.payload))}---"


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default)
    return msgspec.to_builtins(field.default_factory()) if callable(field.default_factory) else None


def _by_name(reason: str, names: list[str]) -> str:
    """msgspec counts the fields of an array; people name them."""
    for index, name in enumerate(names):
        reason = reason.replace(f"$[{index}]", name)
    return reason
