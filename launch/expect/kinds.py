"""The kinds of expectation, and how an entry of `expect` becomes one."""

from collections.abc import Callable, Mapping

from sutura.launch.blueprint import Blueprint
from sutura.launch.errors import MissingValue, UnknownName
from sutura.launch.expect.expectation import Expectation
from sutura.launch.expect.happening import read_count, read_event, read_trip_or_hold
from sutura.launch.expect.loss import COUNTS, read_loss
from sutura.launch.expect.names import Names
from sutura.launch.expect.no_command import read_no_command
from sutura.launch.expect.path import read_path
from sutura.launch.expect.rate import read_rate
from sutura.launch.expect.state import read_state
from sutura.launch.expect.task import read_task
from sutura.launch.expect.tracking import read_tracking
from sutura.launch.expect.value import read_value
from sutura.launch.shape import as_map
from sutura.launch.topology import Topology
from sutura.launch.yaml_source import Located

KINDS: Mapping[str, Callable[[Located, Names], Expectation | None]] = {
    "path": read_path,
    "tracking": read_tracking,
    "rate": read_rate,
    "state": read_state,
    "trip": read_trip_or_hold,
    "hold": read_trip_or_hold,
    "event": read_event,
    "trips": read_count,
    "holds": read_count,
    "no_command": read_no_command,
    "task": read_task,
    **dict.fromkeys(COUNTS, read_loss),
    "topic": read_value,  # last: `topic` is also a key of others
}
"""How each kind of expectation is read; the first of these keys that an entry has is its kind."""


def read_expectation(tree: Located, names: Names) -> Expectation | None:
    """One entry of `expect`; None where it speaks of messages whose type is not known. Raises TopologyError."""
    entries = as_map(tree, "entry of expect")
    if not entries:
        raise MissingValue(tree.mark, "entry of expect: its kind", f" (known: {', '.join(KINDS)})")
    kind = next((kind for kind in KINDS if kind in entries), None)
    if kind is None:
        unknown = next(iter(entries))
        raise UnknownName(entries[unknown].key_mark, "kind of expectation", unknown, KINDS)
    return KINDS[kind](tree, names)


def read_expectations(topology: Topology) -> list[Expectation]:
    """All entries of a topology that has been checked. Raises TopologyError, NodeError."""
    names = Names.of(Blueprint.of(topology))
    read = [read_expectation(tree, names) for tree in topology.said.get("expect", ())]
    return [expectation for expectation in read if expectation is not None]
