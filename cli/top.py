"""`sutura top`: a live run in a terminal."""

from typing import Annotated

import typer

from sutura.cli.completion import nodes
from sutura.cli.options import AsJson, RunName
from sutura.cli.output import example

EXAMPLE = example("sutura top", "sutura top --once", "sutura top --node arm --json")


def top(
    node: Annotated[
        str | None,
        typer.Option(
            help="Where the path ends that is shown hop by hop.",
            autocompletion=nodes,
            show_default="the first actuator",
        ),
    ] = None,
    every: Annotated[float, typer.Option(min=0.2, max=60.0, help="Seconds between looks.")] = 1.0,
    once: Annotated[bool, typer.Option("--once", help="Print one look and end.")] = False,
    as_json: AsJson = False,
    run_name: RunName = None,
) -> None:
    """Show nodes, connections and the latency of every hop of a live run, as they are between two looks.

    All figures are those that the places keep anyway: nothing is installed or switched on, and no message is heard.
    """
    from sutura.cli.topping import show_once, show_top

    if once or as_json:
        show_once(run_name, node, every, as_json)
    else:
        show_top(run_name, node, every)
