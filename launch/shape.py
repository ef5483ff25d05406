"""Reads located values as what a place in a topology takes; every refusal says where."""

from collections.abc import Iterable

from sutura.launch.errors import BadValue, UnknownName
from sutura.launch.yaml_source import Located

MAX_SHOWN = 60


def as_map(tree: Located, what: str) -> dict[str, Located]:
    """The entries of a map. Raises BadValue."""
    if not isinstance(tree.value, dict):
        raise bad(tree, what, "a map")
    return tree.value


def as_list(tree: Located, what: str) -> tuple[Located, ...]:
    """The items of a list. Raises BadValue."""
    if not isinstance(tree.value, tuple):
        raise bad(tree, what, "a list")
    return tree.value


def as_text(tree: Located, what: str) -> str:
    """A text that is not empty. Raises BadValue."""
    if not isinstance(tree.value, str) or not tree.value:
        raise bad(tree, what, "a text")
    return tree.value


def as_bool(tree: Located, what: str) -> bool:
    """true or false. Raises BadValue."""
    if not isinstance(tree.value, bool):
        raise bad(tree, what, "true or false")
    return tree.value


def keyed(tree: Located, what: str, known: Iterable[str]) -> dict[str, Located]:
    """The entries of a map that takes only known keys. Raises BadValue, UnknownName."""
    entries = as_map(tree, what)
    names = tuple(known)
    for key, entry in entries.items():
        if key not in names:
            raise UnknownName(entry.key_mark, f"key in {what}:", key, names)
    return entries


def entries_of(tree: Located | None, what: str) -> dict[str, Located]:
    """The entries of a map that may be left out. Raises BadValue."""
    return {} if tree is None else as_map(tree, what)


def plain(tree: Located) -> object:
    """The value as plain Python data."""
    if isinstance(tree.value, dict):
        return {key: plain(entry) for key, entry in tree.value.items()}
    if isinstance(tree.value, tuple):
        return [plain(item) for item in tree.value]
    return tree.value


def bad(tree: Located, what: str, expected: str) -> BadValue:
    """The error for a value that is not as expected, ready to raise."""
    return BadValue(tree.mark, what, expected, words(tree))


def words(tree: Located) -> str:
    """A value as people call it in a message."""
    if tree.value is None:
        return "nothing"
    if isinstance(tree.value, dict):
        return "a map"
    if isinstance(tree.value, tuple):
        return "a list"
    shown = repr(tree.value) if isinstance(tree.value, str) else tree.text or repr(tree.value)
    return shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 1] + "…"
