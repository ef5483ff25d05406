"""Finds what each fault of a topology strikes; what passes here can be injected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sutura import hw_drivers
from sutura.launch.errors import BadValue, SharedFault, UnknownName
from sutura.launch.fault_fields import bias_of
from sutura.launch.faults import ClockFault, ConnectionFault, Fault, Head, SensorFault, SlowFault, read_faults
from sutura.launch.marks import Mark
from sutura.launch.shape import as_text
from sutura.launch.topology import Topology
from sutura.launch.wiring import Wiring
from sutura.nodes import Node
from sutura.runtime import fault_plan
from sutura.runtime.fault_plan import ClockJump, PlaceFaults, Slowness


@dataclass(frozen=True)
class Injection:
    """One fault: the place that it strikes, the node or place that people name for it, what the place is told."""

    head: Head
    place: str
    name: str
    told: PlaceFaults


def injections_of(topology: Topology, kinds: Mapping[str, type[Node]], wiring: Wiring) -> list[Injection]:
    """Every fault of a topology, in order. Raises TopologyError, but not where it has been checked."""
    targets = Targets(topology, kinds, wiring)
    return [targets.injection(fault) for fault in read_faults(topology)]


def faults_by_place(injections: Iterable[Injection]) -> dict[str, PlaceFaults]:
    """What each place is told; places that need to know nothing are not in it."""
    found: dict[str, PlaceFaults] = {}
    for injection in injections:
        if injection.told != PlaceFaults():
            found[injection.place] = _merged(found.get(injection.place, PlaceFaults()), injection.told)
    return found


class Targets:
    """What there is to strike in a topology."""

    def __init__(self, topology: Topology, kinds: Mapping[str, type[Node]], wiring: Wiring) -> None:
        self._topology = topology
        self._kinds = kinds
        self._wiring = wiring

    def injection(self, fault: Fault) -> Injection:
        """What a fault strikes. Raises TopologyError where that is nothing, or more than it says."""
        head = fault.head
        if isinstance(fault, ConnectionFault):
            return self._connection(fault)
        if isinstance(fault, SensorFault):
            return self._sensor(fault)
        return Injection(head, self._place(head.target, head.mark), head.target, _told_to_place(fault))

    def _place(self, name: str, mark: Mark) -> str:
        """The place that is meant by a name: its own, or that of a node which is alone in it."""
        nodes, places = self._topology.nodes, self._topology.places
        if name in places:
            return name
        if name not in nodes:
            raise UnknownName(mark, "node or place", name, {*nodes, *places})
        place = self._topology.place_of(name)
        others = [node for node in places[place] if node != name]
        if others:
            raise SharedFault(mark, name, place, others)
        return place

    def _connection(self, fault: ConnectionFault) -> Injection:
        head, name = fault.head, as_text(fault.to, "to")
        writers = self._wiring.writers.get(head.target)
        if not writers:
            raise UnknownName(head.mark, "topic", head.target, self._wiring.writers)
        place = self._reading_place(head.target, name, fault.to.mark)
        if self._topology.place_of(writers[0].node.name) == place:
            expected = f"a reader in another process than {writers[0].node.name}, which writes {head.target!r}"
            raise BadValue(fault.to.mark, "to", expected, f"{name!r}: between them nothing travels")
        told = fault_plan.ConnectionFault(
            number=head.number,
            at=_ns(head.at),
            until=_until(head),
            kind=head.kind,
            topic=head.target,
            share=fault.share,
            by=fault.by,
            bits=fault.bits,
        )
        return Injection(head, place, name, PlaceFaults(connections=(told,)))

    def _reading_place(self, topic: str, name: str, mark: Mark) -> str:
        """The place where `name` reads a topic: a place, or a node that nobody there reads it beside."""
        readers = dict.fromkeys(reader.node.name for reader in self._wiring.readers.get(topic, ()))
        homes = {reader: self._topology.place_of(reader) for reader in readers}
        if name in homes.values():
            return name
        if name not in homes:
            known = ", ".join(homes) or "nobody"
            raise BadValue(mark, "to", f"a reader of {topic!r} ({known})", repr(name))
        beside = [reader for reader, home in homes.items() if home == homes[name] and reader != name]
        if beside:
            raise SharedFault(mark, name, homes[name], beside)
        return homes[name]

    def _sensor(self, fault: SensorFault) -> Injection:
        head = fault.head
        node = self._topology.nodes.get(head.target)
        with_driver = [name for name, each in self._topology.nodes.items() if each.driver is not None]
        if node is None or node.driver is None:
            kind = "node" if node is None else "node with a driver"
            raise UnknownName(head.mark, kind, head.target, with_driver)
        told = hw_drivers.SensorFault(
            number=head.number,
            kind=head.kind,
            at=_ns(head.at),
            until=_until(head),
            field=fault.field,
            index=fault.index,
            by=bias_of(fault, node, self._kinds[node.name]),
        )
        place = self._topology.place_of(node.name)
        return Injection(head, place, node.name, PlaceFaults(sensors={node.name: (told,)}))


def _told_to_place(fault: Fault) -> PlaceFaults:
    """What a place is told of a fault of its own; a process that is struck from outside is told nothing."""
    head = fault.head
    if isinstance(fault, SlowFault):
        slowness = Slowness(number=head.number, at=_ns(head.at), until=_until(head), by=fault.by)
        return PlaceFaults(slowness=(slowness,))
    if isinstance(fault, ClockFault):
        return PlaceFaults(jumps=(ClockJump(number=head.number, at=_ns(head.at), by=_ns(fault.by)),))
    return PlaceFaults()


def _merged(one: PlaceFaults, other: PlaceFaults) -> PlaceFaults:
    return PlaceFaults(
        connections=one.connections + other.connections,
        slowness=one.slowness + other.slowness,
        jumps=one.jumps + other.jumps,
        sensors={
            node: one.sensors.get(node, ()) + other.sensors.get(node, ())
            for node in {**one.sensors, **other.sensors}
        },
    )


def _until(head: Head) -> int | None:
    return None if head.lasts is None else _ns(head.at) + _ns(head.lasts)


def _ns(seconds: float) -> int:
    return round(seconds * 1e9)
