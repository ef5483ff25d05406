"""`sutura top`: a live run in figures, for a terminal or a script."""

import threading
from typing import Annotated

import typer

from sutura.cli.options import AsJson, RunName
from sutura.cli.output import example, show_json

EXAMPLE = example("sutura top", "sutura top --to arm --period 0.5", "sutura top --json")


def top(
    to: Annotated[
        str | None,
        typer.Option(metavar="NODE", help="Show the way of a gesture to this node.", show_default="first actuator"),
    ] = None,
    period: Annotated[float, typer.Option(min=0.1, max=60.0, metavar="S", help="Look once in S seconds.")] = 1.0,
    as_json: AsJson = False,
    run_name: RunName = None,
) -> None:
    """Show nodes, connections and the latency from hop to hop, live; --json prints one look and ends."""
    from sutura.cli.hops import HopWatch
    from sutura.cli.live_run import watched_run
    from sutura.cli.look import Looker

    with watched_run(run_name) as run:
        looker = Looker(run, to)
        if not as_json:
            from sutura.cli.top_app import TopApp
        with HopWatch(run, looker.way()) as hops:
            if as_json:
                looker.look(())
                threading.Event().wait(period)
                return show_json(looker.look(hops.hops()))
            return TopApp(looker, hops, period).run()
