"""What an expectation may name: the nodes, topics and places of its topology, with what is known of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sutura.launch.blueprint import Blueprint
from sutura.launch.errors import BadValue, UnknownName
from sutura.launch.shape import as_text
from sutura.launch.topology import Topology
from sutura.launch.wiring import Wiring
from sutura.launch.yaml_source import Located
from sutura.messages import Message
from sutura.nodes import Node


@dataclass(frozen=True)
class Names:
    """A topology with the classes of its nodes, as far as they are known, and its wiring."""

    topology: Topology
    kinds: Mapping[str, type[Node]]
    wiring: Wiring

    @classmethod
    def of(cls, blueprint: Blueprint) -> "Names":
        """Of a topology whose classes are all known."""
        return cls(blueprint.topology, blueprint.kinds, blueprint.wiring)

    @property
    def is_whole(self) -> bool:
        """Whether every class is known; else a topic that is not known may yet be somebody's."""
        return len(self.kinds) == len(self.topology.nodes)

    def node(self, tree: Located, what: str) -> str:
        """The name of a node. Raises BadValue, UnknownName."""
        return known(tree, what, self.topology.nodes)

    def topic(self, tree: Located, what: str) -> str:
        """The name of a topic that somebody writes. Raises BadValue, UnknownName."""
        return known(tree, what, self.wiring.writers) if self.is_whole else as_text(tree, what)

    def message(self, topic: str) -> type[Message] | None:
        """The type of a topic's messages; None where it is not known."""
        writers = self.wiring.writers.get(topic)
        return writers[0].declared.message if writers else None

    def topics_of(self, *kinds: type[Message]) -> list[str]:
        """The topics that carry one of these types."""
        return [topic for topic in self.wiring.writers if self.message(topic) in kinds]

    def writers_of(self, kind: type[Message]) -> list[str]:
        """The nodes that write messages of a type."""
        return [self.wiring.writers[topic][0].node.name for topic in self.topics_of(kind)]

    def actuators(self) -> list[str]:
        """The nodes that move motors."""
        return [name for name, kind in self.kinds.items() if kind.drives_actuator]


def known(tree: Located, what: str, names: Iterable[str]) -> str:
    """A text that is one of `names`. Raises BadValue, UnknownName."""
    name, all_names = as_text(tree, what), tuple(names)
    if name not in all_names:
        raise UnknownName(tree.mark, f"{what}:", name, all_names)
    return name


def refuse_other(tree: Located, what: str, expected: str, name: str, known: Iterable[str]) -> BadValue:
    """The error for something that is there, but not of the kind that is needed, ready to raise."""
    return BadValue(tree.mark, what, f"{expected} (known: {', '.join(sorted(known)) or 'none'})", repr(name))
