"""Reads a topology file and all that it includes into one set of names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sutura.launch.arguments import Argument, bind_arguments, read_arguments, substitute
from sutura.launch.errors import BadValue, IncludeCycle, MissingValue, UnknownTopology, UnreadableTopology
from sutura.launch.marks import Mark
from sutura.launch.merge import merge_maps, merge_node
from sutura.launch.node_reader import check_node_name, place_name, prefixed_node
from sutura.launch.shape import as_bool, as_list, as_text, bad, entries_of, keyed, plain
from sutura.launch.shipped import included_topologies, shipped_topologies
from sutura.launch.yaml_source import Located, read_yaml

VERSION = 1
TOP_KEYS = (
    "sutura",
    "description",
    "args",
    "include",
    "nodes",
    "places",
    "realtime",
    "expect",
    "faults",
    "silence",
    "test",
)


@dataclass(frozen=True)
class Sheet:
    """One file with its arguments filled in."""

    path: Path
    top: Mapping[str, Located]
    arguments: Mapping[str, Argument]
    args: Mapping[str, object]


@dataclass(frozen=True)
class Names:
    """What all files together say, by full name."""

    nodes: dict[str, Located] = field(default_factory=dict)
    places: dict[str, Located] = field(default_factory=dict)
    realtime: dict[str, Located] = field(default_factory=dict)


def read_sheet(path: Path, given: Mapping[str, Located], asked_by: Mark | None = None) -> Sheet:
    """Read one file; `asked_by` is the include that asks for it. Raises TopologyError."""
    root = read_yaml(path)
    if root.value is None:
        raise UnreadableTopology(Mark(str(path), 1, 1), "empty; a topology begins with `sutura: 1`")
    top = keyed(root, "a topology", TOP_KEYS)
    if "sutura" not in top:
        raise MissingValue(root.mark, "`sutura: 1`", ", the version of the topology format")
    if type(top["sutura"].value) is not int or top["sutura"].value != VERSION:  # true == 1
        raise bad(top["sutura"], "version of the topology format", str(VERSION))
    arguments = read_arguments(top.get("args"))
    args = bind_arguments(arguments, given, asked_by)
    filled = {key: substitute(entry, args) for key, entry in top.items() if key != "args"}
    _check_shapes(filled)
    return Sheet(path, filled, arguments, {name: plain(value) for name, value in args.items()})


def gather(sheet: Sheet, prefix: str, names: Names, chain: tuple[Path, ...] = ()) -> None:
    """Add what a file and its includes say, included files first. Raises TopologyError."""
    chain = (*chain, sheet.path)
    if "include" in sheet.top:
        for item in as_list(sheet.top["include"], "include"):
            _include(item, prefix, names, chain)
    for name, entry in entries_of(sheet.top.get("nodes"), "nodes").items():
        check_node_name(prefix + name, entry.key_mark)
        merge_node(names.nodes, prefix + name, prefixed_node(name, entry, prefix))
    _gather_places(sheet, prefix, names)
    _gather_realtime(sheet, prefix, names)


def _include(item: Located, prefix: str, names: Names, chain: tuple[Path, ...]) -> None:
    spec = keyed(item, "include", ("file", "as", "args", "when"))
    if "when" in spec and not as_bool(spec["when"], "when of include"):
        return
    if "file" not in spec:
        raise MissingValue(item.mark, "include: `file`", ", a path beside this file or a shipped name")
    path = _included_path(spec["file"], chain[-1])
    resolved = [link.resolve() for link in chain]
    if path.resolve() in resolved:
        ring = [*chain[resolved.index(path.resolve()) :], path]
        raise IncludeCycle(spec["file"].mark, [str(link) for link in ring])
    if "as" in spec:
        part = as_text(spec["as"], "as of include")
        check_node_name(prefix + part, spec["as"].mark)
        prefix = f"{prefix}{part}/"
    given = entries_of(spec.get("args"), "args of include")
    gather(read_sheet(path, given, spec["file"].mark), prefix, names, chain)


def _included_path(tree: Located, including: Path) -> Path:
    name = as_text(tree, "file of include")
    beside = including.parent / name
    if os.path.isfile(beside):  # unlike Path.is_file, False for every name that cannot be
        return beside
    shipped = included_topologies()
    if name in shipped:
        return shipped[name]
    near = {path.name for path in including.parent.glob("*.yaml")} | set(shipped_topologies())
    raise UnknownTopology(tree.mark, name, near)


def _gather_places(sheet: Sheet, prefix: str, names: Names) -> None:
    for name, entry in entries_of(sheet.top.get("places"), "places").items():
        members = as_list(entry, f"place {name!r}")
        full = tuple(_prefixed_text(member, prefix, f"place {name!r}") for member in members)
        names.places[place_name(prefix + name)] = Located(full, entry.mark, entry.key_mark)


def _gather_realtime(sheet: Sheet, prefix: str, names: Names) -> None:
    said: dict[str, str] = {}
    for name, entry in entries_of(sheet.top.get("realtime"), "realtime").items():
        full = place_name(prefix + name)
        if full in said:
            raise BadValue(entry.key_mark, "realtime", "each place once", f"{said[full]!r} and {name!r}")
        said[full] = name
        had = names.realtime.get(full)
        names.realtime[full] = merge_maps(had, entry) if had is not None else entry


def _prefixed_text(tree: Located, prefix: str, what: str) -> Located:
    text = prefix + as_text(tree, what)
    return Located(text, tree.mark, tree.key_mark, text)


def _check_shapes(top: Mapping[str, Located]) -> None:
    if "description" in top:
        as_text(top["description"], "description")
    for key in ("expect", "faults", "silence"):
        if key in top:
            as_list(top[key], key)
