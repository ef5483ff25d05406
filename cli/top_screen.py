"""The screen of `sutura top`."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import DataTable, Footer, Static, TabbedContent, TabPane

from sutura.cli.top_look import Look, Onlooker
from sutura.cli.top_rows import (
    CONNECTION_HEADS,
    HOP_HEADS,
    NODE_HEADS,
    Rows,
    connection_rows,
    headline,
    hop_rows,
    node_rows,
)

_TABLES: tuple[tuple[str, str, tuple[str, ...], Callable[[Look], Rows]], ...] = (
    ("nodes", "Nodes", NODE_HEADS, node_rows),
    ("path", "Path", HOP_HEADS, hop_rows),
    ("connections", "Connections", CONNECTION_HEADS, connection_rows),
)


class TopScreen(App[None]):
    """Three tables of one run, drawn anew at every look. is_live: whether the run still lives."""

    CSS = "#head { height: 1; text-style: bold; } #head.bad { color: $warning; } DataTable { height: 1fr; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "Quit"),
        Binding("p", "pause", "Pause"),
        Binding("1", "show('nodes')", "Nodes"),
        Binding("2", "show('path')", "Path"),
        Binding("3", "show('connections')", "Connections"),
    ]

    def __init__(self, onlooker: Onlooker, every: float, is_live: Callable[[], bool]) -> None:
        super().__init__()
        self._onlooker = onlooker
        self._every = every
        self._lives = is_live
        self._paused = False

    def compose(self) -> ComposeResult:
        """A line, and a table a tab."""
        yield Static("", id="head", markup=False)
        with TabbedContent(id="tabs"):
            for name, title, _, _ in _TABLES:
                with TabPane(title, id=name):
                    yield DataTable(id=f"{name}-table", cursor_type="row", zebra_stripes=True)
        yield Footer()

    def on_mount(self) -> None:
        """Give the tables their columns, then look."""
        for name, _, heads, _ in _TABLES:
            self._table(name).add_columns(*heads)
        self.set_interval(self._every, self.refresh_look)
        self.refresh_look()

    def refresh_look(self) -> None:
        """Look, and draw."""
        if self._paused:
            return
        look = self._onlooker.look()
        head = self.query_one("#head", Static)
        head.update(headline(look) if self._lives() else f"{look.run}  the run has ended; q quits")
        head.set_class(bool(look.silent), "bad")
        for name, _, _, rows in _TABLES:
            self._draw(self._table(name), rows(look))

    def action_show(self, tab: str) -> None:
        """Turn to a table."""
        self.query_one("#tabs", TabbedContent).active = tab

    def action_pause(self) -> None:
        """Keep what is drawn, or go on."""
        self._paused = not self._paused

    def _table(self, name: str) -> DataTable[str]:
        return self.query_one(f"#{name}-table", DataTable)

    def _draw(self, table: DataTable[str], rows: Rows) -> None:
        """The rows anew, with cursor and scrolling where they were."""
        at, scrolled = table.cursor_coordinate, table.scroll_y
        table.clear()
        table.add_rows(rows)
        if rows:
            table.move_cursor(row=min(at.row, len(rows) - 1), animate=False, scroll=False)
        table.scroll_to(y=scrolled, animate=False)
