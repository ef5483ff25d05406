"""The live table of a run."""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from sutura.cli.figures import NodeFigures
from sutura.cli.output import micro
from sutura.cli.run_view import RunView

_RIGHT = ("rate Hz", "p50 µs", "p99 µs", "lost", "overruns", "cpu %", "restarts")


def live_table(view: RunView) -> Group:
    """Nodes with their figures, under one line about the run and one about its watchdogs."""
    path = view.path
    head = f"{view.supervisor.run.path.name}  {view.elapsed:.1f} s  gesture to motor "
    head += f"p50 {micro(path.p50)} µs  p99 {micro(path.p99)} µs  (Ctrl-C ends the run)"
    watchdog = Text(view.watchdog or "no watchdog", style="bold red" if "latched" in view.watchdog else "green")
    return Group(Text(head, style="bold"), watchdog, _nodes(view))


def _nodes(view: RunView) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("node", "place", *_RIGHT, "state"):
        table.add_column(column, justify="right" if column in _RIGHT else "left", no_wrap=column != "state")
    for node in view.nodes:
        table.add_row(*_row(node, view))
    return table


def _row(node: NodeFigures, view: RunView) -> list[Text]:
    state = node.fault or view.phase_of(node.place)
    restarts = view.restarts_of(node.place)
    return [
        Text(node.node),
        Text(node.place, style="dim"),
        Text("–" if node.rate_hz is None else f"{node.rate_hz:.0f}"),
        Text(micro(node.p50)),
        Text(micro(node.p99)),
        Text(str(node.lost), style="red" if node.lost else ""),
        Text(str(node.overruns), style="yellow" if node.overruns else ""),
        Text("–" if node.cpu_percent is None else f"{node.cpu_percent:.0f}"),
        Text(str(restarts), style="red" if restarts else ""),
        Text(state, style="" if state == "running" else "red"),
    ]
