"""`{rate: PSM1/servo_jp, min: 950 Hz}`: how often something is said."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sutura.launch.blueprint import Blueprint
from sutura.launch.errors import BadValue
from sutura.launch.expect.entry import Entry
from sutura.launch.expect.errors import CannotJudge
from sutura.launch.expect.evidence import Evidence, said_by
from sutura.launch.expect.expectation import Expectation, head
from sutura.launch.expect.finding import Finding, finding
from sutura.launch.expect.names import Names
from sutura.launch.expect.window import Window
from sutura.launch.quantities import in_words
from sutura.launch.yaml_source import Located
from sutura.messages import Message

WARM_UP_S = 0.5
_FEWEST = 3
_ROUNDING = 1e-6  # of a rate: times are whole nanoseconds


@dataclass(frozen=True)
class RateExpectation(Expectation):
    """Messages a second of a topic, by their writer's own stamps.

    least, most [Hz]; window: where it counts, None: from `WARM_UP_S` after the topic's first message to the end.
    """

    topic: str
    least: float
    most: float
    window: Window | None

    def topics(self, blueprint: Blueprint) -> Iterable[str]:
        return (self.topic,)

    def judge(self, evidence: Evidence) -> Finding:
        window = self._window(evidence)
        samples = evidence.samples(self.topic, Message, window, whole=False)
        if len(samples) < _FEWEST:
            raise CannotJudge(f"{len(samples)} messages {window}; a rate needs {_FEWEST}")
        since = window.since if self.window else None
        rate = rate_of([sample.at for sample in samples], window.until, since, said_by(samples))
        figure = f"{rate:.6g} Hz over {in_words(window.until - window.since, 's')}"
        low = f"{rate:.6g} Hz, expected {self.least:g} Hz or more" if rate < self.least * (1 - _ROUNDING) else ""
        high = f"{rate:.6g} Hz, expected {self.most:g} Hz or less" if rate > self.most * (1 + _ROUNDING) else ""
        return finding(figure, low, high)

    def _window(self, evidence: Evidence) -> Window:
        if self.window is None:
            first = evidence.samples(self.topic, Message, whole=False)[0].at
            return Window(first + WARM_UP_S, evidence.duration)
        if not math.isinf(self.window.until):
            evidence.require_time(self.window.until)
        return Window(self.window.since, min(self.window.until, evidence.duration))


def rate_of(times: Sequence[float], until: float, since: float | None = None, said: int = 0) -> float:
    """Messages a second [Hz] of `times` (n,) [s], n > 1, in order, that lie between `since` and `until`.

    said: how many there were, if some of them are not among these.

    Silence at the end (and the beginning, where `since` is said) counts as far as it is longer than the longest
    time between two messages, so that the rate of something regular is exact and that of something that fell silent
    is low.
    """
    longest = max(after - before for before, after in pairwise(times))
    begin = times[0] if since is None else min(times[0], since + longest)
    end = max(times[-1], until - longest)
    return (max(said, len(times)) - 1) / (end - begin) if end > begin else math.inf


def read_rate(tree: Located, names: Names) -> RateExpectation:
    """Raises TopologyError."""
    entry = Entry.of(tree, "rate", ("min", "max", "from", "until"))
    topic = names.topic(entry.subject, "topic in rate")
    entry.need(("min", "max"), "min: 950 Hz")
    least, most = entry.limit("min", "Hz", 0.0, least=0.0), entry.limit("max", "Hz", math.inf, least=0.0)
    if least > most:
        raise BadValue(entry.said["max"].mark, "max", f"{least:g} Hz or more, as `min` is", entry.said["max"].text)
    window = entry.window("from") if entry.said.keys() & {"from", "until"} else None
    return RateExpectation(*head(entry), topic, least, most, window)
