"""`{path: [a, b], latency_p99: 5 ms}`: how long a gesture takes from one node to another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sutura.launch.blueprint import Blueprint
from sutura.launch.errors import BadValue
from sutura.launch.expect.entry import Entry
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.expectation import Expectation, head
from sutura.launch.expect.finding import Finding, finding, joined
from sutura.launch.expect.legs import SHARES, legs_of, measure_leg, short, topics_of
from sutura.launch.expect.names import Names
from sutura.launch.quantities import in_words
from sutura.launch.shape import as_list
from sutura.launch.yaml_source import Located


@dataclass(frozen=True)
class PathExpectation(Expectation):
    """From a reading at the first node until the last has handled what came of it.

    nodes: both ends, and those in between that it says; limits: the largest latency by figure [s].
    """

    nodes: tuple[str, ...]
    limits: Mapping[str, float]

    def topics(self, blueprint: Blueprint) -> Iterable[str]:
        """Both ends of each leg on which gestures have to be found again in the middle of their way."""
        return [topic for leg in legs_of(blueprint, self.nodes).legs for topic in topics_of(blueprint, leg)]

    def judge(self, evidence: Evidence) -> Finding:
        found = legs_of(evidence.blueprint, self.nodes)
        measured = [measure_leg(evidence, leg) for leg in found.legs]
        waits = f" in {len(found.legs)} legs, with the longest wait between them" if found.wait else ""
        totals = {key: sum(leg[key] for leg in measured) + found.waited(key) for key in self.limits}
        figures = [
            finding(f"{short(key)} {in_words(totals[key], 's')}", self._breach(key, totals[key])) for key in totals
        ]
        together = joined(figures)
        return finding(together.figure + waits, *together.breaches)

    def _breach(self, key: str, value: float) -> str:
        limit = self.limits[key]
        return f"{key} is {in_words(value, 's')}, may be {in_words(limit, 's')}" if value > limit else ""


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
