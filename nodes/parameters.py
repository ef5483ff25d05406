"""Parameters of nodes: typed, bounded, described, and changed only as a whole."""

import math
from collections.abc import Mapping
from typing import TypeVar

import msgspec
from msgspec import inspect

from sutura.nodes.errors import BadParameters


class NodeParams(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of a node's `Params`: fields with types, `Meta` bounds and defaults."""


ParamsT = TypeVar("ParamsT", bound=NodeParams)


def read_params(node: str, kind: type[ParamsT], given: Mapping[str, object]) -> ParamsT:
    """Typed parameters out of what a topology says. Raises BadParameters."""
    try:
        params = msgspec.convert(dict(given), kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadParameters(node, str(error), param_names(kind)) from None
    for name, value in msgspec.to_builtins(params).items():
        if not _is_finite(value):
            raise BadParameters(node, f"{name}: expected finite numbers, came {value}", param_names(kind))
    return params


def _is_finite(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return all(map(_is_finite, value.values()))
    return not isinstance(value, list | tuple) or all(map(_is_finite, value))


def changed_params(node: str, params: ParamsT, changes: Mapping[str, object]) -> ParamsT:
    """The parameters with some values changed. Raises BadParameters."""
    return read_params(node, type(params), {**msgspec.to_builtins(params), **changes})


def param_names(kind: type[NodeParams]) -> list[str]:
    """The names a `Params` takes."""
    return [field.name for field in msgspec.structs.fields(kind)]


class ParamInfo(msgspec.Struct, frozen=True):
    """One parameter for people: name, type, bounds and description in words."""

    name: str
    type: str
    bounds: str
    description: str


def param_infos(kind: type[NodeParams]) -> tuple[ParamInfo, ...]:
    """What a node's parameters are, for `sutura param list`."""
    info = inspect.type_info(kind)
    return tuple(_param_info(field) for field in info.fields) if isinstance(info, inspect.StructType) else ()


def _param_info(field: inspect.Field) -> ParamInfo:
    kind, description = field.type, ""
    if isinstance(kind, inspect.Metadata):
        description = str((kind.extra_json_schema or {}).get("description", ""))
        kind = kind.type
    bounds = [
        f"{sign} {limit:g}"
        for sign, name in ((">=", "ge"), (">", "gt"), ("<=", "le"), ("<", "lt"))
        if (limit := getattr(kind, name, None)) is not None
    ]
    name = type(kind).__name__.removesuffix("Type").lower()
    return ParamInfo(field.name, name, ", ".join(bounds), description)
