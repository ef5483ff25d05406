"""Checks values against the fields of a `Params` or `Options` struct, one by one, so that each has its own line."""

import math
from collections.abc import Callable, Iterator, Mapping

import msgspec

from sutura.errors import SuturaError
from sutura.launch.marks import Mark
from sutura.launch.problems import Problem
from sutura.nodes.errors import nearest

Where = Callable[[str], Mark]


def field_problems(
    kind: type[msgspec.Struct], given: Mapping[str, object], rule: str, what: str, where: Where
) -> Iterator[Problem]:
    """Every value that has no field, the wrong type, is out of bounds or not finite; `what` says whose it is."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, value in given.items():
        if name not in fields:
            yield Problem.at(where(name), rule, f"{what} has no {name!r}{nearest(name, fields)}")
            continue
        reason = _refusal(fields[name].type, value)
        if reason:
            yield Problem.at(where(name), rule, f"{what}: {name!r} is {value!r}: {reason}")
    for name, field in fields.items():
        if field.required and name not in given:
            yield Problem.at(where(name), rule, f"{what}: {name!r} is required and not given")


def whole_problem(read: Callable[[], object], rule: str, mark: Mark) -> Problem | None:
    """What reading all values together finds, for fields that depend on one another."""
    try:
        read()
    except SuturaError as error:
        return Problem.at(mark, rule, str(error))
    except Exception as error:  # noqa: BLE001 (a user's own check may raise anything; it is reported)
        return Problem.at(mark, rule, f"{type(error).__name__}: {error}")
    return None


def _refusal(kind: object, value: object) -> str:
    try:
        typed = msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        return str(error).replace("Expected", "expected", 1)
    except Exception as error:  # noqa: BLE001 (as above)
        return f"{type(error).__name__}: {error}"
    return "" if _is_finite(typed) else "expected a finite number"


def _is_finite(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, list | tuple):
        return all(map(_is_finite, value))
    return True
