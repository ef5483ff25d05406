"""Checks what keeps an arm from moving without leave: watchdogs, permits, safe silence, places."""

from collections.abc import Iterable, Iterator, Mapping

from sutura.launch.check_nodes import Known
from sutura.launch.check_wiring import may_write
from sutura.launch.problems import Problem
from sutura.launch.topology import Topology
from sutura.launch.wiring import Wiring
from sutura.messages import Clutch, EmergencyStop, Message, MotionPermit, OperatorPresence
from sutura.nodes import Input, Output
from sutura.nodes.errors import nearest
from sutura.nodes.ports import Policy

LEVELS: tuple[type[Message], ...] = (Clutch, OperatorPresence, EmergencyStop, MotionPermit)


def safety_problems(topology: Topology, known: Mapping[str, Known], wiring: Wiring) -> Iterator[Problem]:
    """All that would let an arm move, or stay unwatched, where it must not."""
    watched = _watched(wiring, known)
    for item in known.values():
        yield from _latched_levels(item)
        yield from _unwatched(item, watched, len(known) < len(topology.nodes))
        if item.kind.drives_actuator:
            yield from _no_permit(item, topology, wiring, known)
            yield from _no_safe_silence(item)
    yield from _armed_at_start(known.values())
    for place, members in topology.places.items():
        yield from _bad_company(place, [known[name] for name in members if name in known], len(members), topology)


def _watched(wiring: Wiring, known: Mapping[str, Known]) -> set[str]:
    """The nodes whose heartbeat comes into the `beats` of a watchdog."""
    return {
        writers[0].node.name
        for topic, writers in wiring.writers.items()
        if writers[0].port == "heartbeat"
        and any(r.port == "beats" and known[r.node.name].is_watchdog for r in wiring.readers.get(topic, ()))
    }


def _latched_levels(item: Known) -> Iterator[Problem]:
    ports: list[tuple[str, Input[Message] | Output[Message], bool]] = []
    ports += [(n, p, p.policy is Policy.LATCHED) for n, p in item.kind.declaration.inputs.items()]
    ports += [(n, p, p.latched) for n, p in item.kind.declaration.outputs.items()]
    for name, port, latched in ports:
        if latched and issubclass(port.message, LEVELS):
            reason = f"port {name!r} of node {item.node.name!r} latches {port.message.__name__}, which is a level"
            reason += ": its silence must mean stop"
            yield Problem.at(item.node.where("node"), "latched-level", reason, node=item.node.name)


def _unwatched(item: Known, watched: set[str], any_unknown: bool) -> Iterator[Problem]:
    node = item.node
    if item.kind.drives_actuator and not node.supervised:
        reason = f"actuator {node.name!r} is not supervised: say `supervised: true`"
        yield Problem.at(node.where("supervised"), "unsupervised-actuator", reason, node=node.name)
    elif any_unknown or item.is_watchdog:
        return  # a node of unknown class may be its watchdog; a watchdog needs none, its permits end by themselves
    elif node.supervised and node.name not in watched:
        rule = "unsupervised-actuator" if item.kind.drives_actuator else "unwatched-node"
        reason = (
            f"node {node.name!r} is supervised, but no watchdog takes its heartbeat {node.outputs['heartbeat']!r}"
        )
        yield Problem.at(node.where("supervised"), rule, reason, node=node.name)


def _no_permit(item: Known, topology: Topology, wiring: Wiring, known: Mapping[str, Known]) -> Iterator[Problem]:
    ports = [n for n, port in item.kind.declaration.inputs.items() if port.message is MotionPermit]
    topics = [topic for port in ports for topic in item.node.inputs.get(port, ())]
    unknown = [node for name, node in topology.nodes.items() if name not in known]
    if any(topic in wiring.writers or any(may_write(node, topic) for node in unknown) for topic in topics):
        return
    if topics:
        hint = f"nobody writes {', '.join(topics)}{nearest(topics[0], wiring.writers)}"
    elif ports:
        hint = f"wire its input {ports[0]!r} to a watchdog"
    else:
        hint = "its class has no input for a MotionPermit"
    mark = item.node.where("in", *ports[:1]) if topics else item.node.where("in")
    reason = f"actuator {item.node.name!r} gets no permit: {hint}"
    yield Problem.at(mark, "no-permit", reason, node=item.node.name)


def _no_safe_silence(item: Known) -> Iterator[Problem]:
    driver = item.actuator
    if driver is None or driver.capabilities.simulated or driver.has_rescue():
        return
    if driver.capabilities.silence_stop_s is None:
        reason = f"driver {item.node.driver.use if item.node.driver else ''!r} of actuator {item.node.name!r}"
        reason += " declares neither silence_stop_s nor a rescue: nothing stops the arm when its process ends"
        yield Problem.at(item.node.where("driver", "use"), "no-safe-silence", reason, node=item.node.name)


def _armed_at_start(known: Iterable[Known]) -> Iterator[Problem]:
    known = list(known)
    real = [item.node.name for item in known if item.actuator and not item.actuator.capabilities.simulated]
    if not real:
        return
    for item in known:
        if (item.kind.drives_actuator or item.is_watchdog) and getattr(item.params, "arm_at_start", False):
            reason = f"arm_at_start of node {item.node.name!r} is for simulated drivers, but hardware moves"
            reason += f" (driven by {', '.join(real)})"
            mark = item.node.where("params", "arm_at_start")
            yield Problem.at(mark, "armed-at-start", reason, node=item.node.name)


def _bad_company(place: str, items: list[Known], size: int, topology: Topology) -> Iterator[Problem]:
    mark = topology.place_marks.get(place)
    if mark is None:
        return  # a node's own place
    actuators = [item.node.name for item in items if item.kind.drives_actuator]
    watchdogs = [item.node.name for item in items if item.is_watchdog]
    if actuators and watchdogs:
        reason = (
            f"place {place!r}: watchdog {watchdogs[0]!r} may not share a process with actuator {actuators[0]!r}"
        )
        reason += ", whose end it must see"
        yield Problem.at(mark, "watchdog-with-actuator", reason, node=watchdogs[0])
    for item in items:
        if item.kind.declaration.name == "World" and size > 1:
            reason = f"place {place!r}: {item.node.name!r} (World) must be alone in its place"
            yield Problem.at(mark, "world-not-alone", reason, node=item.node.name)
