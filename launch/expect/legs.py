"""How long gestures take on the legs of a path: a node that acts at its own times ends one and begins the next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sutura.launch.blueprint import Blueprint
from sutura.launch.expect.errors import CannotJudge
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.finding import quantile
from sutura.launch.expect.ways import Ways, starts_gestures, ways
from sutura.launch.flow import flow_of
from sutura.messages import Message
from sutura.nodes import Summary

SHARES = {"latency_p50": 0.5, "latency_p95": 0.95, "latency_p99": 0.99, "latency_max": 1.0}
"""The figures of a latency, and the share of all messages that is not later."""

Leg = tuple[str, ...]


@dataclass(frozen=True)
class Legs:
    """The legs of a path, each by its nodes; wait [s]: the longest time that a message lies between them."""

    legs: tuple[Leg, ...]
    wait: float

    def waited(self, key: str) -> float:
        """What the wait adds to a figure [s]: half of all messages wait for less than half of it."""
        return self.wait * (SHARES[key] if key == "latency_p50" else 1.0)


def legs_of(blueprint: Blueprint, nodes: Sequence[str]) -> Legs:
    """The legs of a path through these nodes."""
    if ways(blueprint, nodes).ports:
        return Legs((tuple(nodes),), 0.0)
    flow = flow_of(blueprint.topology)
    whole = flow.least_wait(nodes)
    if whole is None:
        return Legs((tuple(nodes),), 0.0)
    breaks = {node for node, _ in whole.stops}
    passed = [nodes[0]]
    for before, after in pairwise(nodes):
        part = flow.least_wait((before, after))
        stops = [node for node, _ in part.stops if node != before] if part is not None else []
        passed += [*stops, after]
    return Legs(_cut(passed, breaks), whole.seconds)


def _cut(nodes: Sequence[str], breaks: Iterable[str]) -> tuple[Leg, ...]:
    legs: list[Leg] = []
    begin = 0
    for at in range(1, len(nodes)):
        if nodes[at] in breaks or at == len(nodes) - 1:
            legs.append(tuple(nodes[begin : at + 1]))
            begin = at
    return tuple(legs)


def topics_of(blueprint: Blueprint, leg: Leg) -> tuple[str, ...]:
    """The topics at both ends of a leg whose last node cannot measure it by itself; none for others."""
    found = ways(blueprint, leg)
    if _is_measured(blueprint, leg, found):
        return ()
    return (*found.leaving, *_arriving(blueprint, leg[-1], found))


def measure_leg(evidence: Evidence, leg: Leg) -> dict[str, float]:
    """Every latency of a leg [s], as its last node measured it or with gestures found again. Raises CannotJudge."""
    first, last = leg[0], leg[-1]
    found = ways(evidence.blueprint, leg)
    if not found.ports:
        raise CannotJudge(f"no gesture is carried {' → '.join(leg)}")
    if not _is_measured(evidence.blueprint, leg, found):
        return _matched(evidence, leg, found)
    if evidence.blueprint.kinds[last].drives_actuator and evidence.blueprint.source_of(last) == first:
        return _figures([evidence.figure(last, "gesture_to_motor")])
    links = [link.path for link in evidence.inputs(last) if link.port in found.ports and link.path.count]
    if not links:
        raise CannotJudge(f"node {last} has handled nothing that came from {first}")
    return _figures(links)


def _is_measured(blueprint: Blueprint, leg: Leg, found: Ways) -> bool:
    """Whether the last node measures the leg: gestures begin with its first node, and the last one handles them."""
    return (
        starts_gestures(blueprint, leg[0]) and found.ports <= blueprint.kinds[leg[-1]].declaration.triggers.keys()
    )


def _matched(evidence: Evidence, leg: Leg, found: Ways) -> dict[str, float]:
    """From the first node's reading or message to that which reaches the last node, and how long this lay there."""
    first, last = leg[0], leg[-1]
    is_source = starts_gestures(evidence.blueprint, first)
    left: dict[float, float] = {}
    for topic in found.leaving:
        for sample in evidence.samples(topic, Message, whole=False):
            at = sample.origin if is_source else sample.at
            left[sample.origin] = min(at, left.get(sample.origin, at))
    came = [
        s
        for topic in _arriving(evidence.blueprint, last, found)
        for s in evidence.samples(topic, Message, whole=False)
    ]
    delays = [sample.at - left[sample.origin] for sample in came if sample.origin in left]
    links = [link.latency for link in evidence.inputs(last) if link.port in found.ports and link.latency.count]
    if not delays or not links:
        raise CannotJudge(f"no gesture of node {first} was found again at node {last}")
    hop = _figures(links)
    return {key: max(0.0, quantile(delays, share)) + hop[key] for key, share in SHARES.items()}


def _arriving(blueprint: Blueprint, node: str, found: Ways) -> tuple[str, ...]:
    inputs = blueprint.topology.nodes[node].inputs
    return tuple(topic for port in sorted(found.ports) for topic in inputs.get(port, ()))


def _figures(summaries: Iterable[Summary]) -> dict[str, float]:
    """The largest of each figure [s]."""
    many = list(summaries)
    values = {key: [getattr(summary, short(key)) for summary in many] for key in SHARES}
    return {key: max(value for value in found if value is not None) for key, found in values.items()}


def short(key: str) -> str:
    """The figure without the word that all of them have."""
    return key.removeprefix("latency_")
