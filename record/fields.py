"""Where two messages differ: the first field, by its path."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import NamedTuple

import msgspec
from msgspec import inspect

from sutura.messages import FieldSchema

_TIME_UNIT = "ns"


class FieldDifference(NamedTuple):
    """One field: its path such as `position[2]`, and both values as they are compared."""

    path: str
    a: object
    b: object


class Side:
    """What makes values of one run comparable with those of another.

    start [ns]: when it began; nodes: by name, so that a writer can be told from other texts.
    """

    def __init__(self, start: int, nodes: Iterable[str]) -> None:
        self.start = start
        names = "|".join(sorted(map(re.escape, nodes), key=len, reverse=True))
        self._writer = re.compile(rf"({names})@\w+") if names else None

    def time(self, value: int) -> int:
        """A time since the run began [ns]; 0 means none, and stays."""
        return value - self.start if value else 0

    def text(self, value: str) -> str:
        """A text in which writers have no incarnation."""
        return value if self._writer is None or "@" not in value else self._writer.sub(r"\1", value)


class FieldComparer:
    """Compares payloads of one topic.

    fields: of its type, for a payload of plain values; tolerance: by field path without indices; time_ns: how far
    times may be apart, None where they are not compared.
    """

    def __init__(
        self,
        fields: Sequence[FieldSchema],
        tolerance: Callable[[str], float],
        time_ns: int | None,
        sides: tuple[Side, Side],
    ) -> None:
        self._fields = fields
        self._tolerance = cache(tolerance)
        self._time_ns = time_ns
        self._a, self._b = sides

    def first(self, a: object, b: object) -> FieldDifference | None:
        """The first field in which two payloads differ; None where none does."""
        if isinstance(a, msgspec.Struct) and type(a) is type(b):
            return self._structs(a, b, "", "")
        a, b = msgspec.to_builtins(a), msgspec.to_builtins(b)  # one of them is not of the type as it is known here
        if isinstance(a, list) and isinstance(b, list):
            return self._parts(a, b)
        return self._values(a, b, "", "", False)

    def times(self, name: str, a: int, b: int) -> FieldDifference | None:
        """The difference of two times of the envelope."""
        return self._values(a, b, name, name, True)

    def _values(self, a: object, b: object, path: str, field: str, is_time: bool) -> FieldDifference | None:
        if is_time and isinstance(a, int) and isinstance(b, int):
            return self._times(a, b, path)
        if isinstance(a, msgspec.Struct) and type(a) is type(b):
            return self._structs(a, b, path, field)
        if isinstance(a, list | tuple) and isinstance(b, list | tuple):
            return self._lists(a, b, path, field)
        if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
            return self._maps(a, b, path, field)
        if isinstance(a, int | float) and isinstance(b, int | float) and not {type(a), type(b)} & {bool}:
            return None if a == b or abs(a - b) <= self._tolerance(field) else FieldDifference(path, a, b)
        if isinstance(a, str) and isinstance(b, str):
            return None if self._a.text(a) == self._b.text(b) else FieldDifference(path, a, b)
        return None if a == b and type(a) is type(b) else FieldDifference(path, _shown(a), _shown(b))

    def _structs(self, a: msgspec.Struct, b: msgspec.Struct, path: str, field: str) -> FieldDifference | None:
        times = _time_fields(type(a))
        for name in a.__struct_fields__:
            x, y = getattr(a, name), getattr(b, name)
            found = self._values(x, y, _under(path, name), _under(field, name), name in times)
            if found is not None:
                return found
        return None

    def _parts(self, a: list[object], b: list[object]) -> FieldDifference | None:
        """Plain values whose names are known from the recording."""
        for index in range(max(len(a), len(b))):
            known = self._fields[index] if index < len(self._fields) else FieldSchema(f"[{index}]", "", "", True)
            x, y = (side[index] if index < len(side) else None for side in (a, b))
            found = self._values(x, y, known.name, known.name, known.unit == _TIME_UNIT)
            if found is not None:
                return found
        return None

    def _lists(self, a: Sequence[object], b: Sequence[object], path: str, field: str) -> FieldDifference | None:
        for index, (x, y) in enumerate(zip(a, b, strict=False)):
            found = self._values(x, y, f"{path}[{index}]", field, False)
            if found is not None:
                return found
        return None if len(a) == len(b) else FieldDifference(f"{path} length", len(a), len(b))

    def _maps(
        self, a: Mapping[object, object], b: Mapping[object, object], path: str, field: str
    ) -> FieldDifference | None:
        for key in a:
            found = self._values(a[key], b[key], f"{path}[{key!r}]", field, False)
            if found is not None:
                return found
        return None

    def _times(self, a: int, b: int, path: str) -> FieldDifference | None:
        if self._time_ns is None:
            return None
        since_a, since_b = self._a.time(a), self._b.time(b)
        if abs(since_a - since_b) <= self._time_ns:
            return None
        return FieldDifference(f"{path} [s]", since_a * 1e-9, since_b * 1e-9)


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


@cache
def _time_fields(kind: type[msgspec.Struct]) -> frozenset[str]:
    """The fields of a struct that hold a time."""
    info = inspect.type_info(kind)
    if not isinstance(info, inspect.StructType):
        return frozenset()
    return frozenset(field.name for field in info.fields if _is_time(field.type))


def _is_time(info: inspect.Type) -> bool:
    return isinstance(info, inspect.Metadata) and (info.extra or {}).get("unit") == _TIME_UNIT
