"""`{path: [a, b], latency_p99: 5 ms}`: how long a gesture takes from one node to another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sutura.launch.blueprint import Blueprint
from sutura.launch.errors import BadValue
from sutura.launch.expect.entry import Entry
from sutura.launch.expect.errors import CannotJudge
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.expectation import Expectation, head
from sutura.launch.expect.finding import Finding, finding, joined, quantile
from sutura.launch.expect.names import Names
from sutura.launch.expect.ways import Ways, starts_gestures, ways
from sutura.launch.quantities import in_words
from sutura.launch.shape import as_list
from sutura.launch.yaml_source import Located
from sutura.messages import Message
from sutura.nodes import Summary

SHARES = {"latency_p50": 0.5, "latency_p95": 0.95, "latency_p99": 0.99, "latency_max": 1.0}


@dataclass(frozen=True)
class PathExpectation(Expectation):
    """From a reading at the first node until the last has handled what came of it.

    nodes: both ends, and those in between that it says; limits: the largest latency by figure [s].
    """

    nodes: tuple[str, ...]
    limits: Mapping[str, float]

    def topics(self, blueprint: Blueprint) -> Iterable[str]:
        """Both ends, where gestures have to be found again in the middle of their way."""
        if starts_gestures(blueprint, self.nodes[0]):
            return ()
        found = ways(blueprint, self.nodes)
        return (*found.leaving, *_arriving(blueprint, self.nodes[-1], found))

    def judge(self, evidence: Evidence) -> Finding:
        found = ways(evidence.blueprint, self.nodes)
        if not found.ports:
            way = " → ".join(self.nodes)
            reason = f"no gesture is carried {way}: a node between acts at its own times"
            raise CannotJudge(f"{reason}; expect the legs one by one")
        measured = self._measure(evidence, found)
        return joined(
            finding(f"{_short(key)} {in_words(measured[key], 's')}", self._breach(key, measured[key]))
            for key in self.limits
        )

    def _breach(self, key: str, value: float) -> str:
        limit = self.limits[key]
        return f"{key} is {in_words(value, 's')}, may be {in_words(limit, 's')}" if value > limit else ""

    def _measure(self, evidence: Evidence, found: Ways) -> dict[str, float]:
        """Every latency [s]: as the last node measured it, or with gestures found again in the middle of a way."""
        first, last = self.nodes[0], self.nodes[-1]
        if not starts_gestures(evidence.blueprint, first):
            return self._matched(evidence, found)
        if evidence.blueprint.kinds[last].drives_actuator and evidence.blueprint.source_of(last) == first:
            return _figures([evidence.figure(last, "gesture_to_motor")])
        links = [link.path for link in evidence.inputs(last) if link.port in found.ports and link.path.count]
        if not links:
            raise CannotJudge(f"node {last} has handled nothing that came from {first}")
        return _figures(links)

    def _matched(self, evidence: Evidence, found: Ways) -> dict[str, float]:
        """From the first node's message to that which reaches the last node, and how long this lay there."""
        first, last = self.nodes[0], self.nodes[-1]
        left: dict[float, float] = {}
        for topic in found.leaving:
            for sample in evidence.samples(topic, Message):
                left[sample.origin] = min(sample.at, left.get(sample.origin, sample.at))
        came = [s for topic in _arriving(evidence.blueprint, last, found) for s in evidence.samples(topic, Message)]
        delays = [sample.at - left[sample.origin] for sample in came if sample.origin in left]
        links = [link.latency for link in evidence.inputs(last) if link.port in found.ports and link.latency.count]
        if not delays or not links:
            raise CannotJudge(f"no gesture of node {first} was found again at node {last}")
        hop = _figures(links)
        return {key: max(0.0, quantile(delays, share)) + hop[key] for key, share in SHARES.items()}


def read_path(tree: Located, names: Names) -> PathExpectation:
    """Raises TopologyError."""
    entry = Entry.of(tree, "path", SHARES)
    nodes = tuple(names.node(item, "node in path") for item in as_list(entry.subject, "path"))
    if len(nodes) < 2:
        raise BadValue(entry.subject.mark, "path", "two nodes or more", str(len(nodes)))
    entry.need(SHARES, "latency_p99: 5 ms")
    limits = {key: entry.limit(key, "s", 0.0) for key in SHARES if key in entry.said}
    for key, limit in limits.items():
        if limit <= 0.0:
            raise BadValue(entry.said[key].mark, key, "a time above 0 s", entry.said[key].text)
    return PathExpectation(*head(entry), nodes, limits)


def _arriving(blueprint: Blueprint, node: str, found: Ways) -> tuple[str, ...]:
    inputs = blueprint.topology.nodes[node].inputs
    return tuple(topic for port in sorted(found.ports) for topic in inputs.get(port, ()))


def _figures(summaries: Iterable[Summary]) -> dict[str, float]:
    """The largest of each figure [s]."""
    many = list(summaries)
    values = {key: [getattr(summary, _short(key)) for summary in many] for key in SHARES}
    return {key: max(value for value in found if value is not None) for key, found in values.items()}


def _short(key: str) -> str:
    return key.removeprefix("latency_")
