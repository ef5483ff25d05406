"""Reads what the entries of `expect` have in common: their keys, times, limits and names."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sutura.launch.errors import BadValue, MissingValue
from sutura.launch.expect.window import Window
from sutura.launch.marks import Mark
from sutura.launch.quantities import read_quantity
from sutura.launch.shape import as_text, bad, keyed, plain
from sutura.launch.yaml_source import Located


@dataclass(frozen=True)
class Entry:
    """An entry while it is read: its kind, what it says by key, and how reports call it."""

    kind: str
    mark: Mark
    said: Mapping[str, Located]
    name: str

    @classmethod
    def of(cls, tree: Located, kind: str, keys: Iterable[str] = ()) -> "Entry":
        """An entry that may have these keys, besides its kind and `name`. Raises BadValue, UnknownName."""
        said = keyed(tree, f"expectation `{kind}`", (kind, *keys, "name"))
        name = as_text(said["name"], "name of an expectation") if "name" in said else _words(said, kind)
        return cls(kind, tree.mark, said, name)

    @property
    def subject(self) -> Located:
        """The value of the key that is the kind."""
        return self.said[self.kind]

    def time(self, key: str, default: float) -> float:
        """A time of the run, or a length of time, of 0 s or more [s]. Raises BadValue, UnknownName."""
        return self.limit(key, "s", default, least=0.0)

    def limit(self, key: str, unit: str, default: float, *, least: float = -math.inf) -> float:
        """A quantity in the SI unit `unit`, not below `least`. Raises BadValue, UnknownName."""
        if key not in self.said:
            return default
        value = read_quantity(self.said[key], key, unit)
        if value < least:
            raise BadValue(self.said[key].mark, key, f"{least:g} {unit} or more", self.said[key].text)
        return value

    def count(self, key: str) -> int:
        """A whole number, 0 or more. Raises BadValue."""
        tree = self.said[key]
        if isinstance(tree.value, bool) or not isinstance(tree.value, int) or tree.value < 0:
            raise bad(tree, key, "a whole number, 0 or more")
        return tree.value

    def window(self, begin: str, end: str = "until") -> Window:
        """The time between two keys; the whole run where they are not said. Raises BadValue, UnknownName."""
        window = Window(self.time(begin, 0.0), self.time(end, math.inf))
        if window.until <= window.since:
            raise BadValue(self.said[end].mark, end, f"a time after {window.since:g} s", self.said[end].text)
        return window

    def need(self, keys: Iterable[str], example: str) -> None:
        """Raises MissingValue where none of these keys is said."""
        wanted = tuple(keys)
        if not any(key in self.said for key in wanted):
            hint = f" such as `{example}` (known: {', '.join(wanted)})"
            raise MissingValue(self.mark, f"expectation `{self.kind}`: a limit", hint)


def _words(said: Mapping[str, Located], kind: str) -> str:
    order = [kind, *(key for key in said if key != kind)]
    return ", ".join(f"{key}: {_plain_words(said[key])}" for key in order)


def _plain_words(tree: Located) -> str:
    if isinstance(tree.value, tuple):
        return f"[{', '.join(map(_plain_words, tree.value))}]"
    return tree.text or str(plain(tree))
