"""A console for a topology: a node in a place of its own, wired to what there is to see."""

import ipaddress
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from itertools import chain, count

import msgspec

from sutura.console.cast import Cast
from sutura.errors import SuturaError
from sutura.launch.blueprint import Blueprint
from sutura.launch.topology import Topology, TopologyNode
from sutura.launch.wiring import Writer
from sutura.runtime.config import Realtime

DRIVER = "console"  # as a master, and as the operator's device
_CLASS = "Console"
DEFAULT_MODEL = "psm_classic_lnd"  # of an actuator that names none

# what is to be seen, by the class of the node that says it and the port there: the console's port
_SEEN = {
    ("MasterInput", "measured_cp"): "hands",
    ("TremorFilter", "filtered_cp"): "filtered",
    ("ForwardKinematics", "measured_cp"): "tips",
    ("ForwardKinematics", "tracking_error"): "tracking",
    ("Actuator", "operating_state"): "arms",
    ("Actuator", "measured_js"): "joints",
    ("MotionScaling", "teleop_state"): "teleop",
    ("Watchdog", "state"): "watchdog",
    ("World", "task"): "task",
    ("Camera", "frame"): "pictures",
}
# As a viewer it waits and is not waited for. Holding the controls it must be heard in time, as all that is
# supervised, and comes after all else that is.
_VIEWING = Realtime(cpus=(0,), batch=0.01, hang_limit=10.0)
_HOLDING = Realtime(policy="fifo", priority=15, cpus=(0,), batch=0.002, hang_limit=1.0)


def is_installed() -> bool:
    """Whether the extra `console` is there."""
    return find_spec("viser") is not None


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def holds_controls(topology: Topology) -> bool:
    """Whether a hand or an operator of the topology is the console."""
    return any(node.driver is not None and node.driver.use == DRIVER for node in topology.nodes.values())


def with_console(topology: Topology) -> Topology:
    """The same topology with a console that sees it; supervised where a hand or an operator is the console.

    A console that is there already is kept and wired. A topology that is not sound comes back as it is: its check
    says what is wrong.
    """
    try:
        blueprint = Blueprint.of(topology)
    except SuturaError:
        return topology
    there = blueprint.nodes_of_class(_CLASS)
    name = there[0] if there else _fresh_name(topology)
    holding = holds_controls(topology)
    before = topology.nodes.get(name)
    node = TopologyNode(
        name=name,
        node=before.node if before else "console",
        folder=before.folder if before else "",
        params={**_params(blueprint, topology, name, holding), **(before.params if before else {})},
        inputs={**_inputs(blueprint), **(before.inputs if before else {})},
        outputs={"heartbeat": f"{name}/heartbeat"},
        supervised=holding,
        marks=before.marks if before else {},
    )
    nodes = {**topology.nodes, name: node}
    if holding:
        for watchdog in blueprint.nodes_of_class("Watchdog"):
            nodes[watchdog] = _hearing(nodes[watchdog], f"{name}/heartbeat")
    places = topology.places if there else {**topology.places, name: (name,)}
    realtime = {name: _HOLDING if holding else _VIEWING, **topology.realtime}
    return replace(topology, nodes=nodes, places=places, realtime=realtime)


def without_consoles(topology: Topology) -> Topology:
    """The same topology without its consoles: for a virtual clock, for tests, and where nobody looks."""
    try:
        gone = Blueprint.of(topology).nodes_of_class(_CLASS)
    except SuturaError:
        return topology
    beats = {f"{name}/heartbeat" for name in gone}
    nodes = {name: _deaf_to(node, beats) for name, node in topology.nodes.items() if name not in gone}
    cut = {place: tuple(n for n in members if n in nodes) for place, members in topology.places.items()}
    places = {place: members for place, members in cut.items() if members}
    realtime = {place: setting for place, setting in topology.realtime.items() if place in places}
    return replace(topology, nodes=nodes, places=places, realtime=realtime)


def _fresh_name(topology: Topology) -> str:
    names = chain(("console",), (f"console{number}" for number in count(2)))
    return next(name for name in names if name not in topology.nodes and name not in topology.places)


def _params(blueprint: Blueprint, topology: Topology, name: str, holding: bool) -> dict[str, object]:
    cast = Cast(
        places={**topology.places, **({} if name in topology.nodes else {name: (name,)})},
        actuators=blueprint.actuators,
        watchdogs=blueprint.nodes_of_class("Watchdog"),
        operators=blueprint.nodes_of_class("Operator"),
        scalings=blueprint.nodes_of_class("MotionScaling"),
        models={} if blueprint.nodes_of_class("World") else _models(blueprint),
    )
    said: dict[str, object] = {"cast": msgspec.to_builtins(cast), "holding": holding}
    scales = [topology.nodes[node].params.get("scale") for node in cast.scalings]
    return {**said, **({"scale": scales[0]} if scales and scales[0] is not None else {})}


def _inputs(blueprint: Blueprint) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for port, topic in _topics(blueprint):
        found[port] = (*found.get(port, ()), topic)
    return found


def _topics(blueprint: Blueprint) -> Iterator[tuple[str, str]]:
    has_world = bool(blueprint.nodes_of_class("World"))  # it says where everything is, the arm's own joints too
    for topic, writers in blueprint.wiring.writers.items():
        port = _SEEN.get(_said(writers[0]))
        if port is not None and not (port == "joints" and has_world):
            yield port, topic


def _models(blueprint: Blueprint) -> dict[str, str]:
    arms = [w[0] for w in blueprint.wiring.writers.values() if _SEEN.get(_said(w[0])) == "joints"]
    params = {arm.topic.rpartition("/")[0]: arm.node.params.get("model", DEFAULT_MODEL) for arm in arms}
    return {namespace: model for namespace, model in params.items() if isinstance(model, str)}


def _said(writer: Writer) -> tuple[str, str]:
    return writer.kind.declaration.name, writer.port


def _hearing(watchdog: TopologyNode, beat: str) -> TopologyNode:
    beats = watchdog.inputs.get("beats", ())
    return watchdog if beat in beats else replace(watchdog, inputs={**watchdog.inputs, "beats": (*beats, beat)})


def _deaf_to(node: TopologyNode, beats: set[str]) -> TopologyNode:
    inputs = {port: tuple(topic for topic in topics if topic not in beats) for port, topics in node.inputs.items()}
    return node if inputs == node.inputs else replace(node, inputs={k: v for k, v in inputs.items() if v})
