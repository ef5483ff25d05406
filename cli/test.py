"""`sutura test`: run topologies and see whether they do what their `expect` says."""

from pathlib import Path
from typing import Annotated

import typer

from sutura.cli.completion import topologies
from sutura.cli.launch import positive
from sutura.cli.options import AsJson, Settings
from sutura.cli.output import example

EXAMPLE = example(
    "sutura test sim",
    "sutura test teleop sim --junit results.xml",
    "sutura test my_robot.yaml --set scaling.scale=0.3 --duration 20 --realtime",
)


def judge(
    topologies: Annotated[
        list[str],
        typer.Argument(
            metavar="TOPOLOGY...", help="Files, or shipped names.", show_default=False, autocompletion=topologies
        ),
    ],
    settings: Settings = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Real processes on the real clock, in place of lockstep.")
    ] = False,
    duration: Annotated[
        float | None,
        typer.Option(
            metavar="S", callback=positive, help="Run for S seconds.", show_default="as `test` in the topology says"
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, help="Seed of everything random in the run.", show_default="as `test` in the topology says"
        ),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write JUnit XML to this file.", show_default=False)
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the report to this file as well; of one topology.", show_default=False
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run topologies and judge each by its `expect`: 0 only if all of it held and something was checked."""
    from sutura.cli.trials import TrialOrder, run_trials

    order = TrialOrder(topologies, settings or (), realtime, duration, seed, junit, report)
    raise typer.Exit(run_trials(order, as_json))
