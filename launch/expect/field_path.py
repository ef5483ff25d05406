"""Paths into messages, such as `position[2]`, checked against the message's type before anything runs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from msgspec import inspect

from sutura.launch.errors import BadValue, UnknownName
from sutura.launch.expect.errors import CannotJudge
from sutura.launch.shape import as_text
from sutura.launch.yaml_source import Located
from sutura.messages import Message
from sutura.messages.inspection import bare, parts_of

_PATH = re.compile(r"[A-Za-z_]\w*(?:\[\d+\])*(?:\.[A-Za-z_]\w*(?:\[\d+\])*)*")
_STEP = re.compile(r"\w+")
_NUMBERS = (inspect.FloatType, inspect.IntType)
_PLAIN = (*_NUMBERS, inspect.BoolType, inspect.StrType, inspect.EnumType)


@dataclass(frozen=True)
class FieldPath:
    """A path to one plain value. text: as it was written; steps: names and indices; unit: SI, as its type says."""

    text: str
    steps: tuple[str | int, ...]
    type: inspect.Type
    unit: str

    @property
    def is_number(self) -> bool:
        """Whether the value is a number."""
        return isinstance(self.type, _NUMBERS)

    def of(self, message: object) -> bool | int | float | str:
        """The value in a message. Raises CannotJudge where a series is too short."""
        for step in self.steps:
            if isinstance(step, str):
                message = getattr(message, step)
            elif isinstance(message, Sequence) and step < len(message):
                message = message[step]
            else:
                raise CannotJudge(f"a message has no {self.text}: its series is shorter")
        value = message.value if isinstance(message, Enum) else message
        return value if isinstance(value, bool | int | float | str) else str(value)


def read_field_path(tree: Located, message: type[Message]) -> FieldPath:
    """A path into messages of this type. Raises BadValue, UnknownName."""
    text = as_text(tree, "field")
    if not _PATH.fullmatch(text):
        raise BadValue(tree.mark, "field", "a path such as position[2]", repr(text))
    steps = tuple(int(step) if step.isdigit() else step for step in _STEP.findall(text))
    info: inspect.Type = inspect.type_info(message)
    unit = ""
    for step in steps:
        info = _field(tree, info, step) if isinstance(step, str) else _item(tree, info, step)
        unit = str((info.extra or {}).get("unit", "")) if isinstance(info, inspect.Metadata) else ""
        info = bare(info)
    if not isinstance(info, _PLAIN):
        expected = f"one plain value, as {_example(text, info)}" if _example(text, info) else "one plain value"
        raise BadValue(tree.mark, "field", expected, repr(text))
    return FieldPath(text, steps, info, "" if unit == "1" else unit)


def choices_of(message: type[Message], field: str) -> tuple[str, ...]:
    """The values that a field may have; none where it takes any."""
    return choices_of_type(bare(next(f.type for f in _fields(inspect.type_info(message)) if f.name == field)))


def choices_of_type(info: inspect.Type) -> tuple[str, ...]:
    """The values that an enumeration has; none where it is none."""
    return tuple(str(member.value) for member in info.cls) if isinstance(info, inspect.EnumType) else ()


def flags_of(message: type[Message]) -> tuple[str, ...]:
    """The fields that are true or false."""
    fields = _fields(inspect.type_info(message))
    return tuple(field.name for field in fields if isinstance(bare(field.type), inspect.BoolType))


def _field(tree: Located, info: inspect.Type, name: str) -> inspect.Type:
    fields = {field.name: field.type for field in _fields(info)}
    if name not in fields:
        whose = info.cls.__name__ if isinstance(info, inspect.StructType) else "a plain value"
        raise UnknownName(tree.mark, f"field of {whose}", name, fields)
    return fields[name]


def _fields(info: inspect.Type) -> tuple[inspect.Field, ...]:
    return info.fields if isinstance(info, inspect.StructType) else ()


def _item(tree: Located, info: inspect.Type, index: int) -> inspect.Type:
    if isinstance(info, inspect.TupleType):
        if index >= len(info.item_types):
            raise BadValue(tree.mark, "field", f"an index below {len(info.item_types)}", tree.text)
        return info.item_types[index]
    if isinstance(info, inspect.VarTupleType | inspect.ListType):
        return info.item_type
    raise BadValue(tree.mark, "field", "an index only into a series", tree.text)


def _example(text: str, info: inspect.Type) -> str:
    """A longer path that leads on from where a path ends; empty where it could only be guessed."""
    if isinstance(info, inspect.StructType):
        return f"{text}.{info.fields[0].name}" if info.fields else ""
    return f"{text}[0]" if any(parts_of(info)) else ""
