"""Figures of nodes out of two looks at their place: rates are those of the time between the looks."""

from dataclasses import dataclass

from sutura.launch.report import node_rate
from sutura.runtime.status import ConnectionStatus, PlaceStatus


@dataclass(frozen=True)
class NodeFigures:
    """One node now. rate_hz, cpu_percent (of its place): None at the first look; latency [s]: of its busiest
    input, from stamp to handler, over the whole run."""

    node: str
    place: str
    rate_hz: float | None
    p50: float | None
    p99: float | None
    lost: int
    overruns: int
    cpu_percent: float | None
    fault: str


def figures_of(now: PlaceStatus, before: PlaceStatus | None) -> list[NodeFigures]:
    """The figures of a place's nodes; a place that was started anew in between begins anew."""
    if before is not None and (before.pid != now.pid or before.now >= now.now):
        before = None
    return [_figures(now, before, node.name, node.fault) for node in now.nodes]


def _figures(now: PlaceStatus, before: PlaceStatus | None, node: str, fault: str) -> NodeFigures:
    inputs = [link for link in now.connections if link.reader == node]
    busiest = max((link for link in inputs if not _is_beat(link)), key=_received, default=None)
    seconds = (now.now - before.now) * 1e-9 if before is not None else 0.0
    return NodeFigures(
        node=node,
        place=now.place,
        rate_hz=_messages(now, node) / seconds - _messages(before, node) / seconds if before else None,
        p50=busiest.latency.p50 if busiest else None,
        p99=busiest.latency.p99 if busiest else None,
        lost=sum(link.counters.lost for link in inputs),
        overruns=sum(timer.overruns for timer in now.timers if timer.node == node),
        cpu_percent=_cpu_percent(now, before, seconds),
        fault=fault,
    )


def _cpu_percent(now: PlaceStatus, before: PlaceStatus | None, seconds: float) -> float | None:
    if before is None or before.cpu_s is None or now.cpu_s is None:
        return None
    return 100.0 * (now.cpu_s - before.cpu_s) / seconds


def _messages(status: PlaceStatus, node: str) -> float:
    """Messages of its fastest output, or input, so far."""
    return node_rate(status, node, 1.0)


def _received(link: ConnectionStatus) -> int:
    return link.counters.received


def _is_beat(link: ConnectionStatus) -> bool:
    return link.topic.endswith("/heartbeat")
