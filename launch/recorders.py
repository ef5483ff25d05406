"""Whether a run is recorded: the topology says, and whoever launches it may say otherwise."""

from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from sutura.launch.topology import Topology, TopologyNode
from sutura.nodes import NodeError, load_node
from sutura.nodes.stock.recorder import Recorder


def with_recorder(topology: Topology) -> Topology:
    """The same topology with a recorder of every topic in a place of its own, if it has none yet."""
    if any(_is_recorder(node) for node in topology.nodes.values()):
        return topology
    names = chain(("recorder",), (f"recorder{number}" for number in count(2)))
    name = next(name for name in names if name not in topology.nodes and name not in topology.places)
    nodes = {**topology.nodes, name: TopologyNode(name=name, node="recorder")}
    return replace(topology, nodes=nodes, places={**topology.places, name: (name,)})


def without_recorders(topology: Topology) -> Topology:
    """The same topology without its recorders, nor the places in which nothing else is."""
    nodes = {name: node for name, node in topology.nodes.items() if not _is_recorder(node)}
    places = {place: tuple(n for n in members if n in nodes) for place, members in topology.places.items()}
    kept = {place: members for place, members in places.items() if members}
    realtime = {place: setting for place, setting in topology.realtime.items() if place in kept}
    return replace(topology, nodes=nodes, places=kept, realtime=realtime)


def _is_recorder(node: TopologyNode) -> bool:
    try:
        return issubclass(load_node(node.node, Path(node.folder) if node.folder else None), Recorder)
    except NodeError:
        return False  # the checker says what is wrong with it
