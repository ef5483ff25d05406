"""`{topic: PSM1/measured_cp, field: position[2], max: 0.0, at: 5 s}`: what is said on a topic, and when."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from msgspec import inspect

from sutura.launch.blueprint import Blueprint
from sutura.launch.errors import BadValue, MissingValue
from sutura.launch.expect.entry import Entry
from sutura.launch.expect.errors import CannotJudge
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.expectation import Expectation, head
from sutura.launch.expect.field_path import FieldPath, choices_of_type, read_field_path
from sutura.launch.expect.finding import Finding, finding
from sutura.launch.expect.names import Names, known
from sutura.launch.expect.window import Window
from sutura.launch.history import Sample
from sutura.launch.quantities import UNITS, in_words, read_quantity
from sutura.launch.shape import as_bool, as_text, bad
from sutura.launch.yaml_source import Located
from sutura.messages import Message

Value = bool | int | float | str


@dataclass(frozen=True)
class ValueExpectation(Expectation):
    """One value in the messages of a topic. least, most [SI]: its bounds; equals: what it is, None: not said;
    window: every message in it; both ends of it at one time: the newest message then."""

    topic: str
    field: FieldPath
    least: float
    most: float
    equals: Value | None
    window: Window

    def topics(self, blueprint: Blueprint) -> Iterable[str]:
        return (self.topic,)

    def judge(self, evidence: Evidence) -> Finding:
        samples = self._samples(evidence)
        values = [self.field.of(sample.message) for sample in samples]
        breaches = [breach for breach in map(self._breach, samples, values) if breach]
        more = f" (and {len(breaches) - 1} more messages)" if len(breaches) > 1 else ""
        return finding(self._figure(samples, values), f"{breaches[0]}{more}" if breaches else "")

    def _samples(self, evidence: Evidence) -> list[Sample[Message]]:
        window = self.window
        if not math.isinf(window.until):
            evidence.require_time(window.until)
        if window.since == window.until:
            return [self._valid_at(window.since, evidence)]
        samples = evidence.samples(self.topic, Message, window)
        if not samples:
            raise CannotJudge(f"nothing was said on {self.topic} {window}")
        return samples

    def _valid_at(self, at: float, evidence: Evidence) -> Sample[Message]:
        """The newest message, if its writer still meant it to be used."""
        sample = evidence.newest(self.topic, Message, at)
        valid_for = evidence.blueprint.wiring.writers[self.topic][0].declared.valid_for
        if valid_for is not None and at - sample.at > valid_for:
            age, last = in_words(at - sample.at, "s"), in_words(sample.at, "s")
            raise CannotJudge(f"what was said last on {self.topic}, at {last}, is {age} old and had run out")
        return sample

    def _breach(self, sample: Sample[Message], value: Value) -> str:
        said = f"{self._words(value)} at {in_words(sample.at, 's')}"
        if self.equals is not None:
            return f"{said}, expected {self._words(self.equals)}" if value != self.equals else ""
        number = float(value)
        if not number >= self.least:
            return f"{said}, expected {self._words(self.least)} or more"
        return f"{said}, expected {self._words(self.most)} or less" if not number <= self.most else ""

    def _figure(self, samples: list[Sample[Message]], values: list[Value]) -> str:
        if len(samples) == 1:
            return f"{self._words(values[0])} at {in_words(samples[0].at, 's')}"
        if self.field.is_number:
            least, most = (self._words(find(values, key=float)) for find in (min, max))
            return f"{least} to {most} in {len(values)} messages"
        different = dict.fromkeys(self._words(value) for value in values)
        return f"{', '.join(list(different)[:5])} in {len(values)} messages"

    def _words(self, value: Value) -> str:
        if isinstance(value, bool | str):
            return str(value).lower() if isinstance(value, bool) else value or "(empty)"
        return in_words(float(value), self.field.unit) if " or " not in self.field.unit else f"{value:.6g}"


def read_value(tree: Located, names: Names) -> ValueExpectation | None:
    """None where the topic's messages are not known. Raises TopologyError."""
    entry = Entry.of(tree, "topic", ("field", "min", "max", "equals", "at", "from", "until"))
    topic = names.topic(entry.subject, "topic in expectation")
    message = names.message(topic)
    if message is None:
        return None
    if "field" not in entry.said:
        raise MissingValue(entry.mark, "expectation `topic`: `field`", f" of a {message.__name__}")
    field = read_field_path(entry.said["field"], message)
    entry.need(("min", "max", "equals"), "min: 0.0")
    bounds = _bounds(entry, field)
    return ValueExpectation(*head(entry), topic, field, *bounds, _equals(entry, field), _window(entry))


def _bounds(entry: Entry, field: FieldPath) -> tuple[float, float]:
    for key in ("min", "max"):
        if key in entry.said and not field.is_number:
            raise BadValue(entry.said[key].mark, key, "`equals`, as this field is no number", entry.said[key].text)
        if key in entry.said and "equals" in entry.said:
            raise BadValue(entry.said[key].mark, key, "bounds or `equals`, not both", entry.said[key].text)
    least, most = (
        _number(entry.said[key], key, field.unit) if key in entry.said else default
        for key, default in (("min", -math.inf), ("max", math.inf))
    )
    if least > most:
        raise BadValue(entry.said["max"].mark, "max", f"{least:g} or more, as `min` is", entry.said["max"].text)
    return least, most


def _number(tree: Located, key: str, unit: str) -> float:
    """A number in the field's SI unit, bare or with one of its units."""
    if isinstance(tree.value, int | float) and not isinstance(tree.value, bool):
        return float(tree.value)
    units = [name for name in unit.split(" or ") if name in UNITS]
    if not units:
        raise bad(tree, key, f"a number{f' in {unit}' if unit else ''}")
    fitting = [name for name in units if isinstance(tree.value, str) and tree.value.endswith(tuple(UNITS[name]))]
    return read_quantity(tree, key, (fitting or units)[0])


def _equals(entry: Entry, field: FieldPath) -> Value | None:
    if "equals" not in entry.said:
        return None
    tree = entry.said["equals"]
    if isinstance(field.type, inspect.BoolType):
        return as_bool(tree, "equals")
    if isinstance(field.type, inspect.FloatType):
        raise BadValue(tree.mark, "equals", "`min` and `max`, as this field is no whole number", tree.text)
    if isinstance(field.type, inspect.IntType):
        return entry.count("equals")
    choices = choices_of_type(field.type)
    if choices:
        return known(tree, "equals", choices)
    return "" if tree.value == "" else as_text(tree, "equals")


def _window(entry: Entry) -> Window:
    if "at" not in entry.said:
        return entry.window("from")
    for key in ("from", "until"):
        if key in entry.said:
            raise BadValue(entry.said[key].mark, key, "`at`, or `from` and `until`, not both", entry.said[key].text)
    at = entry.time("at", 0.0)
    return Window(at, at)
