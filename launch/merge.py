"""Merges what several files say of one name: later values win, maps merge, a class stays."""

from sutura.launch.errors import BadValue, NodeClash, UnknownName
from sutura.launch.node_reader import class_of
from sutura.launch.shape import as_bool, as_map
from sutura.launch.yaml_source import Located


def merge_maps(base: Located, over: Located) -> Located:
    """`over` on top of `base`, map by map; the merged map stands where it was said first."""
    if not (isinstance(base.value, dict) and isinstance(over.value, dict)):
        return over
    merged = dict(base.value)
    for key, entry in over.value.items():
        merged[key] = merge_maps(merged[key], entry) if key in merged else entry
    return Located(merged, base.mark, base.key_mark)


def merge_node(nodes: dict[str, Located], name: str, over: Located) -> None:
    """Add a node, change its values, or replace it where `replace: true` says so.

    Raises UnknownName, BadValue, NodeClash.
    """
    entries = as_map(over, f"node {name!r}")
    base = nodes.get(name)
    replaces = "replace" in entries and as_bool(entries["replace"], f"replace of node {name!r}")
    if replaces and (base is None or "node" not in entries):
        raise BadValue(
            entries["replace"].key_mark,
            f"node {name!r}",
            "`replace: true` with a `node:` and an earlier node of that name",
            "no `node:`" if base is not None else "no earlier one",
        )
    if base is None and "node" not in entries:
        raise UnknownName(
            over.key_mark, "node (it says no `node:`, so it would change an earlier one)", name, nodes
        )
    nodes[name] = over if base is None or replaces else _changed(name, base, over)


def _changed(name: str, base: Located, over: Located) -> Located:
    had, came = as_map(base, name), as_map(over, name)
    if "node" in came and class_of(came["node"]) != class_of(had["node"]):
        raise NodeClash(came["node"].mark, name, came["node"].text, had["node"].text, had["node"].mark)
    merged = as_map(merge_maps(base, over), name)
    if "driver" in came and "driver" in had:
        merged = {**merged, "driver": _merged_driver(had["driver"], came["driver"])}
    return Located(merged, base.mark, base.key_mark)


def _merged_driver(base: Located, over: Located) -> Located:
    """Another driver does not inherit the options of the one it takes the place of."""
    had, came = as_map(base, "driver"), as_map(over, "driver")
    if "use" in came and "use" in had and came["use"].value != had["use"].value:
        return over
    return merge_maps(base, over)
