"""`{trip: no heartbeat, after: 12.5 s, within: 50 ms}`, `{trips: 0}`: what happens in a run, and what must not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sutura.launch.errors import BadValue
from sutura.launch.expect.entry import Entry
from sutura.launch.expect.errors import CannotJudge
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.expectation import Expectation, head
from sutura.launch.expect.finding import Finding, finding
from sutura.launch.expect.names import Names, known
from sutura.launch.expect.window import Window
from sutura.launch.failures import Failure
from sutura.launch.quantities import in_words
from sutura.launch.report import EventReport
from sutura.launch.shape import as_text
from sutura.launch.yaml_source import Located

_LAST_WORDS = ("ended", "crash")  # events after which a place receives nothing any more
TOGETHER_S = 0.05  # whatever falls silent, motion ends within 50 ms: a trip and the holds about it are one matter


@dataclass(frozen=True)
class Happening:
    """Which events are meant. kind: of event; text: in its words, empty: any; node: whose, empty: anybody's."""

    kind: str
    text: str
    node: str
    window: Window

    def covers(self, kind: str, at: float, node: str, text: str) -> bool:
        """Whether an event is meant."""
        is_whose = self.node in ("", node) or (kind == "trip" and not node)
        return kind == self.kind and is_whose and self.text in text and self.window.holds(at)

    def among(self, events: Sequence[EventReport]) -> list[EventReport]:
        """Those of the events that are meant."""
        return [event for event in events if self.covers(event.kind, event.at_s, event.node, event.text)]

    def answers(self, failure: Failure, evidence: Evidence) -> bool:
        """Whether a reason why the run failed is meant, or comes with what is meant."""
        if failure.kind == "no-figures" and self.kind == "ended":
            return failure.node == self.node
        if failure.kind == "lost" and self.kind in _LAST_WORDS:
            return self._explains_loss(failure, evidence)
        if failure.kind == "hold" and self.kind == "trip":
            return any(abs(trip.at_s - failure.at) <= TOGETHER_S for trip in self.among(evidence.events))
        return self.covers(failure.kind, failure.at, failure.node, failure.cause)

    def _explains_loss(self, failure: Failure, evidence: Evidence) -> bool:
        """Whether all that was lost on a connection was sent after its reader had ended, as is meant."""
        topology = evidence.blueprint.topology
        place = topology.place_of(failure.to)
        ended = {event.node for event in self.among(evidence.events)}
        seen = [link.counters.lost for link in evidence.inputs(failure.to) if link.topic == failure.topic]
        return bool(ended.intersection((place, *topology.places[place]))) and not any(seen)


@dataclass(frozen=True)
class HappeningExpectation(Expectation):
    """Something that must happen, once or oftener."""

    happening: Happening

    def judge(self, evidence: Evidence) -> Finding:
        what, window = self.happening, self.happening.window
        found = what.among(evidence.events)
        if found:
            first = found[0]
            after = f", {in_words(first.at_s - window.since, 's')} after" if window.since else ""
            return finding(f"{first.kind} at {in_words(first.at_s, 's')}{after}: {first.text}")
        evidence.require_time(window.since if math.isinf(window.until) else window.until)
        others = [e for e in evidence.events if e.kind == what.kind]
        said = "; ".join(f"{e.node} at {in_words(e.at_s, 's')}: {e.text}" for e in others[:5]) or "none"
        return finding("none", f"no such {what.kind} {window}; in the run: {said}")

    def answers(self, failure: Failure, evidence: Evidence) -> bool:
        return self.happening.answers(failure, evidence)


@dataclass(frozen=True)
class CountExpectation(Expectation):
    """Something that must happen a number of times in the run, such as never."""

    happening: Happening
    count: int

    def judge(self, evidence: Evidence) -> Finding:
        what = self.happening
        if what.node and not any(node.name == what.node for place in evidence.places for node in place.nodes):
            raise CannotJudge(f"no figures came from node {what.node}")
        found = what.among(evidence.events)
        said = "; ".join(f"{e.node} at {in_words(e.at_s, 's')}: {e.text}" for e in found[:5])
        breach = f"expected {self.count}: {said or 'none came'}" if len(found) != self.count else ""
        return finding(f"{len(found)} {what.kind}s", breach)

    def answers(self, failure: Failure, evidence: Evidence) -> bool:
        return self.happening.answers(failure, evidence)


def read_trip_or_hold(tree: Located, names: Names) -> HappeningExpectation:
    """Of `trip` or `hold`, whose value is a text in its cause, or true for any cause. Raises TopologyError."""
    kind = "trip" if isinstance(tree.value, dict) and "trip" in tree.value else "hold"
    entry = Entry.of(tree, kind, ("node", "after", "within"))
    text = "" if entry.subject.value is True else as_text(entry.subject, f"{kind}: a text in its cause")
    return HappeningExpectation(*head(entry), Happening(kind, text, _node(entry, names), _window(entry)))


def read_event(tree: Located, names: Names) -> HappeningExpectation:
    """Raises TopologyError."""
    entry = Entry.of(tree, "event", ("text", "node", "after", "within"))
    kind = as_text(entry.subject, "kind of event")
    text = as_text(entry.said["text"], "text of an event") if "text" in entry.said else ""
    return HappeningExpectation(*head(entry), Happening(kind, text, _node(entry, names), _window(entry)))


def read_count(tree: Located, names: Names) -> CountExpectation:
    """Of `trips` or `holds`. Raises TopologyError."""
    kind = "trips" if isinstance(tree.value, dict) and "trips" in tree.value else "holds"
    entry = Entry.of(tree, kind, ("node",))
    happening = Happening(kind.removesuffix("s"), "", _node(entry, names), Window())
    return CountExpectation(*head(entry), happening, entry.count(kind))


def _node(entry: Entry, names: Names) -> str:
    """A node, or a place: what happens to a process is told of its place."""
    if "node" not in entry.said:
        return ""
    return known(entry.said["node"], "node in expectation", {**names.topology.nodes, **names.topology.places})


def _window(entry: Entry) -> Window:
    after, within = entry.time("after", 0.0), entry.time("within", math.inf)
    if "within" in entry.said and within <= 0.0:
        raise BadValue(entry.said["within"].mark, "within", "a time above 0 s", entry.said["within"].text)
    return Window(after, after + within)
