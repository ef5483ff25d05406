"""What a topology expects of a run: the entries of `expect`, by kind."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sutura.launch.errors import BadValue, MissingValue, UnknownName
from sutura.launch.marks import Mark
from sutura.launch.quantities import read_quantity
from sutura.launch.shape import as_list, as_map, as_text, keyed
from sutura.launch.topology import Topology
from sutura.launch.yaml_source import Located

LATENCIES = ("latency_p50", "latency_p95", "latency_p99", "latency_max")


@dataclass(frozen=True)
class PathExpectation:
    """`{path: [a, b], latency_p99: 5 ms}`: from a reading at `a` until `b` has handled what came of it.

    nodes: both ends, and those in between that it says; limits: the largest latency by figure [s].
    """

    mark: Mark
    nodes: tuple[str, ...]
    limits: Mapping[str, float]


Expectation: TypeAlias = PathExpectation
"""An entry of any kind; a new kind joins here and in `KINDS`."""


def read_expectation(tree: Located, nodes: Iterable[str]) -> Expectation:
    """One entry of `expect`; its kind is the key that is one, or else its first. Raises TopologyError."""
    entries = as_map(tree, "entry of expect")
    if not entries:
        raise MissingValue(tree.mark, "entry of expect: its kind", f" (known: {', '.join(KINDS)})")
    kind = next((key for key in entries if key in KINDS), next(iter(entries)))
    if kind not in KINDS:
        raise UnknownName(entries[kind].key_mark, "kind of expectation", kind, KINDS)
    return KINDS[kind](tree, tuple(nodes))


def read_expectations(topology: Topology) -> list[Expectation]:
    """All entries of a topology that has been checked. Raises TopologyError."""
    return [read_expectation(tree, topology.nodes) for tree in topology.said.get("expect", ())]


def _path(tree: Located, known: tuple[str, ...]) -> PathExpectation:
    entries = keyed(tree, "expectation of a path", ("path", *LATENCIES))
    limits = {key: _limit(entries[key], key) for key in entries if key != "path"}
    nodes = tuple(_node(item, known) for item in as_list(entries["path"], "path"))
    if len(nodes) < 2:
        raise BadValue(entries["path"].mark, "path", "two nodes or more", str(len(nodes)))
    if not limits:
        raise MissingValue(tree.mark, "expectation of a path: a limit", f" such as `latency_p99: 5 ms` ({_LIMITS})")
    return PathExpectation(tree.mark, nodes, limits)


def _node(tree: Located, known: tuple[str, ...]) -> str:
    name = as_text(tree, "node of a path")
    if name not in known:
        raise UnknownName(tree.mark, "node in path:", name, known)
    return name


def _limit(tree: Located, key: str) -> float:
    limit = read_quantity(tree, key, "s")
    if limit <= 0.0:
        raise BadValue(tree.mark, key, "a time above 0 s", tree.text)
    return limit


_LIMITS = f"known: {', '.join(LATENCIES)}"
KINDS: Mapping[str, Callable[[Located, tuple[str, ...]], Expectation]] = {"path": _path}
"""How each kind of expectation is read, from its entry and the names of the topology's nodes."""
