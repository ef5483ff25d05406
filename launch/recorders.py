"""Recording by default: a topology without a recorder gets one, in a place of its own."""

from dataclasses import replace
from pathlib import Path

from sutura.launch.blueprint import Blueprint
from sutura.launch.node_reader import place_name
from sutura.launch.topology import Topology, TopologyNode
from sutura.nodes import installed_nodes
from sutura.record import REPORT_FILE, BadRecording, CannotRecord, Recording, add_attachment
from sutura.runtime.config import Realtime

_RECORDER = "recorder"
# ordinary scheduling: it may wait, it must not be waited for
_REALTIME = Realtime(batch=0.02, hang_limit=10.0)


def with_recorder(topology: Topology) -> Topology:
    """The topology with a recorder of every topic, where it has none of its own."""
    if recorders_in(topology):
        return topology
    name = _free_name(topology)
    node = TopologyNode(name=name, node=_RECORDER, outputs={"heartbeat": f"{name}/heartbeat"})
    return replace(
        topology,
        nodes={**topology.nodes, name: node},
        places={**topology.places, name: (name,)},
        realtime={**topology.realtime, name: _REALTIME},
    )


def without_recorder(topology: Topology) -> Topology:
    """The topology without its recorders."""
    gone = recorders_in(topology)
    left = {place: tuple(node for node in nodes if node not in gone) for place, nodes in topology.places.items()}
    places = {place: nodes for place, nodes in left.items() if nodes}
    return replace(
        topology,
        nodes={name: node for name, node in topology.nodes.items() if name not in gone},
        places=places,
        realtime={place: setting for place, setting in topology.realtime.items() if place in places},
    )


def recorders_in(topology: Topology) -> tuple[str, ...]:
    """The nodes that record."""
    targets = installed_nodes()
    ours = targets[_RECORDER]
    return tuple(name for name, node in topology.nodes.items() if targets.get(node.node, node.node) == ours)


def recordings_of(blueprint: Blueprint, folder: Path) -> list[Path]:
    """The files that a run's recorders have written, those after a restart left out."""
    nodes = [blueprint.topology.nodes[name] for name in recorders_in(blueprint.topology)]
    files = [folder / str(node.params.get("file", "recording.mcap")) for node in nodes]
    return [file for file in files if file.is_file()]


def add_report(recordings: list[Path], report: bytes, at: int) -> list[str]:
    """Put the report, with its figures of every connection, at the end of recordings that were ended in good order.

    at [ns]: its time. Returns what went wrong, in words.
    """
    troubles: list[str] = []
    for file in recordings:
        try:
            if Recording(file).is_complete:
                add_attachment(file, REPORT_FILE, "application/json", report, at)
            else:
                troubles.append(f"recording {file} was cut off")
        except (BadRecording, CannotRecord) as error:
            troubles.append(f"the report is not in the recording: {error}")
    return troubles


def _free_name(topology: Topology) -> str:
    """A name that no node and no place has."""
    taken = {*topology.nodes, *topology.places, *map(place_name, topology.nodes)}
    numbered = (f"{_RECORDER}_{n}" for n in range(2, len(taken) + 3))
    return next(name for name in (_RECORDER, *numbered) if name not in taken)
