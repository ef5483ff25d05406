"""How a robot is composed: topologies are loaded, checked, and cut into places."""

from sutura.launch.arguments import Argument
from sutura.launch.blueprint import Blueprint
from sutura.launch.checker import check_topology, examine
from sutura.launch.errors import (
    BadPlace,
    BadValue,
    IncludeCycle,
    LaunchError,
    MissingValue,
    NodeClash,
    TopologyError,
    UnknownArgument,
    UnknownName,
    UnknownTopology,
    UnreadableTopology,
)
from sutura.launch.loader import load_topology
from sutura.launch.marks import Mark
from sutura.launch.places import place_configs
from sutura.launch.problems import Findings, Problem, Silenced
from sutura.launch.resolved import resolved_yaml
from sutura.launch.rules import RULES, Rule
from sutura.launch.shipped import shipped_topologies
from sutura.launch.topology import Topology, TopologyNode

__all__ = [
    "RULES",
    "Argument",
    "BadPlace",
    "BadValue",
    "Blueprint",
    "Findings",
    "IncludeCycle",
    "LaunchError",
    "Mark",
    "MissingValue",
    "NodeClash",
    "Problem",
    "Rule",
    "Silenced",
    "Topology",
    "TopologyError",
    "TopologyNode",
    "UnknownArgument",
    "UnknownName",
    "UnknownTopology",
    "UnreadableTopology",
    "check_topology",
    "examine",
    "load_topology",
    "place_configs",
    "resolved_yaml",
    "shipped_topologies",
]
