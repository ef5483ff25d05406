"""Loads topologies: a file, its includes, arguments and settings become one `Topology`."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from sutura.launch.arming import with_arming
from sutura.launch.include import Names, Sheet, gather, read_sheet
from sutura.launch.node_reader import read_node, wire_beats
from sutura.launch.placement import make_places, read_realtime
from sutura.launch.settings import Setting, apply_setting, argument_settings, check_keys, read_setting
from sutura.launch.shape import as_list, plain
from sutura.launch.shipped import find_topology
from sutura.launch.topology import Topology
from sutura.launch.trial_plan import TrialPlan, read_trial_plan, trial_settings


def load_topology(name_or_path: str, settings: Sequence[str] = ()) -> Topology:
    """The topology of a file or of a shipped name, changed by `KEY=VALUE` settings.

    Its structure is sound; what needs node classes and drivers is left to `check_topology`. Raises TopologyError.
    """
    return _load(find_topology(name_or_path), [read_setting(text) for text in settings])


def load_trial(name_or_path: str, settings: Sequence[str] = ()) -> Topology:
    """The topology as `sutura test` runs it: the settings of its `test` block come before `settings`.

    Raises TopologyError.
    """
    path = find_topology(name_or_path)
    said = [read_setting(text, mark) for text, mark in trial_settings(path)]
    return _load(path, [*said, *map(read_setting, settings)])


def _load(path: Path, said: Sequence[Setting]) -> Topology:
    sheet = read_sheet(path, argument_settings(said))
    names = Names()
    gather(sheet, "", names)
    check_keys(said, sheet.arguments, names.nodes)
    for setting in said:
        if setting.node:
            apply_setting(setting, names.nodes)
    return _topology(sheet, names)


def _topology(sheet: Sheet, names: Names) -> Topology:
    nodes = with_arming(wire_beats({name: read_node(name, tree) for name, tree in names.nodes.items()}))
    places = make_places(nodes, names.places)
    place_marks = {name: tree.key_mark for name, tree in names.places.items()}
    top = {key: plain(sheet.top[key]) for key in ("description", "expect", "faults", "silence") if key in sheet.top}
    return Topology(
        name=sheet.path.stem,
        path=sheet.path,
        description=str(top.get("description", "")),
        args=dict(sheet.args),
        nodes=nodes,
        places=places,
        realtime=read_realtime(places, names.realtime, place_marks, sheet.top["sutura"].mark.file),
        expect=cast("list[object]", top.get("expect", [])),
        faults=cast("list[object]", top.get("faults", [])),
        silence=cast("list[object]", top.get("silence", [])),
        trial=read_trial_plan(sheet.top["test"]) if "test" in sheet.top else TrialPlan(),
        arguments=dict(sheet.arguments),
        place_marks=place_marks,
        said={key: as_list(sheet.top[key], key) for key in ("expect", "faults", "silence") if key in sheet.top},
    )
