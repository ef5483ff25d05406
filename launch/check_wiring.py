"""Checks the wiring: every topic has one writer, and both ends of it mean the same."""

import re
from collections.abc import Iterable, Iterator, Mapping

from sutura.launch.check_nodes import Known
from sutura.launch.problems import Problem
from sutura.launch.topology import Topology, TopologyNode
from sutura.launch.wiring import Reader, Wiring, Writer, outputs_of
from sutura.messages import MotionPermit, RawMessage, describe
from sutura.messages.schema import other_units
from sutura.nodes import Node
from sutura.nodes.errors import nearest

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def wiring_problems(topology: Topology, known: Mapping[str, Known], wiring: Wiring) -> Iterator[Problem]:
    """All that is wrong between the nodes."""
    for item in known.values():
        yield from _unconnected(item)
        yield from _several(item)
        yield from _bad_frames(item)
    unknown = [node for name, node in topology.nodes.items() if name not in known]
    for topic, writers in wiring.writers.items():
        yield from _two_writers(topic, writers, unknown)
    for topic, readers in wiring.readers.items():
        if topic in wiring.writers:
            yield from _mismatches(topic, wiring.writers[topic][0], readers, topology)
        elif not any(may_write(node, topic) for node in unknown):
            yield from _unwritten(readers, wiring.writers)


def _unconnected(item: Known) -> Iterator[Problem]:
    for port, declared in item.kind.declaration.inputs.items():
        if item.kind.drives_actuator and declared.message is MotionPermit:
            continue  # the rule `no-permit` says more about it
        if declared.required and not item.node.inputs.get(port):
            reason = f"required input {port!r} ({declared.message.__name__}) of node {item.node.name!r}"
            yield Problem.at(
                item.node.where("in", port),
                "unconnected-input",
                f"{reason} is not wired: say `in: {{{port}: TOPIC}}`",
                node=item.node.name,
            )


def _several(item: Known) -> Iterator[Problem]:
    for port, declared in item.kind.declaration.inputs.items():
        topics = item.node.inputs.get(port, ())
        if len(topics) > 1 and not declared.many:
            reason = f"input {port!r} of node {item.node.name!r} takes one topic, came {', '.join(topics)}"
            yield Problem.at(item.node.where("in", port), "several-topics", reason, node=item.node.name)


def _two_writers(topic: str, writers: list[Writer], unknown: Iterable[TopologyNode]) -> Iterator[Problem]:
    ports = [(writer.node, writer.port) for writer in writers]
    ports += [(node, port) for node in unknown for port, said in node.outputs.items() if said == topic]
    (first, port), *others = ports
    for node, other in others:
        reason = f"topic {topic!r} is written by {first.name}.{port} ({first.where('out', port)}) and by "
        reason += f"{node.name}.{other}; a topic has one writer"
        yield Problem.at(node.where("out", other), "two-writers", reason, node=node.name, topic=topic)


def may_write(node: TopologyNode, topic: str) -> bool:
    """Whether a node of unknown class may write a topic: it says so, or the topic bears its name."""
    return topic in node.outputs.values() or topic.startswith(f"{node.name}/")


def _unwritten(readers: list[Reader], written: Iterable[str]) -> Iterator[Problem]:
    for reader in readers:
        if reader.kind.drives_actuator and reader.declared.message is MotionPermit:
            continue  # the rule `no-permit` says it, and cannot be silenced
        reason = (
            f"input {reader.port!r} of node {reader.node.name!r} reads topic {reader.topic!r}, which nobody writes"
        )
        reason += nearest(reader.topic, written)
        yield Problem.at(reader.mark, "unwritten-topic", reason, node=reader.node.name, topic=reader.topic)


def _mismatches(topic: str, writer: Writer, readers: list[Reader], topology: Topology) -> Iterator[Problem]:
    for reader in readers:
        if reader.declared.message is RawMessage:
            continue  # it takes every message as it comes
        found = _other_type(writer, reader) or _other_frame(writer, reader, topology)
        if found:
            reason = f"topic {topic!r}: {found[1]} (written at {writer.mark})"
            yield Problem.at(reader.mark, found[0], reason, node=reader.node.name, topic=topic)
        if writer.port == "heartbeat" and not writer.node.supervised:
            reason = f"{reader} waits for heartbeats of node {writer.node.name!r}, which is not `supervised: true`"
            reason += " and sends none"
            yield Problem.at(reader.mark, "silent-heartbeat", reason, node=reader.node.name, topic=topic)


def _other_type(writer: Writer, reader: Reader) -> tuple[str, str] | None:
    """The rule and the reason where both ends mean different types, or the same fields in different units."""
    sent, taken = writer.declared.message, reader.declared.message
    if sent is taken:
        return None
    units = other_units(describe(sent), describe(taken))
    if not units:
        return "type-mismatch", f"{writer} writes {sent.__name__}, {reader} reads {taken.__name__}"
    fields = ", ".join(f"{name} in {out or 'no unit'} and {into or 'no unit'}" for name, out, into in units)
    return "unit-mismatch", f"{writer} writes {sent.__name__}, {reader} reads {taken.__name__}, with {fields}"


def _other_frame(writer: Writer, reader: Reader, topology: Topology) -> tuple[str, str] | None:
    out, into = frame_of(writer, topology), frame_of(reader, topology)
    if not (out and into) or out == into:
        return None
    return "frame-mismatch", f"{writer} writes in frame {out!r}, {reader} reads in frame {into!r}"


def _bad_frames(item: Known) -> Iterator[Problem]:
    declared = item.kind.declaration
    for port, frame in _frames(item.kind):
        for name in _PLACEHOLDER.findall(frame):
            if name not in declared.inputs and name not in declared.outputs:
                ports = nearest(name, {*declared.inputs, *declared.outputs})
                reason = f"node {item.node.name!r}: frame {frame!r} of {port!r} names no port{ports}"
                yield Problem.at(item.node.where("node"), "bad-frame", reason, node=item.node.name)


def _frames(kind: type[Node]) -> Iterator[tuple[str, str]]:
    yield from ((port, declared.frame) for port, declared in kind.declaration.inputs.items())
    yield from ((port, declared.frame) for port, declared in kind.declaration.outputs.items())


def frame_of(end: Writer | Reader, topology: Topology) -> str:
    """The frame of a port with its placeholders filled in; empty where it states none or one stays open."""
    topics = {**end.node.inputs, **{p: (topic,) for p, topic in outputs_of(end.node, end.kind).items()}}
    frame = end.declared.frame
    for name in _PLACEHOLDER.findall(frame):
        if len(topics.get(name, ())) != 1:
            return ""
        frame = frame.replace(f"{{{name}}}", namespace_of(topics[name][0], topology.nodes))
    return frame


def namespace_of(topic: str, nodes: Iterable[str]) -> str:
    """Whose topic it is: the text before the first `/` after the prefix of an included part.

    `PSM1/jaw/servo_jp` is of `PSM1`, and `right/PSM1/servo_cp`, where nodes are called `right/…`, of `right/PSM1`.
    What is left of `PSM1/servo_cp`, where nodes are called `PSM1/…`, is one word: it is the part's own, of `PSM1`.
    """
    prefixes = {name.rpartition("/")[0] + "/" for name in nodes if "/" in name}
    prefix = max((p for p in prefixes if topic.startswith(p)), key=len, default="")
    own, slash, _ = topic.removeprefix(prefix).partition("/")
    return prefix + own if slash or not prefix else prefix.removesuffix("/")
