"""Who writes and who reads every topic, once the node classes are known."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sutura.launch.marks import Mark
from sutura.launch.topology import Topology, TopologyNode
from sutura.messages import Message, RawMessage
from sutura.nodes import Input, Node, Output


@dataclass(frozen=True)
class Writer:
    """One output of one node."""

    node: TopologyNode
    kind: type[Node]
    port: str
    declared: Output[Message]
    topic: str

    @property
    def mark(self) -> Mark:
        """Where its topic is said."""
        return self.node.where("out", self.port)

    def __str__(self) -> str:
        return f"{self.node.name}.{self.port}"


@dataclass(frozen=True)
class Reader:
    """One topic coming into one input of one node."""

    node: TopologyNode
    kind: type[Node]
    port: str
    declared: Input[Message]
    topic: str

    @property
    def mark(self) -> Mark:
        """Where its topic is said."""
        return self.node.where("in", self.port)

    def __str__(self) -> str:
        return f"{self.node.name}.{self.port}"


@dataclass(frozen=True)
class Wiring:
    """Writers and readers by topic; a sound topology has one writer a topic."""

    writers: Mapping[str, list[Writer]] = field(default_factory=dict)
    readers: Mapping[str, list[Reader]] = field(default_factory=dict)

    def inputs_of(self, node: str) -> dict[str, tuple[str, ...]]:
        """The topics of every wired input of a node, by port."""
        inputs: dict[str, tuple[str, ...]] = {}
        for readers in self.readers.values():
            for reader in readers:
                if reader.node.name == node:
                    inputs[reader.port] = (*inputs.get(reader.port, ()), reader.topic)
        return inputs


def outputs_of(node: TopologyNode, kind: type[Node]) -> dict[str, str]:
    """The topic of every output of a node."""
    return {port: node.outputs.get(port, f"{node.name}/{port}") for port in kind.declaration.outputs}


def wiring_of(topology: Topology, kinds: Mapping[str, type[Node]]) -> Wiring:
    """The wiring of the nodes whose classes are known; ports that a class does not have are left out."""
    writers: dict[str, list[Writer]] = {}
    readers: dict[str, list[Reader]] = {}
    for name, kind in kinds.items():
        for writer in _writers(topology.nodes[name], kind):
            writers.setdefault(writer.topic, []).append(writer)
        for reader in _readers(topology.nodes[name], kind):
            readers.setdefault(reader.topic, []).append(reader)
    for name, kind in kinds.items():
        for reader in _recorders(topology.nodes[name], kind, writers):
            readers.setdefault(reader.topic, []).append(reader)
    return Wiring(writers, readers)


def _writers(node: TopologyNode, kind: type[Node]) -> Iterator[Writer]:
    declared = kind.declaration.outputs
    for port, topic in outputs_of(node, kind).items():
        yield Writer(node, kind, port, declared[port], topic)


def _readers(node: TopologyNode, kind: type[Node]) -> Iterator[Reader]:
    declared = kind.declaration.inputs
    for port, topics in node.inputs.items():
        if port in declared:
            for topic in topics:
                yield Reader(node, kind, port, declared[port], topic)


def _recorders(node: TopologyNode, kind: type[Node], topics: Iterable[str]) -> Iterator[Reader]:
    """An input for any message that is not wired takes every topic."""
    for port, declared in kind.declaration.inputs.items():
        if declared.message is RawMessage and declared.many and port not in node.inputs:
            for topic in topics:
                if not topic.startswith(f"{node.name}/"):
                    yield Reader(node, kind, port, declared, topic)
