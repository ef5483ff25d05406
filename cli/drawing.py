"""A topology as a graph, and ways to draw it."""

from collections.abc import Iterator

import msgspec

from sutura.launch import Blueprint
from sutura.launch.wiring import Reader
from sutura.messages import RawMessage


class GraphNode(msgspec.Struct, frozen=True):
    """One node and the process it lives in."""

    name: str
    kind: str
    place: str


class GraphReader(msgspec.Struct, frozen=True):
    """One input that takes a topic. feedback: it closes a loop."""

    node: str
    port: str
    feedback: bool


class GraphTopic(msgspec.Struct, frozen=True):
    """One topic, its writer (empty where there is none) and its readers."""

    name: str
    type: str
    writer: str
    readers: tuple[GraphReader, ...]


class Graph(msgspec.Struct, frozen=True):
    """Who writes and reads what."""

    name: str
    nodes: tuple[GraphNode, ...]
    topics: tuple[GraphTopic, ...]

    def places(self) -> dict[str, list[GraphNode]]:
        """Nodes by place."""
        found: dict[str, list[GraphNode]] = {}
        for node in self.nodes:
            found.setdefault(node.place, []).append(node)
        return found

    def edges(self) -> Iterator[tuple[GraphTopic, GraphReader]]:
        """Every way from a writer to a reader."""
        return ((topic, reader) for topic in self.topics if topic.writer for reader in topic.readers)


def graph_of(blueprint: Blueprint, *, show_all: bool) -> Graph:
    """The graph of a topology; heartbeats and inputs that take every topic only with `show_all`."""
    topology, wiring = blueprint.topology, blueprint.wiring
    nodes = [
        GraphNode(name, kind.declaration.name, topology.place_of(name)) for name, kind in blueprint.kinds.items()
    ]
    topics = []
    for name in {**wiring.writers, **wiring.readers}:
        writers = wiring.writers.get(name, [])
        readers = [r for r in wiring.readers.get(name, []) if show_all or r.declared.message is not RawMessage]
        if not show_all and (not readers or any(writer.port == "heartbeat" for writer in writers)):
            continue
        kind = writers[0].declared.message if writers else readers[0].declared.message
        topics.append(
            GraphTopic(name, kind.__name__, writers[0].node.name if writers else "", tuple(map(_reader, readers)))
        )
    return Graph(topology.name, tuple(nodes), tuple(topics))


def draw_text(graph: Graph) -> str:
    """Places with their nodes, each with what it reads and writes."""
    lines = []
    for place, nodes in graph.places().items():
        lines.append(f"place {place}")
        for node in nodes:
            lines.append(f"  {node.name} ({node.kind})")
            reads = [(t, r) for t in graph.topics for r in t.readers if r.node == node.name]
            lines += [f"    <- {t.name} ({r.port}{', feedback' if r.feedback else ''})" for t, r in reads]
            for topic in graph.topics:
                if topic.writer == node.name:
                    readers = ", ".join(sorted({r.node for r in topic.readers})) or "nobody"
                    lines.append(f"    -> {topic.name} [{topic.type}] to {readers}")
    return "\n".join(lines)


def draw_dot(graph: Graph) -> str:
    """Graphviz: a box a place, a dashed line for feedback."""
    lines = [f"digraph {_quoted(graph.name)} {{", "  rankdir=LR;", "  node [shape=ellipse];"]
    for place, nodes in graph.places().items():
        lines.append(f"  subgraph {_quoted(f'cluster_{place}')} {{ label={_quoted(place)};")
        lines += [f"    {_quoted(node.name)};" for node in nodes]
        lines.append("  }")
    for topic, reader in graph.edges():
        style = ", style=dashed, constraint=false" if reader.feedback else ""
        lines.append(f"  {_quoted(topic.writer)} -> {_quoted(reader.node)} [label={_quoted(topic.name)}{style}];")
    return "\n".join([*lines, "}"])


def draw_mermaid(graph: Graph) -> str:
    """Mermaid flowchart: a subgraph a place, a dotted line for feedback."""
    ids = {node.name: f"n{index}" for index, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for index, (place, nodes) in enumerate(graph.places().items()):
        lines.append(f"  subgraph p{index}[{_mermaid(place)}]")
        lines += [f"    {ids[node.name]}({_mermaid(node.name)})" for node in nodes]
        lines.append("  end")
    for topic, reader in graph.edges():
        arrow = "-.->" if reader.feedback else "-->"
        lines.append(f"  {ids[topic.writer]} {arrow}|{_mermaid(topic.name)}| {ids[reader.node]}")
    return "\n".join(lines)


def _reader(reader: Reader) -> GraphReader:
    return GraphReader(reader.node.name, reader.port, reader.declared.feedback)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _mermaid(text: str) -> str:
    escaped = text.replace('"', "#quot;")
    return f'"{escaped}"'
