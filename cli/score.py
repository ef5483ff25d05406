"""`sutura score`: how skilfully a recorded run was done."""

from pathlib import Path
from typing import Annotated

import typer

from sutura.cli.options import AsJson
from sutura.cli.output import example

EXAMPLE = example(
    "sutura score recording.mcap",
    "sutura score today.mcap --beside monday.mcap --beside tuesday.mcap",
    "sutura score recording.mcap --earlier 5 --plot progress.png",
)


def score(
    file: Annotated[Path, typer.Argument(help="A recording.", show_default=False)],
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE", help="A recording to compare with. May be said several times.", show_default=False
        ),
    ] = None,
    earlier: Annotated[
        int, typer.Option(min=0, metavar="N", help="Compare with the newest N kept runs of the same topology.")
    ] = 0,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the measures, run by run: .png or .html.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compute the measures of skill of each hand, and what came of the simulated exercise."""
    from sutura.cli.scoring import show_score

    show_score(file, beside or (), earlier, plot, as_json)
