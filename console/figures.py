"""The figures of a run between two looks: every node's rate and age, and the time from gesture to motor."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sutura.console.cast import Cast
from sutura.launch.report import node_rate
from sutura.nodes import Summary, between
from sutura.runtime.client import ControlClient
from sutura.runtime.clock import monotonic
from sutura.runtime.errors import NoAnswer
from sutura.runtime.status import ConnectionStatus, PlaceStatus

_SILENT_NS = 3_000_000_000
_COMMAND = "command"  # the input of an actuator at which a gesture ends


@dataclass(frozen=True)
class NodeRow:
    """One node. rate_hz: of its fastest output, or input; age [s]: of what it said last, where somebody hears it;
    None: not known; fault: why it can no longer do its work; silent: its place does not answer."""

    name: str
    rate_hz: float | None
    age: float | None
    fault: str
    silent: bool


class Figures:
    """Asks every place once in a while and never waits for an answer."""

    def __init__(self, device_dir: Path, cast: Cast) -> None:
        self._cast = cast
        self._client = ControlClient(device_dir / "s")
        self._begun = monotonic()
        self._now: dict[str, PlaceStatus] = {}
        self._before: dict[str, PlaceStatus] = {}

    def ask(self) -> None:
        """Send the questions."""
        for place, nodes in self._cast.places.items():
            try:
                self._client.send(place, "status", with_buckets=any(n in self._cast.actuators for n in nodes))
            except NoAnswer:
                continue  # its silence is shown

    def read(self) -> bool:
        """Take the answers that have come; whether there are any."""
        came = [(place, reply.status) for place, reply in self._client.replies(0.0) if reply.status is not None]
        for place, status in came:
            before = self._now.get(place)
            if before is not None and before.now < status.now:
                self._before[place] = before
            self._now[place] = status
        return bool(came)

    def rows(self) -> list[NodeRow]:
        """Every node, in the order of the topology."""
        links = [link for status in self._now.values() for link in status.connections]
        return [self._row(place, node, links) for place, nodes in self._cast.places.items() for node in nodes]

    def gesture_to_motor(self) -> Summary:
        """From gesture to motor command [s], of all actuators, between the last two looks; empty without any."""
        found = [_command_of(self._now.values(), name) for name in self._cast.actuators]
        before = [_command_of(self._before.values(), name) for name in self._cast.actuators]
        for now, earlier in zip(found, before, strict=True):
            if now is not None and earlier is not None and earlier.path.count < now.path.count:
                return between(earlier.path_buckets, now.path_buckets)
        return Summary()

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def _row(self, place: str, node: str, links: list[ConnectionStatus]) -> NodeRow:
        now, before = self._now.get(place), self._before.get(place)
        heard = max(self._begun, now.now if now is not None else 0)
        ages = [link.age for link in links if link.writer == node and link.age is not None]
        faults = [status.fault for status in now.nodes if status.name == node] if now is not None else []
        return NodeRow(
            node,
            _rate(now, before, node),
            min(ages, default=None),
            "".join(faults),
            monotonic() - heard > _SILENT_NS,
        )


def _rate(now: PlaceStatus | None, before: PlaceStatus | None, node: str) -> float | None:
    if now is None or before is None or before.pid != now.pid or before.now >= now.now:
        return None
    return (node_rate(now, node, 1.0) - node_rate(before, node, 1.0)) / ((now.now - before.now) * 1e-9)


def _command_of(statuses: Iterable[PlaceStatus], actuator: str) -> ConnectionStatus | None:
    links = (link for status in statuses for link in status.connections)
    return next((link for link in links if (link.reader, link.port) == (actuator, _COMMAND)), None)
