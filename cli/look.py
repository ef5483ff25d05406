"""A live run at one moment, in figures: what `sutura top` shows and its `--json` prints."""

from collections.abc import Mapping, Sequence

import msgspec

from sutura.cli.errors import UnknownLiveNode
from sutura.cli.figures import NodeFigures, figures_of
from sutura.cli.hops import Hop
from sutura.cli.live_run import LiveRun
from sutura.launch import Blueprint, load_topology
from sutura.runtime.status import ConnectionStatus, PlaceStatus


class LinkFigures(msgspec.Struct, frozen=True):
    """One connection. rate_hz: received since the look before, None at the first; lost, stale, overwritten: in the
    whole run; age_p50, age_p99 [s]: from stamp to handler; fresh: whether the newest message is not stale."""

    topic: str
    reader: str
    rate_hz: float | None
    lost: int
    overwritten: int
    stale: int
    rejected: int
    age_p50: float | None
    age_p99: float | None
    fresh: bool


class Look(msgspec.Struct, frozen=True):
    """A run at one moment; silent: places that do not answer; to: the node to which the hops lead."""

    run: str
    nodes: Sequence[NodeFigures]
    links: Sequence[LinkFigures]
    to: str
    hops: Sequence[Hop]
    silent: Sequence[str]


class Looker:
    """Looks at a run again and again, so that rates are those of now. to: a node, or the first actuator.

    Raises UnknownLiveNode.
    """

    def __init__(self, run: LiveRun, to: str | None = None) -> None:
        self._run = run
        self._before: Mapping[str, PlaceStatus] = {}
        self.to = to or next(iter(run.info.actuators), "")
        if self.to and self.to not in run.nodes:
            raise UnknownLiveNode("node", self.to, run.info.name, run.nodes)

    def way(self) -> tuple[tuple[str, str], ...]:
        """The nodes and topics along the way to the node."""
        blueprint = Blueprint.of(load_topology(str(self._run.directory.path / "topology.yaml")))
        return blueprint.way_to(self.to) if self.to else ()

    def look(self, hops: Sequence[Hop]) -> Look:
        """Ask all places, and keep what they say for the next time."""
        now, before = self._run.statuses(), self._before
        self._before = now
        nodes = [figures for place in now for figures in figures_of(now[place], before.get(place))]
        links = [
            _figures(link, status, before.get(place))
            for place, status in now.items()
            for link in status.connections
        ]
        silent = [entry.place for entry in self._run.info.places if entry.place not in now]
        return Look(self._run.info.name, nodes, links, self.to, hops, silent)


def _figures(link: ConnectionStatus, now: PlaceStatus, before: PlaceStatus | None) -> LinkFigures:
    seconds = (now.now - before.now) * 1e-9 if before is not None and before.pid == now.pid else 0.0
    old = [c for c in before.connections if _key(c) == _key(link)] if before is not None else []
    counters = link.counters
    rate = (counters.received - old[0].counters.received) / seconds if old and seconds > 0.0 else None
    return LinkFigures(
        topic=link.topic,
        reader=f"{link.reader}.{link.port}",
        rate_hz=rate,
        lost=counters.lost,
        overwritten=counters.overwritten,
        stale=counters.stale,
        rejected=counters.rejected,
        age_p50=link.latency.p50,
        age_p99=link.latency.p99,
        fresh=link.fresh,
    )


def _key(link: ConnectionStatus) -> tuple[str, str, str]:
    return link.topic, link.reader, link.port
