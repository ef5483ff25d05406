"""Settings of the command line: `--set KEY=VALUE` for arguments, parameters, drivers and their options."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sutura.launch.errors import BadValue, UnknownName
from sutura.launch.marks import Mark
from sutura.launch.merge import merge_maps
from sutura.launch.shape import as_map
from sutura.launch.yaml_source import Located, parse_yaml


@dataclass(frozen=True)
class Setting:
    """One setting: the argument, or the node and its keys, and the value."""

    key: str
    value: Located

    @property
    def node(self) -> str:
        """The node it is about; empty for an argument."""
        return self.key.partition(".")[0] if "." in self.key else ""

    @property
    def rest(self) -> tuple[str, ...]:
        """The keys after the node's name."""
        return tuple(self.key.split(".")[1:])


def read_setting(text: str, said_at: Mark | None = None) -> Setting:
    """The setting in `KEY=VALUE`, its value read as YAML; `said_at`: where, if not on the command line.

    Raises BadValue, UnreadableTopology.
    """
    key, equals, value = text.partition("=")
    mark = said_at or Mark(f"--set {text}")
    if not equals or not all(key.split(".")):
        expected = "ARGUMENT=VALUE, NODE.PARAMETER=VALUE, NODE.driver=NAME or NODE.driver.OPTION=VALUE"
        raise BadValue(mark, "setting", expected, repr(text))
    return Setting(key, parse_yaml(value, lambda line, column: mark))


def argument_settings(settings: Sequence[Setting]) -> dict[str, Located]:
    """The values given to arguments; the last one counts."""
    return {setting.key: setting.value for setting in settings if not setting.node}


def check_keys(settings: Sequence[Setting], arguments: Iterable[str], nodes: Mapping[str, Located]) -> None:
    """Refuse keys that fit no argument and no node. Raises UnknownName."""
    arguments = tuple(arguments)
    given = {name for name, tree in nodes.items() if "driver" in as_map(tree, name)}
    for setting in settings:
        if setting.key in arguments or (setting.node in nodes and _fits(setting, setting.node in given)):
            given |= {setting.node} if setting.rest == ("driver",) else set()
            continue
        known = {*arguments, *(key for name, tree in nodes.items() for key in _keys_of(name, tree))}
        near = get_close_matches(setting.node, nodes) if setting.rest else []
        known |= {f"{name}.{setting.rest[0]}" for name in near if setting.rest[0] != "driver"}
        raise UnknownName(setting.value.mark, "setting", setting.key, known)


def apply_setting(setting: Setting, nodes: dict[str, Located]) -> None:
    """Change a node as a setting says; another driver loses the options of the one before. Raises BadValue."""
    tree = nodes[setting.node]
    mark = setting.value.mark
    if setting.rest == ("driver",):
        changed = {**as_map(tree, setting.node), "driver": _nest(("use",), setting.value)}
        nodes[setting.node] = Located(changed, tree.mark, tree.key_mark)
        return
    path = setting.rest if setting.rest[0] == "driver" else ("params", *setting.rest)
    entry = as_map(tree, setting.node).get(path[0])
    if entry is not None and not isinstance(entry.value, dict):
        raise BadValue(mark, f"node {setting.node!r}", f"a map under {path[0]}", entry.text)
    nodes[setting.node] = merge_maps(tree, _nest(path, setting.value))


def _fits(setting: Setting, has_driver: bool) -> bool:
    """One parameter, the driver, or one option of the driver that the node has, or was given before."""
    return len(setting.rest) == 1 or (len(setting.rest) == 2 and setting.rest[0] == "driver" and has_driver)


def _keys_of(name: str, tree: Located) -> Iterable[str]:
    entries = as_map(tree, name)
    for key, before in (("params", f"{name}."), ("driver", f"{name}.driver.")):
        if key in entries and isinstance(entries[key].value, dict):
            yield from (before + entry for entry in as_map(entries[key], key) if (key, entry) != ("driver", "use"))
    if "driver" in entries:
        yield f"{name}.driver"


def _nest(path: tuple[str, ...], value: Located) -> Located:
    for key in reversed(path):
        value = Located({key: value}, value.mark, value.mark)
    return value
