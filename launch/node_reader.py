"""Makes nodes of what the files say of them."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from sutura.launch.errors import BadValue, MissingValue, UnknownName
from sutura.launch.marks import Mark
from sutura.launch.shape import as_bool, as_map, as_text, bad, entries_of, keyed, plain
from sutura.launch.topology import RESTARTS, TopologyNode
from sutura.launch.yaml_source import Located
from sutura.nodes import installed_nodes
from sutura.nodes.node import DriverChoice

NODE_KEYS = ("node", "params", "in", "out", "driver", "supervised", "restart", "requires_report", "replace")
MAX_NODE_NAME = 64  # as Heartbeat.node takes
MAX_TOPIC = 200  # as an envelope takes
_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9_-]*"
_NODE_NAME = re.compile(rf"{_SEGMENT}(/{_SEGMENT})*")
_TOPIC = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")


def check_node_name(name: str, mark: Mark) -> None:
    """Raises BadValue for what is no name of a node."""
    if not _NODE_NAME.fullmatch(name) or len(name) > MAX_NODE_NAME:
        expected = f"letters, digits, _ and - in parts joined by /, at most {MAX_NODE_NAME} of them"
        raise BadValue(mark, "name of a node", expected, repr(name))


def place_name(name: str) -> str:
    """The name of a place, or of a node's own place: it names files, so `/` becomes `.`."""
    return name.replace("/", ".")


def class_of(tree: Located, what: str = "node") -> tuple[str, str]:
    """The class a `node:` or `use:` names and, for `file.py:Class`, the folder of the file (else empty)."""
    text = as_text(tree, what)
    file, _, attribute = text.rpartition(":")
    if not file.endswith(".py"):
        return text, ""
    beside = Path(tree.mark.file).parent if tree.mark.line else Path()
    path = Path(os.path.abspath(beside / file))
    return f"{path.name}:{attribute}", str(path.parent)


def prefixed_node(name: str, tree: Located, prefix: str) -> Located:
    """A node's entries, checked for their keys, with the prefix put before every topic."""
    entries = dict(keyed(tree, f"node {name!r}", NODE_KEYS))
    for key in ("in", "out"):
        if key in entries:
            ports = as_map(entries[key], f"{key} of node {name!r}")
            changed = {port: _prefixed(ports[port], prefix, f"{key} {port!r} of node {name!r}") for port in ports}
            entries[key] = Located(changed, entries[key].mark, entries[key].key_mark)
    return Located(entries, tree.mark, tree.key_mark)


def read_node(name: str, tree: Located) -> TopologyNode:
    """The node of merged entries. Raises TopologyError."""
    what = f"node {name!r}"
    entries = as_map(tree, what)
    kind, folder = class_of(entries["node"])
    outputs = entries_of(entries.get("out"), f"out of {what}")
    return TopologyNode(
        name=name,
        node=kind,
        folder=folder,
        params={key: plain(entry) for key, entry in entries_of(entries.get("params"), f"params of {what}").items()},
        driver=_driver(what, entries["driver"]) if "driver" in entries else None,
        inputs={port: _topics(t) for port, t in entries_of(entries.get("in"), f"in of {what}").items()},
        outputs={"heartbeat": f"{name}/heartbeat"}
        | {p: as_text(t, f"out {p!r} of {what}") for p, t in outputs.items()},
        supervised="supervised" in entries and as_bool(entries["supervised"], f"supervised of {what}"),
        restart=_restart(what, entries.get("restart")),
        requires_report=_report(what, entries.get("requires_report")),
        marks=dict(_marks(tree)),
    )


def wire_beats(nodes: Mapping[str, TopologyNode]) -> dict[str, TopologyNode]:
    """The nodes, with every watchdog whose `beats` are not wired hearing all other supervised nodes."""
    targets = installed_nodes()
    wired = dict(nodes)
    for name, node in nodes.items():
        if "beats" not in node.inputs and _is_watchdog(targets.get(node.node, node.node)):
            wired[name] = _with_beats(node, nodes)
    return wired


def _is_watchdog(target: str) -> bool:
    """Whether `module:Class` is called Watchdog; that much is known without loading it."""
    return target.rpartition(":")[2] == "Watchdog"


def _with_beats(node: TopologyNode, nodes: Mapping[str, TopologyNode]) -> TopologyNode:
    beats = tuple(n.outputs["heartbeat"] for n in nodes.values() if n.supervised and n.name != node.name)
    return replace(node, inputs={**node.inputs, "beats": beats})


def _prefixed(tree: Located, prefix: str, what: str) -> Located:
    if isinstance(tree.value, tuple):
        items = tuple(_prefixed(item, prefix, what) for item in tree.value)
        return Located(items, tree.mark, tree.key_mark)
    text = as_text(tree, what)
    topic = text[1:] if text.startswith("/") else prefix + text  # a leading / : of the whole, not of this part
    if not _TOPIC.fullmatch(topic) or len(topic) > MAX_TOPIC:
        raise bad(tree, what, f"a topic of words joined by /, at most {MAX_TOPIC} characters")
    return Located(topic, tree.mark, tree.key_mark, topic)


def _topics(tree: Located) -> tuple[str, ...]:
    if isinstance(tree.value, tuple):
        return tuple(as_text(item, "topic") for item in tree.value)
    return (as_text(tree, "topic"),)


def _driver(what: str, tree: Located) -> DriverChoice:
    entries = as_map(tree, f"driver of {what}")
    if "use" not in entries:
        raise MissingValue(tree.key_mark, f"driver of {what}: `use`", ", the name of a driver")
    options = {key: plain(entry) for key, entry in entries.items() if key != "use"}
    use, folder = class_of(entries["use"], f"driver of {what}")
    return DriverChoice(os.path.join(folder, use), options)


def _report(what: str, tree: Located | None) -> str:
    """The file, beside the topology that names it."""
    if tree is None:
        return ""
    text = as_text(tree, f"requires_report of {what}")
    return os.path.abspath((Path(tree.mark.file).parent if tree.mark.line else Path()) / text)


def _restart(what: str, tree: Located | None) -> str:
    if tree is None:
        return RESTARTS[0]
    text = as_text(tree, f"restart of {what}")
    if text not in RESTARTS:
        raise UnknownName(tree.mark, f"restart of {what}:", text, RESTARTS)
    return text


def _marks(tree: Located) -> Iterator[tuple[tuple[str, ...], Mark]]:
    """A mark for the node, for each of its keys, and for each entry of these."""
    yield (), tree.key_mark
    for key, entry in as_map(tree, "node").items():
        yield (key,), entry.key_mark if isinstance(entry.value, dict) else entry.mark
        if isinstance(entry.value, dict):
            for name, value in entry.value.items():
                yield (key, name), value.mark if not isinstance(value.value, dict) else value.key_mark
