"""Looks at a run as rows of text."""

from sutura.cli.output import micro
from sutura.cli.top_look import Look

NODE_HEADS = ("NODE", "PLACE", "HZ", "P50 µs", "P99 µs", "LOST", "OVERRUNS", "CPU %", "STATE")
HOP_HEADS = ("FROM", "TO", "TOPIC", "HOP P50 µs", "HOP P99 µs", "SINCE GESTURE P50 µs", "P99 µs", "MESSAGES")
CONNECTION_HEADS = ("TOPIC", "FROM", "TO", "HZ", "AGE ms", "LOST", "OVERWRITTEN", "STALE", "REJECTED", "NOW")

Rows = list[tuple[str, ...]]


def headline(look: Look) -> str:
    """The run in a line: from the hand to the end of the path, and who does not answer."""
    total = look.path[-1].path if look.path else None
    way = f"{look.path[0].writer} to {look.path[-1].reader.partition('.')[0]}" if look.path else "no path yet"
    figures = f"  {way}: p50 {micro(total.p50)} µs  p99 {micro(total.p99)} µs" if total else f"  {way}"
    silent = f"  no answer: {', '.join(look.silent)}" if look.silent else ""
    return f"{look.run}{figures}{silent}"


def node_rows(look: Look) -> Rows:
    """One row a node; latency is that of its busiest input over the whole run."""
    return [
        (
            f.node,
            f.place,
            _number(f.rate_hz, 0),
            micro(f.p50),
            micro(f.p99),
            str(f.lost),
            str(f.overruns),
            _number(f.cpu_percent, 0),
            f.fault or "ok",
        )
        for f in look.nodes
    ]


def hop_rows(look: Look) -> Rows:
    """One row a hop, from the hand on."""
    return [
        (
            h.writer,
            h.reader,
            h.topic,
            micro(h.hop.p50),
            micro(h.hop.p99),
            micro(h.path.p50),
            micro(h.path.p99),
            str(h.hop.count),
        )
        for h in look.path
    ]


def connection_rows(look: Look) -> Rows:
    """One row a connection, heartbeats left out."""
    return [
        (
            c.topic,
            c.writer,
            c.reader,
            _number(c.rate_hz, 0),
            _number(None if c.age is None else 1e3 * c.age, 1),
            str(c.lost),
            str(c.overwritten),
            str(c.stale),
            str(c.rejected),
            "fresh" if c.fresh else "stale",
        )
        for c in look.connections
        if not c.topic.endswith("/heartbeat")
    ]


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
