"""Runs the project's own chain from a bench topology and gathers its figures."""

from dataclasses import replace
from pathlib import Path

from msgspec import structs

from bench.bare import RATE_HZ
from bench.errors import NotRunnable, TooFewSamples
from bench.figures import Round
from bench.link import FIFO_PRIORITY
from bench.own_home import own_home
from sutura.launch.checker import check_topology
from sutura.launch.loader import load_topology
from sutura.launch.report import Report
from sutura.launch.run import run_topology
from sutura.launch.supervisor import Supervisor
from sutura.launch.topology import Topology
from sutura.runtime.config import Realtime
from sutura.runtime.status import PlaceStatus

CHAIN = ("master", "tremor", "smooth", "scaling", "ik", "arm")
_TOPOLOGY = Path(__file__).parent / "topologies" / "chain.yaml"
_ENGAGED_S = 0.4  # until the script has released the clutch and the arm follows: the chain's warm-up


class CpuMeter:
    """Processor time of every place between its first figures after the warm-up and its last."""

    def __init__(self) -> None:
        self._first: dict[str, PlaceStatus] = {}
        self._last: dict[str, PlaceStatus] = {}

    def look(self, supervisor: Supervisor) -> None:
        """Take what the places have last told."""
        warm = supervisor.started_at + int(_ENGAGED_S * 1e9)
        for place, status in supervisor.statuses.items():
            if status.now > warm:
                self._first.setdefault(place, status)
                self._last[place] = status

    def percent(self, places: set[str]) -> float:
        """Percent of one core that these places use together."""
        total = 0.0
        for place in places & set(self._first):
            first, last = self._first[place], self._last[place]
            if last.now > first.now and last.cpu_s is not None and first.cpu_s is not None:
                total += 100.0 * (last.cpu_s - first.cpu_s) / ((last.now - first.now) * 1e-9)
        return total


def run_project(name: str, samples: int, *, together: bool = False, fifo: bool = False) -> Round:
    """One round of the project's chain. together: all six stages in one place.

    Raises NotRunnable, TooFewSamples, and what a start may raise.
    """
    topology = _arrange(load_topology(str(_TOPOLOGY)), together, fifo)
    problems = check_topology(topology)
    if problems:
        raise NotRunnable(topology.name, problems)
    meter = CpuMeter()
    with own_home():
        report = run_topology(
            topology, duration=_ENGAGED_S + samples / RATE_HZ, note=lambda text: None, update=meter.look
        )
    return _round(name, samples, topology, report, meter)


def _arrange(topology: Topology, together: bool, fifo: bool) -> Topology:
    """The topology with its chain in one place or not, scheduled like the bare chains."""
    places = dict(topology.places)
    if together:
        places = {place: nodes for place, nodes in places.items() if nodes[0] not in CHAIN}
        places = {"chain": CHAIN, **places}
    policy = {"policy": "fifo", "priority": FIFO_PRIORITY} if fifo else {"policy": "other", "priority": 0}
    realtime = {p: structs.replace(topology.realtime.get(p, Realtime()), **policy) for p in places}
    return replace(topology, places=places, realtime=realtime)


def _round(name: str, samples: int, topology: Topology, report: Report, meter: CpuMeter) -> Round:
    links = [c for c in report.connections if c.from_ in CHAIN and CHAIN[CHAIN.index(c.from_) + 1 :][:1] == (c.to,)]
    came = min((c.received - c.overwritten - c.stale for c in links), default=0)
    figures = report.path.latency_us if report.path is not None else None
    if figures is None or figures.p50 is None or figures.p99 is None or figures.max is None or came < samples // 2:
        raise TooFewSamples(name, samples, came, report.reasons)
    inside = {topology.place_of(node) for node in CHAIN}
    return Round(
        chain=name,
        samples=came,
        p50_us=figures.p50,
        p99_us=figures.p99,
        max_us=figures.max,
        lost=sum(c.lost for c in links),
        replaced=sum(c.overwritten for c in links),
        cpu_percent=meter.percent(inside),
        beside_percent=meter.percent(set(topology.places) - inside),
        remarks=report.reasons,
    )
