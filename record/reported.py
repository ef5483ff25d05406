"""What is read of the report that stands at the end of a recording."""

import msgspec

from sutura.record.facts import LinkFigures


class RecordedEvent(msgspec.Struct, frozen=True):
    """Something that happened in the run, as its report tells it. at_s [s]: since the start; kind: `hold`, …"""

    at_s: float
    node: str
    kind: str
    text: str


class _Trip(msgspec.Struct, frozen=True):
    at_s: float
    cause: str


class _Report(msgspec.Struct):
    connections: list[LinkFigures]
    events: list[RecordedEvent] = []
    trips: list[_Trip] = []


def read_report(data: bytes) -> tuple[list[LinkFigures], list[RecordedEvent]]:
    """The figures of every connection, and what happened in the order of time, trips among it."""
    report = msgspec.json.decode(data, type=_Report)
    trips = [RecordedEvent(trip.at_s, "watchdog", "trip", trip.cause) for trip in report.trips]
    return report.connections, sorted([*report.events, *trips], key=lambda event: event.at_s)
