"""Loads topologies: file, includes, arguments and settings become one `Topology`."""

from collections.abc import Sequence

from sutura.launch.include import Names, gather, read_sheet
from sutura.launch.node_reader import read_node, wire_beats
from sutura.launch.placement import make_places, read_realtime
from sutura.launch.settings import apply_setting, argument_settings, check_keys, read_setting
from sutura.launch.shape import plain
from sutura.launch.shipped import find_topology
from sutura.launch.topology import Topology
from sutura.launch.yaml_source import Located


def load_topology(name_or_path: str, settings: Sequence[str] = ()) -> Topology:
    """The topology of a file or of a shipped name, with `KEY=VALUE` settings.

    Its structure is sound; what needs node classes and drivers is left to `check_topology`. Raises TopologyError.
    """
    path = find_topology(name_or_path)
    said = [read_setting(text) for text in settings]
    given = argument_settings(said)
    sheet = read_sheet(path, {})
    names = Names()
    gather(sheet, "", names)
    ...
