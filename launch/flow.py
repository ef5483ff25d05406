"""How long messages wait by design on their way through nodes: a stage that acts at its own times lets them lie."""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sutura.launch.check_nodes import Known, know
from sutura.launch.rates import Rate, Rates, topics_of
from sutura.launch.topology import Topology
from sutura.launch.wiring import Reader, Wiring, wiring_of
from sutura.messages import RawMessage
from sutura.nodes import Input

Port = tuple[str, str]
Stops = tuple[tuple[str, Rate], ...]


@dataclass(frozen=True)
class Wait:
    """The waiting time of a path [s], and each node on it where a message waits, with the rate it waits for."""

    seconds: float
    stops: Stops


class Flow:
    """Paths of messages through a topology; feedback, latched state, recorders and heartbeats carry nothing on."""

    def __init__(self, known: Mapping[str, Known], wiring: Wiring, rates: Rates) -> None:
        self._known = known
        self._wiring = wiring
        self._rates = rates

    def least_wait(self, nodes: Sequence[str]) -> Wait | None:
        """The shortest waiting time on a way through these nodes; None where nothing flows that way."""
        at: dict[Port, Wait] = {(nodes[0], ""): Wait(0.0, ())}
        for goal in nodes[1:]:
            at = self._arrivals(at, goal)
        return min(at.values(), key=lambda wait: wait.seconds, default=None)

    def _arrivals(self, start: Mapping[Port, Wait], goal: str) -> dict[Port, Wait]:
        """The inputs of `goal` that are reached from `start`, and how long that takes."""
        queue = [(wait.seconds, port, wait.stops) for port, wait in start.items()]
        heapq.heapify(queue)
        left: set[Port] = set()
        arrived: dict[Port, Wait] = {}
        while queue:
            seconds, port, stops = heapq.heappop(queue)
            if port in left:
                continue
            left.add(port)
            for reader, stop in self._steps(port):
                there = (reader.node.name, reader.port)
                more, longer = (
                    (seconds, stops) if stop is None else (seconds + stop.period, (*stops, (port[0], stop)))
                )
                if reader.node.name == goal and (there not in arrived or more < arrived[there].seconds):
                    arrived[there] = Wait(more, longer)
                heapq.heappush(queue, (more, there, longer))
        return arrived

    def _steps(self, port: Port) -> Iterator[tuple[Reader, Rate | None]]:
        """The inputs that hear of what came into a port, and the rate it waits for in the node, if any."""
        item = self._known[port[0]]
        for output, topic in topics_of(item).items():
            if output != "heartbeat":
                for reader in self._wiring.readers.get(topic, ()):
                    if not reader.declared.feedback and reader.declared.message is not RawMessage:
                        yield reader, self._waits_for(item, port[1], output)

    def _waits_for(self, item: Known, port: str, output: str) -> Rate | None:
        """None at the head of a path, which sends its reading as it makes it, and where a message is answered."""
        pace = item.kind.declaration.pace(output)
        if not port or (isinstance(pace, Input) and pace.name == port):
            return None
        return self._rates.of(item.node.name, output)


def flow_of(topology: Topology) -> Flow:
    """The flow of a topology that has been checked."""
    found = {name: know(node, []) for name, node in topology.nodes.items()}
    known = {name: item for name, item in found.items() if item is not None}
    wiring = wiring_of(topology, {name: item.kind for name, item in known.items()})
    return Flow(known, wiring, Rates(known, wiring))
