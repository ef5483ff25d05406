"""Arguments of a topology: typed, with defaults and help, substituted as text and never evaluated."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sutura.launch.errors import BadValue, MissingValue, UnknownArgument, UnknownName, UnreadableTopology
from sutura.launch.marks import Mark
from sutura.launch.shape import as_list, as_text, bad, entries_of, keyed, words
from sutura.launch.yaml_source import Located, Scalar

ARGUMENT_TYPES = ("string", "integer", "number", "boolean", "path")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_REFERENCE = re.compile(r"\$\$\(|\$\(([^()]*)\)|\$\(")


@dataclass(frozen=True)
class Argument:
    """One argument as a topology declares it; `default` is None where it is required.

    mark: where its default stands, or else its name.
    """

    name: str
    type: str
    default: Scalar = None
    help: str = ""
    choices: tuple[Scalar, ...] = ()
    mark: Mark = field(default=Mark(""), compare=False)

    def read(self, tree: Located) -> Scalar:
        """A given value as this argument's type; a path is meant from the file that says it. Raises BadValue."""
        value = _typed(self.type, tree, f"argument {self.name!r}")
        if self.choices and value not in self.choices:
            known = ", ".join(map(repr, self.choices))
            raise bad(tree, f"argument {self.name!r}", f"one of {known}")
        return value


def read_arguments(tree: Located | None) -> dict[str, Argument]:
    """The `args` of a topology. Raises TopologyError."""
    return {name: _argument(name, entry) for name, entry in entries_of(tree, "args").items()}


def bind_arguments(
    declared: Mapping[str, Argument], given: Mapping[str, Located], asked_by: Mark | None
) -> dict[str, Located]:
    """A value for every argument; `asked_by` is the include that gives them, None for the command line.

    Each keeps the mark of who gave it, so that a value that turns out wrong is found there.

    Raises UnknownName, MissingValue, BadValue.
    """
    for name, tree in given.items():
        if name not in declared:
            raise UnknownArgument(tree.key_mark, "argument", name, declared)
    values: dict[str, Located] = {}
    for name, argument in declared.items():
        if name in given:
            values[name] = _value(argument.read(given[name]), given[name].mark)
        elif argument.default is not None:
            values[name] = _value(argument.default, argument.mark)
        else:
            raise _missing(argument, asked_by)
    return values


def substitute(tree: Located, values: Mapping[str, Located]) -> Located:
    """The tree with `$(name)` filled in, in texts and keys.

    A text that is `$(name)` alone becomes the typed value and takes its mark. Raises UnknownName,
    UnreadableTopology.
    """
    value = tree.value
    if isinstance(value, str):
        filled = _fill(value, values, tree.mark)
        whole = _REFERENCE.fullmatch(value)
        if whole is None or whole[1] is None:
            return Located(filled, tree.mark, tree.key_mark, filled)
        given = values[whole[1]]
        return Located(given.value, given.mark, tree.key_mark, given.text)
    if isinstance(value, tuple):
        return Located(tuple(substitute(item, values) for item in value), tree.mark, tree.key_mark)
    if isinstance(value, dict):
        return Located(_substitute_map(value, values), tree.mark, tree.key_mark)
    return tree


def escape(text: str) -> str:
    """The text that `substitute` turns into this text."""
    return text.replace("$(", "$$(")


def _value(value: Scalar, mark: Mark) -> Located:
    """A bound value, its text spelled as YAML spells it."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return Located(value, mark, mark, text)


def _substitute_map(entries: Mapping[str, Located], values: Mapping[str, Located]) -> dict[str, Located]:
    filled: dict[str, Located] = {}
    for key, entry in entries.items():
        name = _fill(key, values, entry.key_mark)
        if not name:
            raise UnreadableTopology(entry.key_mark, f"key {key!r} becomes empty")
        if name in filled:
            raise UnreadableTopology(
                entry.key_mark, f"key {key!r} becomes {name!r}, which is said at {filled[name].key_mark}"
            )
        filled[name] = substitute(entry, values)
    return filled


def _fill(text: str, values: Mapping[str, Located], mark: Mark) -> str:
    def fill(match: re.Match[str]) -> str:
        if match[0] == "$$(":
            return "$("
        if match[1] is None:
            raise UnreadableTopology(mark, f"expected `$(argument)` in {text!r}; `$$(` stands for a plain `$(`")
        if match[1] not in values:
            raise UnknownArgument(mark, "argument", match[1], values)
        return values[match[1]].text

    return _REFERENCE.sub(fill, text)


def _argument(name: str, tree: Located) -> Argument:
    what = f"argument {name!r}"
    if not NAME.fullmatch(name):
        raise BadValue(tree.key_mark, "argument", "a name of letters, digits, _ and -", repr(name))
    tree = substitute(tree, {})  # an argument cannot speak of another
    spec = keyed(tree, what, ("default", "help", "type", "choices"))
    kind = _declared_type(what, spec)
    text = as_text(spec["help"], f"help of {what}") if "help" in spec else ""
    items = as_list(spec["choices"], f"choices of {what}") if "choices" in spec else ()
    choices = tuple(_typed(kind, item, f"choice of {what}") for item in items)
    argument = Argument(name, kind, None, text, choices, tree.key_mark)
    if "default" not in spec:
        return argument
    return Argument(name, kind, argument.read(spec["default"]), text, choices, spec["default"].mark)


def _declared_type(what: str, spec: Mapping[str, Located]) -> str:
    if "type" in spec:
        kind = as_text(spec["type"], f"type of {what}")
        if kind not in ARGUMENT_TYPES:
            raise UnknownName(spec["type"].mark, f"type of {what}:", kind, ARGUMENT_TYPES)
        return kind
    if "default" not in spec:
        return "string"
    value = spec["default"].value
    kinds = {str: "string", bool: "boolean", int: "integer", float: "number"}
    if type(value) not in kinds:
        raise bad(spec["default"], f"default of {what}", "a text, a number, true or false")
    return kinds[type(value)]


def _typed(kind: str, tree: Located, what: str) -> Scalar:
    value = tree.value
    if isinstance(value, dict | tuple) or (value is None and tree.text):  # `~` is no text, an empty one is
        raise bad(tree, what, _article(kind))
    if kind == "string":
        return tree.text
    if kind == "path":
        return _path(tree)
    if kind == "boolean" and isinstance(value, bool):
        return value
    if isinstance(value, bool):
        raise bad(tree, what, _article(kind))
    if kind == "integer" and isinstance(value, int):
        return value
    if kind == "number" and isinstance(value, int | float):
        return float(value)
    raise BadValue(tree.mark, what, _article(kind), words(tree))


def _path(tree: Located) -> str:
    if not tree.text:
        return ""
    folder = Path(tree.mark.file).parent if tree.mark.line else Path()
    return os.path.abspath(folder / tree.text)


def _missing(argument: Argument, asked_by: Mark | None) -> MissingValue:
    about = f" ({argument.help})" if argument.help else ""
    if asked_by is None:
        hint = f": it has no default, say --set {argument.name}=…{about}"
        return MissingValue(argument.mark, f"argument {argument.name!r}", hint)
    hint = f": the included file has no default for it ({argument.mark}){about}"
    return MissingValue(asked_by, f"argument {argument.name!r}", hint)


def _article(kind: str) -> str:
    return f"an {kind}" if kind == "integer" else f"a {kind}"
