"""`{lost: 0, topic: PSM1/servo_jp}`: how much did not arrive, or came to nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from sutura.launch.expect.entry import Entry
from sutura.launch.expect.errors import CannotJudge
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.expectation import Expectation, head
from sutura.launch.expect.finding import Finding, finding, joined
from sutura.launch.expect.names import Names, known, refuse_other
from sutura.launch.failures import Failure
from sutura.launch.report import ConnectionReport
from sutura.launch.yaml_source import Located

COUNTS = ("lost", "overwritten", "stale", "rejected")


@dataclass(frozen=True)
class LossExpectation(Expectation):
    """Messages of all its connections together, by what became of them.

    topic, to: only connections of this topic, or to this node; empty: all those between nodes on which motion
    depends, or of the one that is said.
    """

    limits: Mapping[str, int]
    topic: str
    to: str

    def judge(self, evidence: Evidence) -> Finding:
        control = evidence.blueprint.control_nodes
        links = [link for link in evidence.report.connections if self._covers(link.topic, link.to)]
        if not (self.topic or self.to):
            links = [link for link in links if link.from_ in control and link.to in control]
        if not links:
            raise CannotJudge("no figures came from any of its connections")
        sent = f"of {sum(link.sent for link in links)} in {len(links)} connections"
        counted = joined(self._count(key, limit, links) for key, limit in self.limits.items())
        return finding(f"{counted.figure} {sent}", *counted.breaches)

    def answers(self, failure: Failure, evidence: Evidence) -> bool:
        return failure.kind in self.limits and self._covers(failure.topic, failure.to)

    def _covers(self, topic: str, to: str) -> bool:
        return self.topic in ("", topic) and self.to in ("", to)

    def _count(self, key: str, limit: int, links: list[ConnectionReport]) -> Finding:
        counts = {f"{link.topic} to {link.to}": int(getattr(link, key)) for link in links}
        total = sum(counts.values())
        worst = max(counts, key=lambda name: counts[name])
        breach = f"{total} {key}, may be {limit}; most on {worst}: {counts[worst]}" if total > limit else ""
        return finding(f"{total} {key}", breach)


def read_loss(tree: Located, names: Names) -> LossExpectation:
    """Raises TopologyError."""
    kind = next(key for key in COUNTS if isinstance(tree.value, dict) and key in tree.value)
    entry = Entry.of(tree, kind, ("topic", "to", *COUNTS))
    topic = names.topic(entry.said["topic"], "topic in expectation") if "topic" in entry.said else ""
    to = names.node(entry.said["to"], "node in expectation") if "to" in entry.said else ""
    if names.is_whole and topic:
        _require_reader(entry, names, topic, to)
    limits = {key: entry.count(key) for key in COUNTS if key in entry.said}
    return LossExpectation(*head(entry), limits, topic, to)


def _require_reader(entry: Entry, names: Names, topic: str, to: str) -> None:
    readers = [reader.node.name for reader in names.wiring.readers.get(topic, ())]
    if to:
        known(entry.said["to"], f"reader of {topic!r} in expectation", readers)
    elif not readers:
        read = [name for name in names.wiring.writers if names.wiring.readers.get(name)]
        raise refuse_other(entry.said["topic"], "topic", "a topic that somebody reads", topic, read)
