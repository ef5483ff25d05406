"""A live run as a command asks it: over the control sockets of its places, all at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TypeAlias

from sutura.cli.errors import NothingToDo, SeveralRuns, UnknownLiveNode
from sutura.launch.run_dir import RunDirectory, RunInfo, find_run, live_runs
from sutura.launch.run_errors import NoSuchRun
from sutura.runtime.client import ControlClient
from sutura.runtime.clock import monotonic
from sutura.runtime.control import Reply
from sutura.runtime.errors import NoAnswer
from sutura.runtime.status import PlaceStatus

PATIENCE_S = 2.0


@dataclass(frozen=True)
class Order:
    """One request to one node."""

    node: str
    what: str
    command: str = ""


Ticket: TypeAlias = tuple[str, str]  # the place that was asked, and the id of the request
Sent: TypeAlias = list[tuple[Order, Ticket | None]]


@dataclass(frozen=True)
class Answer:
    """What came of an order: `text` in words, or why not."""

    order: Order
    text: str = ""
    refused: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was carried out."""
        return not self.refused


class LiveRun:
    """One live run; use it as a context manager."""

    def __init__(self, directory: RunDirectory, info: RunInfo) -> None:
        self.directory = directory
        self.info = info
        self._client = ControlClient(directory.sockets)

    def __enter__(self) -> "LiveRun":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    @property
    def nodes(self) -> tuple[str, ...]:
        """Every node of the run."""
        return tuple(node for entry in self.info.places for node in entry.nodes)

    def place_of(self, node: str) -> str:
        """The place a node lives in. Raises UnknownLiveNode."""
        for entry in self.info.places:
            if node in entry.nodes:
                return entry.place
        raise UnknownLiveNode("node", node, self.info.name, self.nodes)

    def named(self, kind: str, known: Sequence[str], name: str | None) -> tuple[str, ...]:
        """The one of these nodes that is named, or all of them. Raises UnknownLiveNode, NothingToDo."""
        if name is None:
            if not known:
                raise NothingToDo(f"run {self.info.name} has no {kind}")
            return tuple(known)
        if name not in known:
            raise UnknownLiveNode(kind, name, self.info.name, known)
        return (name,)

    def ask(self, node: str, what: str, **fields: object) -> Reply:
        """Ask one node. Raises UnknownLiveNode, NoAnswer, RequestRefused."""
        return self._client.ask(self.place_of(node), what, PATIENCE_S, node=node, **fields)

    def inject(self, place: str, data: bytes) -> None:
        """Bring an encoded frame to a place. Raises NoAnswer, RequestRefused."""
        self._client.ask(place, "inject", PATIENCE_S, data=data)

    def statuses(self, *, with_buckets: bool = False) -> dict[str, PlaceStatus]:
        """The figures of every place that answers in time."""
        places = [entry.place for entry in self.info.places]
        replies = self._collect([self._send(place, "status", with_buckets=with_buckets) for place in places])
        return {
            place: reply.status
            for place, reply in zip(places, replies, strict=True)
            if reply is not None and reply.status is not None
        }

    def send(self, orders: Sequence[Order]) -> Sent:
        """Send orders without waiting for what comes of them. Raises UnknownLiveNode."""
        return [
            (order, self._send(self.place_of(order.node), order.what, node=order.node, command=order.command))
            for order in orders
        ]

    def answers(self, sent: Sent) -> list[Answer]:
        """One answer to each order, in their order."""
        replies = self._collect([ticket for _, ticket in sent])
        return [_answer(order, reply) for (order, _), reply in zip(sent, replies, strict=True)]

    def carry_out(self, orders: Sequence[Order]) -> list[Answer]:
        """Send every order before any answer is awaited; one answer each, in their order."""
        return self.answers(self.send(orders))

    def _send(self, place: str, what: str, **fields: object) -> Ticket | None:
        try:
            return place, self._client.send(place, what, **fields)
        except NoAnswer:
            return None

    def _collect(self, tickets: Sequence[Ticket | None]) -> list[Reply | None]:
        found: dict[Ticket, Reply] = {}
        wanted = {ticket for ticket in tickets if ticket is not None}
        end = monotonic() + int(PATIENCE_S * 1e9)
        while wanted - found.keys() and (left := end - monotonic()) > 0:
            found.update({(place, reply.id): reply for place, reply in self._client.replies(left * 1e-9)})
        return [found.get(ticket) if ticket is not None else None for ticket in tickets]


def watched_run(name: str | None) -> LiveRun:
    """The run of that name, or the newest, to look at. Raises NoSuchRun."""
    return _opened(find_run(name))


def acted_run(name: str | None) -> LiveRun:
    """The one run that a command may change. Raises NoSuchRun, SeveralRuns."""
    runs = matching_runs(name)
    if len(runs) > 1:
        raise SeveralRuns(run.path.name for run in runs)
    return _opened(runs[0])


def matching_runs(name: str | None) -> list[RunDirectory]:
    """The live runs whose name is or holds `name`, or all of them, newest first. Raises NoSuchRun."""
    live = live_runs()
    runs = [run for run in live if run.path.name == name] or [run for run in live if (name or "") in run.path.name]
    if not runs:
        raise NoSuchRun(name, [run.path.name for run in live])
    return runs


def opened_runs(name: str | None) -> list[LiveRun]:
    """Every matching run, to act on all of them; one that ends just now is left out. Raises NoSuchRun."""
    return [LiveRun(run, info) for run in matching_runs(name) if (info := run.info()) is not None]


def _opened(run: RunDirectory) -> LiveRun:
    info = run.info()
    if info is None:
        raise NoSuchRun(run.path.name, [])
    return LiveRun(run, info)


def _answer(order: Order, reply: Reply | None) -> Answer:
    if reply is None:
        return Answer(order, refused=f"no answer within {PATIENCE_S:g} s")
    return Answer(order, reply.text, reply.refused)
