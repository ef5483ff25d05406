"""What makes a run fail by itself: trips, holds, crashes, loss."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sutura.launch.watched_run import WatchedRun

if TYPE_CHECKING:
    from sutura.launch.report import ConnectionReport, Report

BAD_EVENTS = frozenset({"ended", "hung", "forced", "fault", "crash", "hold", "diverged"})


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One reason why a run has failed.

    kind: `trip`, one of `BAD_EVENTS`, `lost`, `rejected`, `no-command` or `no-figures`; text: the reason in words;
    at [s of the run]: when, if it was at one time; node: whose (a place's name where it is a place's); cause: an
    event's own words; topic, to: the connection, for what was lost or rejected.
    """

    kind: str
    text: str
    at: float = 0.0
    node: str = ""
    cause: str = ""
    topic: str = ""
    to: str = ""

    def __str__(self) -> str:
        return self.text


def failures_of(report: "Report", run: WatchedRun) -> list[Failure]:
    """All reasons why a run has failed; none where it was good."""
    return [*_trips(report), *_events(report), *_losses(report, run), *_silences(report, run)]


def _trips(report: "Report") -> Iterator[Failure]:
    for trip in report.trips:
        yield Failure(kind="trip", text=f"trip at {trip.at_s:.3f} s: {trip.cause}", at=trip.at_s, cause=trip.cause)


def _events(report: "Report") -> Iterator[Failure]:
    for event in report.events:
        if event.kind in BAD_EVENTS:
            text = f"{event.node}: {event.text} (at {event.at_s:.3f} s)"
            yield Failure(kind=event.kind, text=text, at=event.at_s, node=event.node, cause=event.text)


def _losses(report: "Report", run: WatchedRun) -> Iterator[Failure]:
    control = run.blueprint.control_nodes
    for link in report.connections:
        if link.lost and link.from_ in control and link.to in control:
            yield _loss("lost", link.lost, link)
        if link.rejected:
            yield _loss("rejected", link.rejected, link)


def _loss(kind: str, count: int, link: "ConnectionReport") -> Failure:
    text = f"{count} messages {kind} on {link.topic} from {link.from_} to {link.to}"
    return Failure(kind=kind, text=text, node=link.from_, topic=link.topic, to=link.to)


def _silences(report: "Report", run: WatchedRun) -> Iterator[Failure]:
    if run.blueprint.actuators and (report.path is None or report.path.latency_us.p50 is None):
        yield Failure(kind="no-command", text="no command reached a motor")
    for place in sorted(set(run.topology.places) - set(run.statuses)):
        yield Failure(kind="no-figures", text=f"no figures from: {place}", node=place)
