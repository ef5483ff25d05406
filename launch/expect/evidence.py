"""What a run has left behind for those who judge it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from sutura.launch.blueprint import Blueprint
from sutura.launch.expect.errors import CannotJudge
from sutura.launch.expect.window import Window
from sutura.launch.failures import Failure, failures_of
from sutura.launch.history import History, Sample
from sutura.launch.quantities import in_words
from sutura.launch.report import EventReport, Report
from sutura.launch.watched_run import WatchedRun
from sutura.messages import Message
from sutura.nodes import Summary
from sutura.runtime.status import ConnectionStatus, NodeStatus, PlaceStatus

M = TypeVar("M", bound=Message)


def said_by(samples: Sequence[Sample[M]]) -> int:
    """How many messages were said from the first of these to the last, with those that were missed between."""
    pairs = pairwise(samples)
    return bool(samples) + sum(max(1, b.seq - a.seq) if a.writer == b.writer else 1 for a, b in pairs)


@dataclass(frozen=True)
class Evidence:
    """A run that has ended.

    places: the last figures of every place; events: all of them, trips included, by time; failures: why the run
    failed by itself; history: what was said on the topics that somebody asked for, or why that is not known.
    """

    report: Report
    blueprint: Blueprint
    places: Sequence[PlaceStatus]
    events: Sequence[EventReport]
    failures: Sequence[Failure]
    history: History | str

    @classmethod
    def of(cls, run: WatchedRun, report: Report, history: History | str) -> "Evidence":
        """What a run and its report have left."""
        events = [
            EventReport((event.at - run.started_at) * 1e-9, event.node, event.kind, event.text)
            for event in sorted(run.events, key=lambda event: event.at)
        ]
        places = tuple(run.statuses.values())
        return cls(report, run.blueprint, places, events, failures_of(report, run), history)

    @property
    def duration(self) -> float:
        """How long the run really was [s]."""
        return self.report.ran.duration_s

    def require_time(self, until: float) -> None:
        """Raises CannotJudge where the run ended before `until` [s]."""
        if until > self.duration + 1e-3:  # the report rounds to a millisecond
            raise CannotJudge(f"the run ended at {in_words(self.duration, 's')}, before {in_words(until, 's')}")

    def samples(
        self, topic: str, message: type[M], window: Window | None = None, *, whole: bool = True
    ) -> list[Sample[M]]:
        """What was said on a topic, within a window; whole: nothing in it may have been missed.

        Raises CannotJudge, NotInHistory.
        """
        if isinstance(self.history, str):
            raise CannotJudge(self.history)
        window = window or Window()
        found = [s for s in self.history.of(topic, message, max(0.0, window.since - 1e-9)) if window.holds(s.at)]
        missed = said_by(found) - len(found)
        if whole and missed > 0:
            raise CannotJudge(f"{missed} messages on {topic} {window} are not in the recording")
        return found

    def newest(self, topic: str, message: type[M], at: float) -> Sample[M]:
        """What was said last on a topic until `at` [s]. Raises CannotJudge, NotInHistory."""
        if isinstance(self.history, str):
            raise CannotJudge(self.history)
        return self.history.newest(topic, message, at + 1e-9)

    def node(self, name: str) -> NodeStatus:
        """The last figures of a node. Raises CannotJudge."""
        for place in self.places:
            for node in place.nodes:
                if node.name == name:
                    return node
        raise CannotJudge(f"no figures came from node {name}")

    def figure(self, node: str, figure: str) -> Summary:
        """A histogram of a node, with at least one sample. Raises CannotJudge."""
        found = self.node(node).figures.get(figure)
        if found is None or not found.count:
            raise CannotJudge(f"node {node} has measured no {figure}")
        return found

    def inputs(self, node: str) -> list[ConnectionStatus]:
        """The last figures of every connection into a node."""
        return [link for place in self.places for link in place.connections if link.reader == node]
