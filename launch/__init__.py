"""How a robot is composed: topologies are loaded, checked, and cut into places."""

from sutura.launch.arguments import Argument
from sutura.launch.blueprint import Blueprint
from sutura.launch.checker import check_topology
from sutura.launch.errors import (
    BadPlace,
    BadValue,
    IncludeCycle,
    LaunchError,
    MissingValue,
    NodeClash,
    TopologyError,
    UnknownName,
    UnknownTopology,
    UnreadableTopology,
)
from sutura.launch.loader import load_topology
from sutura.launch.marks import Mark
from sutura.launch.places import place_configs
from sutura.launch.problems import Problem
from sutura.launch.resolved import resolved_yaml
from sutura.launch.shipped import shipped_topologies
from sutura.launch.topology import Topology, TopologyNode

__all__ = [
    "Argument",
    "BadPlace",
    "BadValue",
    "Blueprint",
    "IncludeCycle",
    "LaunchError",
    "Mark",
    "MissingValue",
    "NodeClash",
    "Problem",
    "Topology",
    "TopologyError",
    "TopologyNode",
    "UnknownName",
    "UnknownTopology",
    "UnreadableTopology",
    "check_topology",
    "load_topology",
    "place_configs",
    "resolved_yaml",
    "shipped_topologies",
]
