"""Fault scripts: the entries of `faults`, by kind, as the topology says them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from sutura.launch.errors import BadValue, MissingValue, UnknownName
from sutura.launch.marks import Mark
from sutura.launch.quantities import read_quantity
from sutura.launch.shape import as_list, as_map, as_text, bad, keyed
from sutura.launch.topology import Topology
from sutura.launch.yaml_source import Located
from sutura.runtime.fault_plan import Spread

MAX_BITS = 64
_FIELD = re.compile(r"([a-z_]+)(?:\[(\d{1,2})\])?")


@dataclass(frozen=True)
class Head:
    """What all faults have.

    number: of the entry, from 1; at [s of the run]; lasts [s], None: at once, or to the end of the run; target: the
    node, place or topic that it strikes, as said at `mark`; text: the entry in words.
    """

    number: int
    kind: str
    at: float
    lasts: float | None
    target: str
    mark: Mark
    text: str

    def __str__(self) -> str:
        return f"fault {self.number}: {self.text}"


@dataclass(frozen=True)
class ProcessFault:
    """`kill` or `hang`: it strikes the process of a place."""

    head: Head


@dataclass(frozen=True)
class SlowFault:
    """`slow`: each round of a place's work takes longer."""

    head: Head
    by: Spread


@dataclass(frozen=True)
class ClockFault:
    """`jump_clock`. by [s]: how far, to the past if below 0."""

    head: Head
    by: float


@dataclass(frozen=True)
class ConnectionFault:
    """`drop`, `delay`, `duplicate`, `reorder`, `corrupt`: it strikes a share of the messages of a topic.

    to: the node that reads them, or the place of such nodes.
    """

    head: Head
    to: Located
    share: float
    by: Spread
    bits: int


@dataclass(frozen=True)
class SensorFault:
    """`freeze`, `bias`, `nan`: it strikes the readings of a node's driver.

    field, index: what of them, as said at `mark`, empty and None for all; by: as written, since its unit is the
    field's.
    """

    head: Head
    field: str
    index: int | None
    mark: Mark
    by: Located | None

    @property
    def said(self) -> str:
        """Field and index in words."""
        return self.field if self.index is None else f"{self.field}[{self.index}]"


Fault: TypeAlias = ProcessFault | SlowFault | ClockFault | ConnectionFault | SensorFault
_Entries: TypeAlias = Mapping[str, Located]


@dataclass(frozen=True)
class _Kind:
    """How a kind is read; what its entry may say besides `at`, and what it must."""

    read: Callable[[Head, _Entries], Fault]
    may: tuple[str, ...] = ("for",)
    must: tuple[str, ...] = ()


def read_fault(number: int, tree: Located) -> Fault:
    """One entry of `faults`; its kind is the key that is one, or else the first that is no time.

    Raises TopologyError.
    """
    entries = as_map(tree, "entry of faults")
    words = [key for key in entries if key not in ("at", "for")]
    if not words:
        raise MissingValue(tree.mark, "entry of faults: its kind", f" (known: {', '.join(KINDS)})")
    name = next((key for key in words if key in KINDS), words[0])
    if name not in KINDS:
        raise UnknownName(entries[name].key_mark, "kind of fault", name, KINDS)
    kind, what = KINDS[name], f"fault of kind {name!r}"
    entries = keyed(tree, what, (name, "at", *kind.may, *kind.must))
    for key in ("at", *kind.must):
        if key not in entries:
            raise MissingValue(tree.mark, f"{what}: `{key}`", f", such as `{key}: {_EXAMPLES[key]}`")
    return kind.read(_head(number, name, entries), entries)


def read_faults(topology: Topology) -> list[Fault]:
    """All entries of a topology that has been checked. Raises TopologyError."""
    return [read_fault(number, tree) for number, tree in enumerate(topology.said.get("faults", ()), 1)]


def _head(number: int, kind: str, entries: _Entries) -> Head:
    said = [f"{key} {_written(entry)}" for key, entry in entries.items() if key not in ("at", kind)]
    return Head(
        number=number,
        kind=kind,
        at=_time(entries["at"], "at", or_zero=True),
        lasts=_time(entries["for"], "for") if "for" in entries else None,
        target=as_text(entries[kind], kind),
        mark=entries[kind].mark,
        text=", ".join([f"{kind} {entries[kind].text}", *said]),
    )


