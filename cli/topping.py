"""Shows looks at a live run: once for scripts, or in a terminal until the person has seen enough."""

import time

from sutura.cli.errors import NeedsExtra
from sutura.cli.live_run import watched_run
from sutura.cli.output import say, show_json, show_table
from sutura.cli.top_look import Onlooker
from sutura.cli.top_rows import (
    CONNECTION_HEADS,
    HOP_HEADS,
    NODE_HEADS,
    connection_rows,
    headline,
    hop_rows,
    node_rows,
)


def show_once(run_name: str | None, node: str | None, every: float, as_json: bool) -> None:
    """Print what there is between two looks. Raises NoSuchRun, UnknownLiveNode, NothingToDo."""
    with watched_run(run_name) as run:
        onlooker = Onlooker(run, node)
        onlooker.look()
        time.sleep(every)
        look = onlooker.look()
    if as_json:
        return show_json(look)
    say(headline(look))
    tables = (
        (NODE_HEADS, node_rows(look)),
        (HOP_HEADS, hop_rows(look)),
        (CONNECTION_HEADS, connection_rows(look)),
    )
    for heads, rows in tables:
        say()
        show_table(heads, rows)
    return None


def show_top(run_name: str | None, node: str | None, every: float) -> None:
    """Show looks until `q`. Raises NoSuchRun, UnknownLiveNode, NothingToDo, NeedsExtra."""
    try:
        from sutura.cli.top_screen import TopScreen
    except ImportError as error:
        raise NeedsExtra("sutura top", "top", str(error)) from error
    with watched_run(run_name) as run:
        TopScreen(Onlooker(run, node), every, run.directory.is_live).run()
