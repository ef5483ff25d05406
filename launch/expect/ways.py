"""The ways on which a gesture is carried on: outputs that answer an input keep the origin of what they answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sutura.launch.blueprint import Blueprint
from sutura.launch.wiring import Reader, outputs_of
from sutura.messages import RawMessage
from sutura.nodes import Input


@dataclass(frozen=True)
class Ways:
    """leaving: the topics with which a gesture leaves the first node; ports: where it comes into the last one, at
    inputs with a handler if there are any."""

    leaving: frozenset[str]
    ports: frozenset[str]


def starts_gestures(blueprint: Blueprint, node: str) -> bool:
    """Whether what a node sends has its origin there: it acts at its own times."""
    declared = blueprint.kinds[node].declaration
    return not any(isinstance(declared.pace(output), Input) for output in declared.outputs if output != "heartbeat")


def ways(blueprint: Blueprint, nodes: Sequence[str]) -> Ways:
    """The ways through these nodes on which gestures are carried; without ports where there is none."""
    first, *goals = nodes
    outputs = outputs_of(blueprint.topology.nodes[first], blueprint.kinds[first])
    arriving = {t: _along(blueprint, [t], goals) for port, t in outputs.items() if port != "heartbeat"}
    leaving = frozenset(topic for topic, ports in arriving.items() if ports)
    ports = frozenset(port for found in arriving.values() for port in found)
    return Ways(leaving, ports & blueprint.kinds[nodes[-1]].declaration.triggers.keys() or ports)


def _along(blueprint: Blueprint, topics: Iterable[str], goals: Sequence[str]) -> frozenset[str]:
    ports: frozenset[str] = frozenset()
    for goal in goals:
        ports = _arrivals(blueprint, topics, goal)
        topics = [topic for port in ports for topic in _answers(blueprint, goal, port)]
    return ports


def _arrivals(blueprint: Blueprint, topics: Iterable[str], goal: str) -> frozenset[str]:
    """The inputs of `goal` that hear of what is said on these topics."""
    waiting, seen, found = list(topics), set[str](), set[str]()
    while waiting:
        topic = waiting.pop()
        if topic in seen:
            continue
        seen.add(topic)
        for reader in _listeners(blueprint, topic):
            if reader.node.name == goal:
                found.add(reader.port)
            elif reader.port in reader.kind.declaration.triggers:
                waiting += _answers(blueprint, reader.node.name, reader.port)
    return frozenset(found)


def _listeners(blueprint: Blueprint, topic: str) -> Iterator[Reader]:
    for reader in blueprint.wiring.readers.get(topic, ()):
        if not reader.declared.feedback and reader.declared.message is not RawMessage:
            yield reader


def _answers(blueprint: Blueprint, node: str, port: str) -> Iterator[str]:
    """The topics on which a node may answer an input at once."""
    declared = blueprint.kinds[node].declaration
    for output, topic in outputs_of(blueprint.topology.nodes[node], blueprint.kinds[node]).items():
        pace = declared.pace(output)
        if output != "heartbeat" and (pace is None or (isinstance(pace, Input) and pace.name == port)):
            yield topic
