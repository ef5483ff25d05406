"""The figures of a place, as its supervisor reads them."""

from typing import TYPE_CHECKING

import msgspec

from sutura.nodes import Counters, InputPort, Node, OutputPort, Summary
from sutura.runtime.usage import cpu_seconds

if TYPE_CHECKING:
    from sutura.runtime.host import Host


class ConnectionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One topic coming into one input. latency: from stamp to handler [s]; path: from origin to handled [s]; age:
    of the newest message [s], None before one. Buckets, of the two histograms, only where they were asked for."""

    topic: str
    writer: str
    reader: str
    port: str
    counters: Counters
    latency: Summary
    path: Summary
    fresh: bool
    age: float | None = None
    latency_buckets: dict[int, int] = {}
    path_buckets: dict[int, int] = {}


class OutputStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One output: messages sent, and messages held back because they were not finite."""

    topic: str
    node: str
    port: str
    type: str
    sent: int
    held_back: int


class TimerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One timer. lateness: behind its grid [s]."""

    node: str
    name: str
    period_s: float
    ticks: int
    overruns: int
    lateness: Summary


class NodeStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One node: its fault, if any, its histograms and gauges."""

    name: str
    kind: str
    summary: str
    fault: str
    commands: tuple[str, ...]
    figures: dict[str, Summary]
    gauges: dict[str, float]


class PlaceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One place. now [ns] is when this was taken; cpu_s: processor time used since it runs [s], None where it has
    no process of its own."""

    place: str
    pid: int
    now: int
    cpu_s: float | None
    handled: int
    unreadable: int
    nodes: tuple[NodeStatus, ...]
    connections: tuple[ConnectionStatus, ...]
    outputs: tuple[OutputStatus, ...]
    timers: tuple[TimerStatus, ...]
    notices: tuple[str, ...]


def place_status(host: "Host", *, with_buckets: bool = False) -> PlaceStatus:
    """The figures of a host as they stand."""
    now = host.now()
    return PlaceStatus(
        place=host.config.place,
        pid=host.pid,
        now=now,
        cpu_s=cpu_seconds() - host.cpu_before,
        handled=host.handled,
        unreadable=host.unreadable,
        nodes=tuple(_node(node) for node in host.nodes.values()),
        connections=tuple(c for node in host.nodes.values() for c in _connections(node, now, with_buckets)),
        outputs=tuple(o for node in host.nodes.values() for o in _outputs(node)),
        timers=tuple(
            TimerStatus(
                node=timer.node,
                name=timer.name,
                period_s=timer.period * 1e-9,
                ticks=timer.ticks,
                overruns=timer.overruns,
                lateness=timer.lateness.summary(),
            )
            for timer in host.timers.timers
        ),
        notices=tuple(host.notices),
    )


def _node(node: Node) -> NodeStatus:
    return NodeStatus(
        name=node.name,
        kind=node.declaration.name,
        summary=node.declaration.summary,
        fault=node.fault_cause,
        commands=tuple(sorted(node.state_commands)),
        figures={name: histogram.summary() for name, histogram in node.figures.items()},
        gauges=dict(node.gauges),
    )


def _connections(node: Node, now: int, with_buckets: bool) -> list[ConnectionStatus]:
    return [
        ConnectionStatus(
            topic=link.topic,
            writer=link.writer_node,
            reader=node.name,
            port=port.name,
            counters=link.counters,
            latency=link.latency.summary(),
            path=port.path.summary(),
            fresh=port.is_fresh,
            age=(now - link.stamp) * 1e-9 if link.stamp else None,
            latency_buckets=link.latency.buckets() if with_buckets else {},
            path_buckets=port.path.buckets() if with_buckets else {},
        )
        for port in node.ports.values()
        if isinstance(port, InputPort)
        for link in port.connections.values()
    ]


def _outputs(node: Node) -> list[OutputStatus]:
    return [
        OutputStatus(
            topic=port.topic,
            node=node.name,
            port=port.name,
            type=port.type_id,
            sent=port.seq,
            held_back=port.refused,
        )
        for port in node.ports.values()
        if isinstance(port, OutputPort)
    ]