def _connection(head: Head, entries: _Entries) -> ConnectionFault:
    share = read_quantity(entries["share"], "share", "1") if "share" in entries else 1.0
    if not 0.0 < share <= 1.0:
        raise BadValue(entries["share"].mark, "share", "above 0 and at most 100 %", entries["share"].text)
    return ConnectionFault(
        head,
        to=entries["to"],
        share=share,
        by=_spread(entries["by"]) if "by" in entries else Spread("constant", 0.0),
        bits=_bits(entries["bits"]) if "bits" in entries else 1,
    )


def _sensor(head: Head, entries: _Entries) -> SensorFault:
    by, tree = entries.get("by"), entries.get("field")
    if tree is None:
        return SensorFault(head, "position" if head.kind == "nan" else "", None, head.mark, by)
    match = _FIELD.fullmatch(as_text(tree, "field"))
    if match is None:
        raise bad(tree, "field", f"a field of the reading such as `{_EXAMPLES['field']}`")
    return SensorFault(head, match[1], None if match[2] is None else int(match[2]), tree.mark, by)


def _spread(tree: Located) -> Spread:
    """A time, or a distribution of times by name."""
    if not isinstance(tree.value, dict):
        return Spread("constant", _time(tree, "by"))
    entries = keyed(tree, "by", ("normal", "uniform"))
    if len(entries) != 1:
        raise bad(tree, "by", "one time or one distribution, such as `{normal: [5 ms, 2 ms]}`")
    ((name, pair),) = entries.items()
    times = [_time(item, f"{name} in by", or_zero=True) for item in as_list(pair, f"{name} in by")]
    if len(times) != 2 or (name == "uniform" and times[0] > times[1]):
        expected = "mean and standard deviation" if name == "normal" else "least and largest, in this order"
        raise BadValue(pair.mark, f"{name} in by", f"two times: {expected}", _written(pair))
    return Spread(name, *times)


def _time(tree: Located, what: str, *, or_zero: bool = False) -> float:
    seconds = read_quantity(tree, what, "s")
    if seconds < 0.0 or (seconds == 0.0 and not or_zero):
        raise BadValue(tree.mark, what, f"a time {'from' if or_zero else 'above'} 0 s", tree.text)
    return seconds


def _bits(tree: Located) -> int:
    if not isinstance(tree.value, int) or isinstance(tree.value, bool) or not 1 <= tree.value <= MAX_BITS:
        raise bad(tree, "bits", f"a whole number from 1 to {MAX_BITS}")
    return tree.value


def _written(tree: Located) -> str:
    """A value as it was written."""
    if isinstance(tree.value, dict):
        return ", ".join(f"{key} {_written(entry)}" for key, entry in tree.value.items())
    if isinstance(tree.value, tuple):
        return f"[{', '.join(map(_written, tree.value))}]"
    return tree.text or str(tree.value)


_EXAMPLES = {"at": "12.5 s", "by": "5 ms", "field": "'position[0]'", "to": "arm"}
_WAY = ("for", "share")
KINDS: Mapping[str, _Kind] = {
    "kill": _Kind(lambda head, entries: ProcessFault(head), may=()),
    "hang": _Kind(lambda head, entries: ProcessFault(head)),
    "slow": _Kind(lambda head, entries: SlowFault(head, _spread(entries["by"])), must=("by",)),
    "drop": _Kind(_connection, _WAY, must=("to",)),
    "delay": _Kind(_connection, _WAY, must=("to", "by")),
    "duplicate": _Kind(_connection, _WAY, must=("to",)),
    "reorder": _Kind(_connection, _WAY, must=("to",)),
    "corrupt": _Kind(_connection, (*_WAY, "bits"), must=("to",)),
    "freeze": _Kind(_sensor),
    "bias": _Kind(_sensor, must=("field", "by")),
    "nan": _Kind(_sensor, ("for", "field")),
    "jump_clock": _Kind(
        lambda head, entries: ClockFault(head, read_quantity(entries["by"], "by", "s")), may=(), must=("by",)
    ),
}
"""The kinds of faults, by the key that names them."""
