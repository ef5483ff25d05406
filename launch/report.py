"""The report of a run: what ran, how it went, and whether it was good."""

import platform

import msgspec

from sutura.launch.failures import failures_of
from sutura.launch.judgement import Judgement
from sutura.launch.recorders import recordings_of
from sutura.launch.versions import versions
from sutura.launch.watched_run import WatchedRun
from sutura.nodes import Event, Summary
from sutura.runtime.status import ConnectionStatus, NodeStatus, PlaceStatus

SCHEMA_VERSION = 1


class Microseconds(msgspec.Struct, frozen=True):
    """A latency [µs]; None where nothing was measured."""

    p50: float | None
    p99: float | None
    max: float | None


class Millimetres(msgspec.Struct, frozen=True):
    """A distance [mm]; None where nothing was measured."""

    p50: float | None
    p95: float | None
    max: float | None


class ConnectionReport(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """One topic from its writer to one reader, as the reader saw it. latency: from stamp to handler."""

    topic: str
    from_: str
    to: str
    sent: int
    received: int
    lost: int
    overwritten: int
    stale: int
    rejected: int
    latency_us: Microseconds


class NodeReport(msgspec.Struct, frozen=True):
    """One node. rate_hz: of its fastest output (input where it has none); cpu_percent: of its process, None where
    it shares that with the whole run."""

    place: str
    rate_hz: float
    overruns: int
    cpu_percent: float | None
    restarts: int
    fault: str


class PathReport(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """From the gesture at a master to the motor command of an actuator."""

    from_: str
    to: str
    latency_us: Microseconds


class TrackingReport(msgspec.Struct, frozen=True):
    """Distance of the measured tool tip from the newest scaled, filtered command, while the arm followed."""

    tip_error_mm: Millimetres


class TripReport(msgspec.Struct, frozen=True):
    """A trip of the watchdog, `at_s` seconds into the run."""

    at_s: float
    cause: str


class EventReport(msgspec.Struct, frozen=True):
    """Anything else a person should know."""

    at_s: float
    node: str
    kind: str
    text: str


class TaskReport(msgspec.Struct, frozen=True):
    """What the simulator saw of the ring task."""

    rings_transferred: int
    drops: int


class RanReport(msgspec.Struct, frozen=True):
    """What ran, and where."""

    topology: str
    arguments: dict[str, object]
    settings: list[str]
    versions: dict[str, str]
    seed: int
    duration_s: float
    recording: str
    platform: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run. `verdict` is "pass" or "fail"; `reasons` says why it failed.

    recording_hash: over every message in the order sent; realtime_factor: seconds of the run in one real second;
    both None where the run's clock was the real one; test: what came of the topology's expectations, None outside
    `sutura test`.
    """

    schema: int = SCHEMA_VERSION
    verdict: str
    reasons: list[str]
    connections: list[ConnectionReport]
    nodes: dict[str, NodeReport]
    path: PathReport | None
    tracking: TrackingReport | None
    trips: list[TripReport]
    task: TaskReport | None
    recording_hash: str | None
    realtime_factor: float | None
    events: list[EventReport]
    ran: RanReport
    test: Judgement | None = None


def report_schema() -> dict[str, object]:
    """The JSON schema of a report."""
    return msgspec.json.schema(Report)


def build_report(supervisor: WatchedRun, settings: list[str], duration: float) -> Report:
    """The report of a run that has stopped. duration [s]: how long it really ran."""
    places = list(supervisor.statuses.values())
    connections = [_connection(link, places, supervisor) for place in places for link in place.connections]
    events = sorted(supervisor.events, key=lambda event: event.at)
    trips = [TripReport(_at(e, supervisor), e.text) for e in events if e.kind == "trip"]
    figures = [node for place in places for node in place.nodes]
    draft = Report(
        verdict="",
        reasons=[],
        connections=connections,
        nodes=_nodes(supervisor, duration),
        path=_path(figures, supervisor),
        tracking=_tracking(figures),
        trips=trips,
        task=_task(figures),
        recording_hash=supervisor.recording_hash,
        realtime_factor=supervisor.realtime_factor,
        events=[EventReport(_at(e, supervisor), e.node, e.kind, e.text) for e in events if e.kind != "trip"],
        ran=_ran(supervisor, settings, duration),
    )
    reasons = [failure.text for failure in failures_of(draft, supervisor)]
    return msgspec.structs.replace(draft, verdict="fail" if reasons else "pass", reasons=reasons)


def _at(event: Event, supervisor: WatchedRun) -> float:
    return round((event.at - supervisor.started_at) * 1e-9, 6)


def _micro(summary: Summary) -> Microseconds:
    return Microseconds(
        *(None if v is None else round(v * 1e6, 1) for v in (summary.p50, summary.p99, summary.max))
    )


def _connection(link: ConnectionStatus, places: list[PlaceStatus], supervisor: WatchedRun) -> ConnectionReport:
    sent = next((o.sent for p in places for o in p.outputs if o.topic == link.topic), 0)
    c = link.counters
    tail = max(0, sent - c.received - c.lost - c.rejected)
    steady = not any(child.restarts for child in supervisor.children.values())
    lost = c.lost + tail if steady else c.lost
    return ConnectionReport(
        topic=link.topic,
        from_=link.writer,
        to=link.reader,
        sent=sent,
        received=c.received,
        lost=lost,
        overwritten=c.overwritten,
        stale=c.stale,
        rejected=c.rejected,
        latency_us=_micro(link.latency),
    )


def _nodes(supervisor: WatchedRun, duration: float) -> dict[str, NodeReport]:
    reports: dict[str, NodeReport] = {}
    for status in supervisor.statuses.values():
        child = supervisor.children[status.place]
        lived = max((status.now - max(supervisor.started_at, child.started_at)) * 1e-9, 1e-3)
        for node in status.nodes:
            reports[node.name] = NodeReport(
                place=status.place,
                rate_hz=round(node_rate(status, node.name, lived), 1),
                overruns=sum(t.overruns for t in status.timers if t.node == node.name),
                cpu_percent=None if status.cpu_s is None else round(100.0 * status.cpu_s / max(lived, duration), 1),
                restarts=child.restarts,
                fault=node.fault,
            )
    return reports


def node_rate(status: PlaceStatus, node: str, seconds: float) -> float:
    """Messages a second of a node's fastest output, heartbeats aside, or of its fastest input."""
    sent = [o.sent for o in status.outputs if o.node == node and o.port != "heartbeat"]
    taken = [c.counters.received for c in status.connections if c.reader == node]
    return (max(sent, default=0) or max(taken, default=0)) / seconds


def _path(figures: list[NodeStatus], supervisor: WatchedRun) -> PathReport | None:
    for node in figures:
        if "gesture_to_motor" in node.figures:
            source = supervisor.blueprint.source_of(node.name)
            return PathReport(source, node.name, _micro(node.figures["gesture_to_motor"]))
    return None


def _tracking(figures: list[NodeStatus]) -> TrackingReport | None:
    for node in figures:
        found = node.figures.get("tip_error")
        if found is not None:
            mm = [None if v is None else round(v * 1e3, 4) for v in (found.p50, found.p95, found.max)]
            return TrackingReport(Millimetres(*mm))
    return None


def _task(figures: list[NodeStatus]) -> TaskReport | None:
    for node in figures:
        if "rings_transferred" in node.gauges:
            return TaskReport(int(node.gauges["rings_transferred"]), int(node.gauges["drops"]))
    return None


def _ran(supervisor: WatchedRun, settings: list[str], duration: float) -> RanReport:
    topology = supervisor.topology
    recordings = recordings_of(supervisor.blueprint, supervisor.run.path)
    return RanReport(
        topology=topology.name,
        arguments=topology.args,
        settings=settings,
        versions=versions(),
        seed=supervisor.seed,
        duration_s=round(duration, 3),
        recording=str(recordings[0]) if recordings else "",
        platform=platform.platform(),
    )
