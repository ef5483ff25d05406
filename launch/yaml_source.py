"""YAML as topologies use it: every key and value keeps its line, and nothing surprising is read.

The scalars are those of the YAML 1.2 core schema (`on` and `no` are words, 1e-3 is a number, `1:30` is not).
Anchors and aliases are refused, because arguments and includes do their work; so are tags and documents beyond
the bounds below.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import yaml
from yaml.composer import ComposerError

from sutura.launch.errors import BadValue, UnreadableTopology
from sutura.launch.marks import Mark

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32

Scalar: TypeAlias = bool | int | float | str | None
Value: TypeAlias = "Scalar | tuple[Located, ...] | dict[str, Located]"
Locate: TypeAlias = Callable[[int, int], Mark]

_TAG = "tag:yaml.org,2002:"
_CORE_SCHEMA = {
    "null": (r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    "bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    "int": (r"^(?:[-+]?[0-9]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    "float": (
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+.0123456789"),
    ),
}


@dataclass(frozen=True, slots=True)
class Located:
    """A value of a topology, where it stands, and where its key stands; `text` is a scalar as it was written."""

    value: Value
    mark: Mark
    key_mark: Mark
    text: str = ""


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}  # noqa: RUF012 (PyYAML's way to begin without those of YAML 1.1)
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            raise ComposerError(None, None, "aliases are not read here; use an argument or an include", mark)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ComposerError(None, None, f"nested more than {MAX_DEPTH} deep", mark)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Dumper(yaml.SafeDumper):
    yaml_implicit_resolvers = {}  # noqa: RUF012 (as above: what is written reads back as it was)

    def ignore_aliases(self, data: object) -> bool:
        return True


for _name, (_pattern, _first) in _CORE_SCHEMA.items():
    for _kind in (_Loader, _Dumper):
        _kind.add_implicit_resolver(_TAG + _name, re.compile(_pattern), _first)


def read_yaml(path: Path) -> Located:
    """The document of a file. Raises UnreadableTopology, BadValue."""

    def locate(line: int, column: int) -> Mark:
        return Mark(str(path), line + 1, column + 1)

    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise UnreadableTopology(Mark(str(path)), f"cannot be read: {reason}") from None
    if len(data) > MAX_BYTES:
        raise UnreadableTopology(Mark(str(path)), f"larger than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        mark = locate(before.count(b"\n"), error.start - before.rfind(b"\n") - 1)
        raise UnreadableTopology(mark, f"not UTF-8: byte 0x{data[error.start]:02x} ({error.reason})") from None
    return parse_yaml(text, locate)


def parse_yaml(text: str, locate: Locate) -> Located:
    """The document in a text; `locate` makes a mark of line and column, both from 0. Raises as `read_yaml`."""
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        mark = locate(before.count("\n"), error.position - before.rfind("\n") - 1)
        raise UnreadableTopology(mark, f"not YAML: character U+{_code(error):04X} is not allowed") from None
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        mark = locate(at.line, at.column) if at is not None else locate(0, 0)
        parts = [part for part in (error.context, error.problem) if part]
        raise UnreadableTopology(mark, f"not YAML: {', '.join(parts)}") from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # e.g. "\UFFFFFFFF" is no character
        raise UnreadableTopology(locate(0, 0), f"not YAML: {error}") from None
    return _located(node, locate, None) if node is not None else Located(None, locate(0, 0), locate(0, 0))


def write_yaml(value: object) -> str:
    """Plain data as YAML that `parse_yaml` reads back as the same data."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=False, width=110)


def _code(error: yaml.reader.ReaderError) -> int:
    return ord(error.character) if isinstance(error.character, str) else int(error.character)


def _located(node: yaml.Node, locate: Locate, key_mark: Mark | None) -> Located:
    mark = locate(node.start_mark.line, node.start_mark.column)
    if isinstance(node, yaml.ScalarNode):
        return Located(_scalar(node, mark), mark, key_mark or mark, _text(node.value, mark))
    if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
        items = tuple(_located(item, locate, None) for item in node.value)
        return Located(items, mark, key_mark or mark)
    if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
        return Located(_mapping(node, locate), mark, key_mark or mark)
    raise UnreadableTopology(mark, f"tag {node.tag!r} is not read here")


def _mapping(node: yaml.MappingNode, locate: Locate) -> dict[str, Located]:
    found: dict[str, Located] = {}
    for key, value in node.value:
        mark = locate(key.start_mark.line, key.start_mark.column)
        if not isinstance(key, yaml.ScalarNode) or not key.value:
            raise UnreadableTopology(mark, "expected a word as key")
        name = _text(key.value, mark)
        if name in found:
            raise UnreadableTopology(mark, f"duplicate key {name!r} (first at {found[name].key_mark})")
        found[name] = _located(value, locate, mark)
    return found


def _scalar(node: yaml.ScalarNode, mark: Mark) -> Scalar:
    make = _MAKERS.get(node.tag)
    if make is None:
        raise UnreadableTopology(mark, f"tag {node.tag!r} is not read here")
    try:
        return make(node.value)
    except (ValueError, KeyError):
        kind = node.tag.removeprefix(_TAG)
        expected = {"int": "an integer of 64 bits", "float": "a finite number"}.get(kind, f"a {kind}")
        raise BadValue(mark, "value", expected, repr(node.value[:40])) from None


def _text(text: str, mark: Mark) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnreadableTopology(mark, f"{text!r} holds half a character (a lone surrogate)") from None
    return text


def _int(text: str) -> int:
    value = int(text, 16 if text.startswith("0x") else 10)
    if not -(2**63) <= value < 2**63:
        raise ValueError(text)
    return value


def _float(text: str) -> float:
    value = float(text)  # ".inf" and ".nan" fail here
    if not math.isfinite(value):
        raise ValueError(text)
    return value


_MAKERS: dict[str, Callable[[str], Scalar]] = {
    _TAG + "null": lambda text: None,
    _TAG + "bool": lambda text: {"true": True, "false": False}[text.lower()],
    _TAG + "int": _int,
    _TAG + "float": _float,
    _TAG + "str": lambda text: text,
}
