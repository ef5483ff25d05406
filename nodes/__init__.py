"""Who acts: the base of nodes, their ports and parameters."""

from sutura.nodes.declaration import Declaration
from sutura.nodes.errors import (
    BadNode,
    BadParameters,
    FrameRingRefused,
    NodeError,
    RequestRefused,
    UnknownNode,
    UnknownPort,
)
from sutura.nodes.frame_ring import FrameReader, FrameWriter, RingPlace
from sutura.nodes.inbox import Connection, InputPort
from sutura.nodes.node import Event, Node
from sutura.nodes.outbox import OutputPort
from sutura.nodes.parameters import NodeParams, ParamInfo, changed_params, param_infos, read_params
from sutura.nodes.ports import LATCHED, NEWEST, Input, Output, every, queue
from sutura.nodes.statistics import Counters, Histogram, Summary, between
from sutura.nodes.table import installed_nodes, load_node

__all__ = [
    "LATCHED",
    "NEWEST",
    "BadNode",
    "BadParameters",
    "Connection",
    "Counters",
    "Declaration",
    "Event",
    "FrameReader",
    "FrameRingRefused",
    "FrameWriter",
    "Histogram",
    "Input",
    "InputPort",
    "Node",
    "NodeError",
    "NodeParams",
    "Output",
    "OutputPort",
    "ParamInfo",
    "RequestRefused",
    "RingPlace",
    "Summary",
    "UnknownNode",
    "UnknownPort",
    "between",
    "changed_params",
    "every",
    "installed_nodes",
    "load_node",
    "param_infos",
    "queue",
    "read_params",
]
