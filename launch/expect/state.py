"""`{state: PSM1/operating_state, reaches: ENABLED, by: 3 s}`: which states are reached, kept, or never seen."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from sutura.launch.blueprint import Blueprint
from sutura.launch.expect.entry import Entry
from sutura.launch.expect.errors import CannotJudge
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.expectation import Expectation, head
from sutura.launch.expect.field_path import choices_of, flags_of
from sutura.launch.expect.finding import Finding, finding
from sutura.launch.expect.names import Names, known, refuse_other
from sutura.launch.expect.window import Window
from sutura.launch.history import Sample
from sutura.launch.quantities import in_words
from sutura.launch.shape import as_bool, as_map, as_text
from sutura.launch.yaml_source import Located
from sutura.messages import Message, OperatingState, TeleopState, WatchdogState

_FIELDS: Mapping[type[Message], str] = {OperatingState: "state", WatchdogState: "phase", TeleopState: "state"}
_LONGEST_SILENCE_S = 0.5  # states are repeated at 10 Hz or more


@dataclass(frozen=True)
class StateExpectation(Expectation):
    """reaches: the state, empty: any; flags: what else must be so with it; by [s of the run]: the latest time;
    stays [s]: for how long from then on, infinite: to the end; never: a state that is not seen between."""

    topic: str
    field: str
    reaches: str
    flags: Mapping[str, bool]
    window: Window
    stays: float
    never: str

    def topics(self, blueprint: Blueprint) -> Iterable[str]:
        return (self.topic,)

    def judge(self, evidence: Evidence) -> Finding:
        is_whole = bool(self.never or self.stays)
        samples = evidence.samples(self.topic, Message, Window(self.window.since), whole=is_whole)
        if not samples:
            raise CannotJudge(f"nothing was said on {self.topic} {Window(self.window.since)}")
        if self.never:
            return self._judge_never(samples, evidence)
        first = next((n for n, sample in enumerate(samples) if self._fits(sample.message)), None)
        if first is None:
            return finding(f"never; last {self._words(samples[-1])}", f"{self._wanted} was not reached")
        reached = samples[first]
        figure = f"reached at {in_words(reached.at, 's')}"
        late = "" if self.window.holds(reached.at) else f"{figure}, expected by {in_words(self.window.until, 's')}"
        return finding(figure, late, self._left(samples[first:], evidence) if self.stays else "")

    def _judge_never(self, samples: Sequence[Sample[Message]], evidence: Evidence) -> Finding:
        seen = next((s for s in samples if self.window.holds(s.at) and self._state(s.message) == self.never), None)
        if seen is not None:
            return finding(self._words(seen), f"{self.never} {self.window}: {self._words(seen)}")
        if not math.isinf(self.window.until):
            evidence.require_time(self.window.until)
        return finding(f"not seen in {len(samples)} messages", self._silence(samples, evidence))

    def _left(self, samples: Sequence[Sample[Message]], evidence: Evidence) -> str:
        """How it did not stay as the first of these messages says, in words."""
        window = Window(samples[0].at, samples[0].at + self.stays)
        then = [sample for sample in samples if window.holds(sample.at)]
        other = next((sample for sample in then if not self._fits(sample.message)), None)
        if other is not None:
            return f"{self._wanted} did not stay: {self._words(other)}"
        if not math.isinf(window.until):
            evidence.require_time(window.until)
        return self._silence(then, evidence, window.until)

    def _silence(self, samples: Sequence[Sample[Message]], evidence: Evidence, until: float = math.inf) -> str:
        """Where nobody repeated the state, nobody knows it."""
        until = min(until, self.window.until if self.never else math.inf, evidence.duration)
        times = [sample.at for sample in samples] + [until]
        gaps = [(after - before, before) for before, after in pairwise(times)]
        longest, since = max(gaps, default=(0.0, 0.0))
        if longest <= _LONGEST_SILENCE_S:
            return ""
        return f"nothing was said on {self.topic} for {in_words(longest, 's')} from {in_words(since, 's')} on"

    def _fits(self, message: Message) -> bool:
        is_state = not self.reaches or self._state(message) == self.reaches
        return is_state and all(getattr(message, flag) is value for flag, value in self.flags.items())

    def _state(self, message: Message) -> str:
        value = getattr(message, self.field)
        return str(value.value if isinstance(value, Enum) else value)

    @property
    def _wanted(self) -> str:
        flags = [f"{flag} {str(value).lower()}" for flag, value in self.flags.items()]
        return ", ".join([self.reaches, *flags] if self.reaches else flags)

    def _words(self, sample: Sample[Message]) -> str:
        flags = [f"{flag} {str(getattr(sample.message, flag)).lower()}" for flag in self.flags]
        said = ", ".join([self._state(sample.message), *flags])
        cause = str(getattr(sample.message, "cause", ""))
        return f"{said} at {in_words(sample.at, 's')}" + (f" ({cause})" if cause else "")


def read_state(tree: Located, names: Names) -> StateExpectation:
    """Raises TopologyError."""
    topic = names.topic(as_map(tree, "expectation")["state"], "topic in state")
    kind = names.message(topic) or OperatingState
    if kind not in _FIELDS:
        raise refuse_other(tree, "state", "a topic that carries a state", topic, names.topics_of(*_FIELDS))
    flags = flags_of(kind)
    entry = Entry.of(tree, "state", ("reaches", "never", "after", "by", "stays", *flags))
    entry.need(("reaches", "never", *flags), "reaches: ENABLED")
    if "never" in entry.said:
        entry = Entry.of(tree, "state", ("never", "after", "by"))
    field = _FIELDS[kind]
    return StateExpectation(
        *head(entry),
        topic=topic,
        field=field,
        reaches=_choice(entry, "reaches", kind, field),
        flags={flag: as_bool(entry.said[flag], flag) for flag in flags if flag in entry.said},
        window=entry.window("after", "by"),
        stays=_stays(entry),
        never=_choice(entry, "never", kind, field),
    )


def _choice(entry: Entry, key: str, kind: type[Message], field: str) -> str:
    if key not in entry.said:
        return ""
    choices = choices_of(kind, field)
    return known(entry.said[key], key, choices) if choices else as_text(entry.said[key], key)


def _stays(entry: Entry) -> float:
    return math.inf if "stays" in entry.said and entry.said["stays"].value is True else entry.time("stays", 0.0)
