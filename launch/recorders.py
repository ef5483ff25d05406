"""Recording by default: a topology without a recorder gets one, in a place of its own, unless nobody wants it."""

from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from sutura.launch.blueprint import Blueprint
from sutura.launch.topology import Topology, TopologyNode
from sutura.nodes import NodeError, load_node
from sutura.nodes.stock.recorder import Recorder
from sutura.record import REPORT_FILE, BadRecording, CannotRecord, Recording, add_attachment
from sutura.runtime.config import Realtime

# ordinary scheduling, and in batches: it may wait, it must not be waited for
_REALTIME = Realtime(batch=0.02, hang_limit=10.0)


def with_recorder(topology: Topology) -> Topology:
    """The same topology with a recorder of every topic in a place of its own, if it has none yet."""
    if recorders_in(topology):
        return topology
    names = chain(("recorder",), (f"recorder{number}" for number in count(2)))
    name = next(name for name in names if name not in topology.nodes and name not in topology.places)
    node = TopologyNode(name=name, node="recorder", outputs={"heartbeat": f"{name}/heartbeat"})
    return replace(
        topology,
        nodes={**topology.nodes, name: node},
        places={**topology.places, name: (name,)},
        realtime={**topology.realtime, name: _REALTIME},
    )


def without_recorders(topology: Topology) -> Topology:
    """The same topology without its recorders, nor the places in which nothing else is."""
    gone = recorders_in(topology)
    nodes = {name: node for name, node in topology.nodes.items() if name not in gone}
    places = {place: tuple(n for n in members if n in nodes) for place, members in topology.places.items()}
    kept = {place: members for place, members in places.items() if members}
    realtime = {place: setting for place, setting in topology.realtime.items() if place in kept}
    return replace(topology, nodes=nodes, places=kept, realtime=realtime)


def recorders_in(topology: Topology) -> tuple[str, ...]:
    """The nodes that record."""
    return tuple(name for name, node in topology.nodes.items() if _is_recorder(node))


def recordings_of(blueprint: Blueprint, folder: Path) -> list[Path]:
    """The files that a run's recorders have written, those after a restart left out."""
    nodes = [blueprint.topology.nodes[name] for name in recorders_in(blueprint.topology)]
    files = [folder / str(node.params.get("file", "recording.mcap")) for node in nodes]
    return [file for file in files if file.is_file()]


def add_report(recordings: list[Path], report: bytes, at: int) -> list[str]:
    """Put the report, with its figures of every connection, at the end of recordings that ended in good order.

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


def _is_recorder(node: TopologyNode) -> bool:
    try:
        return issubclass(load_node(node.node, Path(node.folder) if node.folder else None), Recorder)
    except NodeError:
        return False  # the checker says what is wrong with it
