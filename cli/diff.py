"""`sutura diff`: where two recordings part."""

from pathlib import Path
from typing import Annotated

import typer

from sutura.cli.options import AsJson, Tolerance, Topics
from sutura.cli.output import example

EXAMPLE = example(
    "sutura diff before.mcap after.mcap",
    "sutura diff a.mcap b.mcap --topic PSM1/servo_jp --tolerance PSM1/servo_jp.position=1e-4",
    "sutura diff a.mcap b.mcap --tolerance 1e-6 --tolerance time=0.002 --json",
)


def diff(
    a: Annotated[Path, typer.Argument(help="A recording.", show_default=False)],
    b: Annotated[Path, typer.Argument(help="Another one.", show_default=False)],
    tolerance: Tolerance = None,
    topic: Topics = None,
    as_json: AsJson = False,
) -> None:
    """Compare two recordings and name the first diverging topic, time and field; ends with 0 if they are equal."""
    from sutura.cli.recordings import show_diff

    raise typer.Exit(show_diff(a, b, tolerance or (), topic, as_json))
