"""Which nodes share a process, and what each process asks the kernel for."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from sutura.launch.errors import BadPlace, BadValue, UnknownName
from sutura.launch.marks import Mark
from sutura.launch.node_reader import place_name
from sutura.launch.shape import as_list, as_text, bad, keyed, plain, words
from sutura.launch.yaml_source import Located
from sutura.runtime.config import Realtime

POLICIES = ("other", "idle", "fifo", "rr")
MAX_HANG_LIMIT = 60.0  # s
_PLACE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


def make_places(nodes: Mapping[str, object], said: Mapping[str, Located]) -> dict[str, tuple[str, ...]]:
    """Every place with its nodes, in the order in which the nodes come up.

    Raises BadPlace, UnknownName, BadValue.
    """
    homes: dict[str, str] = {}
    shared: dict[str, tuple[str, ...]] = {}
    for place, tree in said.items():
        if not _PLACE_NAME.fullmatch(place):
            raise BadValue(tree.key_mark, "name of a place", "letters, digits, _, - and .", repr(place))
        for member in as_list(tree, f"place {place!r}"):
            _settle(place, member, nodes, homes)
        shared[place] = tuple(as_text(member, "node") for member in as_list(tree, place))
    places: dict[str, tuple[str, ...]] = {}
    for node in nodes:
        place = homes.get(node) or _own_place(node, said, shared)
        places.setdefault(place, shared[place] if node in homes else (node,))
    return places


def read_realtime(
    places: Mapping[str, tuple[str, ...]], said: Mapping[str, Located], shared: Mapping[str, Mark], launched: str
) -> dict[str, Realtime]:
    """Realtime settings by place; shared: where the places of several nodes are said; launched: the file on top.

    What an included file asks for a node alone counts no more when another file puts the node into a shared place.
    Raises UnknownName, BadPlace, BadValue.
    """
    found: dict[str, Realtime] = {}
    for name, tree in said.items():
        setting = _realtime(name, tree)
        if name in places:
            found[name] = setting
            continue
        place = next((p for p, members in places.items() if name in map(place_name, members)), None)
        if place is None:
            raise UnknownName(tree.key_mark, "place or node", name, places)
        if tree.key_mark.file in (shared[place].file, launched):
            raise BadPlace(tree.key_mark, f"node {name!r} shares the place {place!r}; set realtime for the place")
    return found


def _settle(place: str, member: Located, nodes: Mapping[str, object], homes: dict[str, str]) -> None:
    node = as_text(member, f"place {place!r}")
    if node not in nodes:
        raise UnknownName(member.mark, f"node in place {place!r}:", node, nodes)
    if node in homes:
        raise BadPlace(member.mark, f"node {node!r} is in place {homes[node]!r} already, came again in {place!r}")
    homes[node] = place


def _own_place(node: str, said: Mapping[str, Located], shared: Mapping[str, tuple[str, ...]]) -> str:
    place = place_name(node)
    if shared.get(place):
        raise BadPlace(
            said[place].key_mark,
            f"place {place!r} has the name of node {node!r}, which is not in it and has a place of its own",
        )
    return place


def _realtime(name: str, tree: Located) -> Realtime:
    what = f"realtime of {name!r}"
    fields = {field.name: field.type for field in msgspec.structs.fields(Realtime)}
    spec = keyed(tree, what, fields)
    for key, entry in spec.items():
        try:
            msgspec.convert(plain(entry), fields[key])
        except msgspec.ValidationError as error:
            expected = str(error).removeprefix("Expected ").partition(", got ")[0]
            raise bad(entry, f"{key} in {what}", expected) from None
    realtime = msgspec.convert({key: plain(entry) for key, entry in spec.items()}, Realtime)
    for key, expected in _out_of_bounds(realtime):
        mark, came = (spec[key].mark, words(spec[key])) if key in spec else (tree.key_mark, "none")
        raise BadValue(mark, f"{key} in {what}", expected, came)
    return realtime


def _out_of_bounds(realtime: Realtime) -> Iterator[tuple[str, str]]:
    if realtime.policy not in POLICIES:
        yield "policy", f"one of {', '.join(POLICIES)}"
    elif realtime.policy in ("other", "idle"):
        if realtime.priority:
            yield "priority", f"0 for the policy {realtime.policy!r}"
    elif not 1 <= realtime.priority <= 99:
        yield "priority", f"1 to 99 for the policy {realtime.policy!r}"
    if any(cpu < 0 for cpu in realtime.cpus) or len(set(realtime.cpus)) != len(realtime.cpus):
        yield "cpus", "different core numbers from 0"
    if not 0 < realtime.hang_limit <= MAX_HANG_LIMIT:
        yield "hang_limit", f"more than 0 and at most {MAX_HANG_LIMIT:g} s"
