"""Finiteness of the numbers in a message, for values that no bounded decoding has seen."""

import math
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import inspect

from sutura.messages.inspection import bare, floats_in, parts_of
from sutura.messages.message import Message

_isfinite = math.isfinite


def finite_check(message: type[Message]) -> Callable[[Message], bool]:
    """A fast test that every float in messages of this type is finite."""
    tests = []
    for field in msgspec.structs.fields(message):
        info = inspect.type_info(field.type)
        if any(floats_in(info)):
            tests.append((field.name, _test_for(info)))
    if len(tests) == 1 and tests[0][1] is _series_finite:
        return _check_of_one_series(attrgetter(tests[0][0]))
    if len(tests) > 1 and all(test is _series_finite for _, test in tests):
        return _check_of_series(attrgetter(*(name for name, _ in tests)))
    return _check_of_fields([(attrgetter(name), test) for name, test in tests])


def _check_of_one_series(get: Callable[[Message], tuple[float, ...]]) -> Callable[[Message], bool]:
    def check(value: Message) -> bool:
        return _isfinite(sum(get(value))) or all(map(_isfinite, get(value)))

    return check


def _check_of_series(get: Callable[[Message], Iterable[tuple[float, ...]]]) -> Callable[[Message], bool]:
    """One look at the sum of all, where every float is in some series."""

    def check(value: Message) -> bool:
        total = 0.0
        for series in get(value):
            total = sum(series, total)
        return _isfinite(total) or all(map(_series_finite, get(value)))

    return check


def _check_of_fields(
    tests: list[tuple[Callable[[Message], Any], Callable[[Any], bool]]],
) -> Callable[[Message], bool]:
    def check(value: Message) -> bool:
        for get, test in tests:  # noqa: SIM110 (a generator here costs twice the time)
            if not test(get(value)):
                return False
        return True

    return check


def decoding_admits_nonfinite(message: type[Message]) -> bool:
    """Whether some float in the type lacks the two bounds with which decoding refuses NaN and Inf."""
    return any(
        (f.ge is None and f.gt is None) or (f.le is None and f.lt is None)
        for f in floats_in(inspect.type_info(message))
    )


def _test_for(info: inspect.Type) -> Callable[[Any], bool]:
    kind = bare(info)
    if isinstance(kind, inspect.FloatType):
        return _isfinite
    is_series = isinstance(kind, inspect.TupleType | inspect.VarTupleType)
    if is_series and all(isinstance(bare(part), inspect.FloatType) for part in parts_of(kind)):
        return _series_finite
    return _deep_finite


def _series_finite(values: Iterable[float]) -> bool:
    # the sum is quick and never finite when an item is not; finite items may overflow it, so look again
    return _isfinite(sum(values)) or all(map(_isfinite, values))


def _deep_finite(value: object) -> bool:
    return _plain_finite(msgspec.to_builtins(value))


def _plain_finite(value: object) -> bool:
    if isinstance(value, float):
        return _isfinite(value)
    if isinstance(value, dict):
        return all(map(_plain_finite, (*value.keys(), *value.values())))
    return not isinstance(value, list | tuple) or all(map(_plain_finite, value))
