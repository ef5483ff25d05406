"""One run of the simulation, with or without its endoscope."""

from pathlib import Path

import msgspec

from bench.errors import NotRunnable, TooFewSamples
from bench.own_home import own_home
from sutura.launch.checker import check_topology
from sutura.launch.loader import load_topology
from sutura.launch.recorders import without_recorders
from sutura.launch.run import run_topology
from sutura.launch.supervisor import Supervisor
from sutura.nodes import Summary
from sutura.runtime.status import NodeStatus

_TOPOLOGY = Path(__file__).parent / "topologies" / "endoscope.yaml"
_LOOKS_ON = ("camera", "viewer")
_EMPTY = Summary()


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """Control path from hand to motor [µs]; what the camera did, and how old its pictures were when seen [ms].

    lost: messages lost between the nodes on which motion depends; wrong: pictures with another time than their
    message's.
    """

    camera: bool
    p50_us: float
    p99_us: float
    lost: int
    trips: int
    rate_hz: float = 0.0
    width: float = 0.0
    height: float = 0.0
    cost_p50_ms: float = 0.0
    video_p50_ms: float = 0.0
    video_p99_ms: float = 0.0
    raw_p50_ms: float = 0.0
    raw_p99_ms: float = 0.0
    wrong: int = 0

    def words(self) -> str:
        """For people."""
        path = f"p50 {self.p50_us:.0f} µs, p99 {self.p99_us:.0f} µs, lost {self.lost}, trips {self.trips}"
        if not self.camera:
            return f"camera off: {path}"
        seen = f"{self.rate_hz:.1f} Hz of {self.width:.0f} × {self.height:.0f}, {self.cost_p50_ms:.1f} ms each"
        return f"camera on: {path}; {seen}; seen after p50 {self.video_p50_ms:.1f} ms"


def run_round(camera: bool, seconds: float) -> Round:
    """Run it. Raises NotRunnable, TooFewSamples, and what a start may raise."""
    topology = without_recorders(load_topology(str(_TOPOLOGY), [f"camera={str(camera).lower()}"]))
    problems = check_topology(topology)
    if problems:
        raise NotRunnable(topology.name, problems)
    nodes: dict[str, NodeStatus] = {}

    def keep(supervisor: Supervisor) -> None:
        nodes.update({node.name: node for status in supervisor.statuses.values() for node in status.nodes})

    with own_home():
        report = run_topology(topology, duration=seconds, note=lambda text: None, update=keep)
    path = report.path.latency_us if report.path is not None else None
    if path is None or path.p50 is None or path.p99 is None:
        raise TooFewSamples("the control path", 1, 0, report.reasons)
    control = [c for c in report.connections if c.from_ not in _LOOKS_ON and c.to not in _LOOKS_ON]
    eye, viewer = (nodes.get(name) for name in _LOOKS_ON)
    return Round(
        camera=camera,
        p50_us=path.p50,
        p99_us=path.p99,
        lost=sum(c.lost for c in control),
        trips=len(report.trips),
        rate_hz=_gauge(eye, "rate"),
        width=_gauge(eye, "width"),
        height=_gauge(eye, "height"),
        cost_p50_ms=_ms(_figure(eye, "cost").p50),
        video_p50_ms=_ms(_figure(viewer, "glass_to_glass").p50),
        video_p99_ms=_ms(_figure(viewer, "glass_to_glass").p99),
        raw_p50_ms=_ms(_figure(viewer, "glass_to_glass_raw").p50),
        raw_p99_ms=_ms(_figure(viewer, "glass_to_glass_raw").p99),
        wrong=int(_gauge(viewer, "wrong")),
    )


def _gauge(node: NodeStatus | None, name: str) -> float:
    return 0.0 if node is None else node.gauges.get(name, 0.0)


def _figure(node: NodeStatus | None, name: str) -> Summary:
    return _EMPTY if node is None else node.figures.get(name, _EMPTY)


def _ms(seconds: float | None) -> float:
    return 0.0 if seconds is None else round(seconds * 1e3, 3)
