"""`sutura node info`: everything a node's place knows of it."""

from sutura.cli.live_run import watched_run
from sutura.cli.output import micro, say, show_json, show_table
from sutura.nodes import Summary
from sutura.runtime.errors import RuntimeFault
from sutura.runtime.status import ConnectionStatus, PlaceStatus

CONNECTION_COLUMNS = (
    "TOPIC",
    "READER",
    "RECEIVED",
    "LOST",
    "OVERWRITTEN",
    "STALE",
    "REJECTED",
    "P50 µs",
    "P99 µs",
    "NOW",
)


def show_node(node: str, run_name: str | None, as_json: bool) -> None:
    """Print what is known of a node of a live run. Raises UnknownLiveNode, NoSuchRun, NoAnswer."""
    with watched_run(run_name) as run:
        place = run.place_of(node)
        status = run.ask(node, "status").status
    if status is None:
        raise RuntimeFault(f"place {place!r} answered without its figures")
    if as_json:
        return show_json(_data(node, status))
    return _show(node, status)


def connection_row(link: ConnectionStatus) -> tuple[str, ...]:
    """One connection in the columns above."""
    c = link.counters
    counts = (c.received, c.lost, c.overwritten, c.stale, c.rejected)
    times = (micro(link.latency.p50), micro(link.latency.p99))
    return (link.topic, f"{link.reader}.{link.port}", *map(str, counts), *times, "fresh" if link.fresh else "stale")


def _data(node: str, status: PlaceStatus) -> dict[str, object]:
    return {
        "place": status.place,
        "pid": status.pid,
        "node": next(n for n in status.nodes if n.name == node),
        "inputs": [link for link in status.connections if link.reader == node],
        "outputs": [out for out in status.outputs if out.node == node],
        "timers": [timer for timer in status.timers if timer.node == node],
        "notices": status.notices,
    }


def _show(node: str, status: PlaceStatus) -> None:
    found = next(n for n in status.nodes if n.name == node)
    say(f"{node} ({found.kind}) in place {status.place}, process {status.pid}: {found.summary}")
    say(f"state:    {found.fault or 'ok'}")
    say(f"commands: {', '.join(found.commands) or 'none'}")
    inputs = [connection_row(link) for link in status.connections if link.reader == node]
    outputs = [(o.topic, o.port, o.type, str(o.sent), str(o.held_back)) for o in status.outputs if o.node == node]
    timers = [
        (
            t.name,
            f"{1.0 / t.period_s:g}",
            str(t.ticks),
            str(t.overruns),
            micro(t.lateness.p50),
            micro(t.lateness.p99),
        )
        for t in status.timers
        if t.node == node
    ]
    for columns, rows in (
        (CONNECTION_COLUMNS, inputs),
        (("OUTPUT TOPIC", "PORT", "TYPE", "SENT", "HELD BACK"), outputs),
        (("TIMER", "HZ", "TICKS", "OVERRUNS", "LATE P50 µs", "LATE P99 µs"), timers),
    ):
        if rows:
            say()
            show_table(columns, rows)
    if found.figures or found.gauges:
        say()
    for name, summary in found.figures.items():
        say(f"{name}: {_words(summary)}")
    for name, value in found.gauges.items():
        say(f"{name}: {value:g}")
    for notice in status.notices:
        say(f"notice: {notice}")


def _words(summary: Summary) -> str:
    if summary.p50 is None or summary.p95 is None or summary.p99 is None or summary.max is None:
        return "no samples"
    return (
        f"p50 {summary.p50:.6g} p95 {summary.p95:.6g} p99 {summary.p99:.6g} max {summary.max:.6g} ({summary.count})"
    )
