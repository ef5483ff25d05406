"""`sutura top` on a terminal: three tables that stay in place."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.text import Text

from sutura.cli.hops import HopWatch
from sutura.cli.look import Look, Looker
from sutura.cli.output import micro
from sutura.extras import extra

with extra("top", "the live view of a terminal"):
    from textual.app import App, ComposeResult
    from textual.binding import Binding, BindingType
    from textual.widgets import DataTable, Footer, Static, TabbedContent, TabPane

_BAD = "bold red"
_NODES = ("node", "place", "Hz", "age p50 µs", "age p99 µs", "lost", "overruns", "CPU %", "state")
_LINKS = ("topic", "reader", "Hz", "age p50 µs", "age p99 µs", "lost", "overwritten", "stale", "rejected", "now")
_HOPS = ("node", "sends", "hop p50 µs", "since the gesture p50 µs", "p99 µs")
Cell = str | Text


class TopApp(App[None]):
    """Nodes, connections and the way of a gesture; looks once in `period` seconds until `q`."""

    CSS = "Static { height: 1; } DataTable { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "end"),
        Binding("n", "show('nodes')", "nodes"),
        Binding("c", "show('links')", "connections"),
        Binding("p", "show('hops')", "path"),
    ]

    def __init__(self, looker: Looker, hops: HopWatch, period: float) -> None:
        super().__init__()
        self._looker, self._hops, self._period = looker, hops, period
        self._is_looking = False

    def compose(self) -> ComposeResult:
        """One line about the run, and a table a tab."""
        yield Static(id="head")
        with TabbedContent(id="tabs"):
            for name, title in (("nodes", "nodes"), ("links", "connections"), ("hops", "path")):
                with TabPane(title, id=name):
                    yield DataTable(id=f"{name}-table", cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        """Columns once, rows again and again."""
        for name, columns in (("nodes", _NODES), ("links", _LINKS), ("hops", _HOPS)):
            self._table(name).add_columns(*columns)
        self.refresh_tables()
        self.set_interval(self._period, self.refresh_tables)

    def action_show(self, tab: str) -> None:
        """Turn to a table."""
        self.query_one("#tabs", TabbedContent).active = tab

    def refresh_tables(self) -> None:
        """Take a look and draw it, unless the last one is still waiting for a place that hangs."""
        if not self._is_looking:
            self._is_looking = True
            self.run_worker(self._look())

    async def _look(self) -> None:
        try:
            self._draw(await asyncio.to_thread(self._looker.look, self._hops.hops()))
        finally:
            self._is_looking = False

    def _draw(self, look: Look) -> None:
        lost = sum(link.lost for link in look.links)
        silent = f"  no answer from {', '.join(look.silent)}" if look.silent else ""
        self.query_one("#head", Static).update(f"{look.run}  {len(look.nodes)} nodes  lost {lost}{silent}")
        self._fill("nodes", _node_rows(look))
        self._fill("links", _link_rows(look))
        self._fill("hops", _hop_rows(look))

    def _fill(self, name: str, rows: Iterable[Sequence[Cell]]) -> None:
        table = self._table(name)
        at = table.cursor_row
        table.clear()
        for row in rows:
            table.add_row(*row)
        table.move_cursor(row=at)

    def _table(self, name: str) -> "DataTable[Cell]":
        found: DataTable[Cell] = self.query_one(f"#{name}-table", DataTable)
        return found


def _node_rows(look: Look) -> Iterable[Sequence[Cell]]:
    for node in look.nodes:
        yield (
            node.node,
            node.place,
            _number(node.rate_hz),
            micro(node.p50),
            micro(node.p99),
            _count(node.lost),
            _count(node.overruns),
            _number(node.cpu_percent),
            Text(node.fault, style=_BAD) if node.fault else "ok",
        )


def _link_rows(look: Look) -> Iterable[Sequence[Cell]]:
    for link in look.links:
        yield (
            link.topic,
            link.reader,
            _number(link.rate_hz),
            micro(link.age_p50),
            micro(link.age_p99),
            _count(link.lost),
            str(link.overwritten),
            str(link.stale),
            _count(link.rejected),
            "fresh" if link.fresh else Text("stale", style="yellow"),
        )


def _hop_rows(look: Look) -> Iterable[Sequence[Cell]]:
    for hop in look.hops:
        yield (hop.node, hop.topic, micro(hop.hop_p50), micro(hop.age_p50), micro(hop.age_p99))
    handled = [link for link in look.links if look.hops and link.topic == look.hops[-1].topic]
    for link in handled:
        if link.reader.partition(".")[0] == look.to:
            yield (look.to, "(handled)", micro(link.age_p50), "", "")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _count(value: int) -> Cell:
    return Text(str(value), style=_BAD) if value else "0"
