"""What a person sees while a run lives: one live table in a terminal, plain lines elsewhere."""

from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.live import Live

from sutura.cli.output import say, warn
from sutura.cli.run_view import RunView
from sutura.cli.table import live_table
from sutura.launch.watched_run import WatchedRun
from sutura.nodes import Event
from sutura.runtime.clock import monotonic

_LINE_EVERY_NS = 5_000_000_000
_MAX_LINES = 20


class Watch(ABC):
    """Tells of a run while it lives; use it as a context manager around the run."""

    def __init__(self) -> None:
        self._view: RunView | None = None

    def __enter__(self) -> "Watch":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._view is not None:
            self._tell_events(self._view)

    @property
    def report_file(self) -> Path | None:
        """Where the run keeps its report; None where it did not come to a start."""
        return self._view.supervisor.run.path / "report.json" if self._view is not None else None

    @abstractmethod
    def note(self, text: str) -> None:
        """One line."""

    @abstractmethod
    def show(self, view: RunView) -> None:
        """The run as it stands."""

    def update(self, supervisor: WatchedRun) -> None:
        """Called after each round of figures."""
        if self._view is None:
            self._view = RunView(supervisor)
        self._view.look()
        self._tell_events(self._view)
        self.show(self._view)

    def _tell_events(self, view: RunView) -> None:
        events = view.new_events()
        for event in events[:_MAX_LINES]:
            self.note(_event_line(event, view))
        if len(events) > _MAX_LINES:
            self.note(f"… and {len(events) - _MAX_LINES} more events; the report has them all")


class PlainWatch(Watch):
    """Lines: every event as it comes, and how the run stands every 5 s."""

    def __init__(self, *, to_stderr: bool) -> None:
        super().__init__()
        self._say = warn if to_stderr else say
        self._said_at = 0

    def note(self, text: str) -> None:
        """One line."""
        self._say(text)

    def show(self, view: RunView) -> None:
        """How the run stands, if it was not said lately."""
        now = monotonic()
        if view.has_figures and now - self._said_at >= _LINE_EVERY_NS:
            self._said_at = now
            self._say(view.line())


class LiveWatch(Watch):
    """One table that stays in place, events above it."""

    def __init__(self) -> None:
        super().__init__()
        console = Console(highlight=False, markup=False, emoji=False)
        self._live = Live(console=console, auto_refresh=False)  # all drawing on the thread that starts the places

    def __enter__(self) -> "LiveWatch":
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._live.stop()

    def note(self, text: str) -> None:
        """One line above the table."""
        self._live.console.print(text, soft_wrap=True)

    def show(self, view: RunView) -> None:
        """Draw the table anew."""
        self._live.update(live_table(view), refresh=True)


def _event_line(event: Event, view: RunView) -> str:
    return f"{view.at(event):9.3f} s  {event.kind:<8} {event.node}: {event.text}"
