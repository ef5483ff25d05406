"""What `sutura top` shows: the figures of a live run between two looks at it."""

from collections.abc import Mapping

import msgspec

from sutura.cli.errors import NothingToDo
from sutura.cli.figures import NodeFigures, figures_of
from sutura.cli.live_run import LiveRun
from sutura.nodes import Summary, between
from sutura.runtime.clock import monotonic
from sutura.runtime.status import ConnectionStatus, PlaceStatus


class Hop(msgspec.Struct, frozen=True):
    """One connection between the looks. hop: from stamp to handler [s]; path: from gesture to handled [s]."""

    topic: str
    writer: str
    reader: str
    hop: Summary
    path: Summary


class Connection(msgspec.Struct, frozen=True):
    """One connection now. rate_hz: between the looks; age [s]: of its newest message; counts over the whole run."""

    topic: str
    writer: str
    reader: str
    rate_hz: float | None
    age: float | None
    lost: int
    overwritten: int
    stale: int
    rejected: int
    fresh: bool


class Look(msgspec.Struct, frozen=True):
    """A run at a moment. silent: places that do not answer; path: hop by hop, from the hand on."""

    run: str
    silent: list[str]
    nodes: list[NodeFigures]
    connections: list[Connection]
    path: list[Hop]
    looked_ms: float


class Onlooker:
    """Looks at a live run again and again. node: where the path ends, the first actuator without.

    Raises UnknownLiveNode, NothingToDo.
    """

    def __init__(self, run: LiveRun, node: str | None) -> None:
        self._run = run
        if node is not None:
            run.place_of(node)
        elif not run.info.actuators:
            raise NothingToDo(
                f"run {run.info.name} has no actuator; name the node at the end of a path with --node"
            )
        self.node = node or run.info.actuators[0]
        self._before: dict[str, PlaceStatus] = {}

    def look(self) -> Look:
        """Ask every place; what was measured is that since the last look."""
        begun = monotonic()
        now = self._run.statuses(with_buckets=True)
        before, self._before = self._before, {**self._before, **now}
        links = [link for status in now.values() for link in status.connections]
        earlier = {_key(link): link for status in before.values() for link in status.connections}
        seconds = {
            link.reader: (status.now - before[place].now) * 1e-9
            for place, status in now.items()
            if place in before and before[place].pid == status.pid
            for link in status.connections
        }
        return Look(
            run=self._run.info.name,
            silent=[entry.place for entry in self._run.info.places if entry.place not in now],
            nodes=[f for place, status in now.items() for f in figures_of(status, before.get(place))],
            connections=[_connection(link, earlier.get(_key(link)), seconds.get(link.reader)) for link in links],
            path=[_hop(link, earlier.get(_key(link))) for link in _path(links, self.node)],
            looked_ms=(monotonic() - begun) * 1e-6,
        )


def _path(links: list[ConnectionStatus], end: str) -> list[ConnectionStatus]:
    """The busiest way to a node, from its beginning: through inputs that carry a gesture on."""
    found: list[ConnectionStatus] = []
    at = end
    while True:
        coming = [link for link in links if link.reader == at and link.path.count and link.writer]
        busiest = max(coming, key=lambda link: link.counters.received, default=None)
        if busiest is None or busiest in found:
            return found[::-1]
        found.append(busiest)
        at = busiest.writer


def _key(link: ConnectionStatus) -> tuple[str, str, str]:
    return link.topic, link.reader, link.port


def _hop(link: ConnectionStatus, before: ConnectionStatus | None) -> Hop:
    hop = between(_grown(before.latency_buckets if before else {}, link.latency_buckets), link.latency_buckets)
    path = between(_grown(before.path_buckets if before else {}, link.path_buckets), link.path_buckets)
    return Hop(link.topic, link.writer, f"{link.reader}.{link.port}", hop, path)


def _grown(before: Mapping[int, int], now: Mapping[int, int]) -> Mapping[int, int]:
    """The earlier buckets, or none where they have shrunk: the place was started anew."""
    return before if all(now.get(k, 0) >= count for k, count in before.items()) else {}


def _connection(link: ConnectionStatus, before: ConnectionStatus | None, seconds: float | None) -> Connection:
    c = link.counters
    came = c.received - before.counters.received if before is not None else 0
    return Connection(
        topic=link.topic,
        writer=link.writer,
        reader=f"{link.reader}.{link.port}",
        rate_hz=came / seconds if seconds and came >= 0 else None,
        age=link.age,
        lost=c.lost,
        overwritten=c.overwritten,
        stale=c.stale,
        rejected=c.rejected,
        fresh=link.fresh,
    )
