"""`sutura replay`: recorded inputs fed to chosen nodes, and what they say compared."""

from pathlib import Path
from typing import Annotated

import typer

from sutura.cli.options import AsJson, Settings, Tolerance
from sutura.cli.output import example

EXAMPLE = example(
    "sutura replay recording.mcap --nodes scaling,ik",
    "sutura replay recording.mcap --nodes tremor,scaling,ik --set tremor.cutoff=6 --out changed.mcap",
)


def replay(
    file: Annotated[Path, typer.Argument(help="A recording.", show_default=False)],
    nodes: Annotated[
        str, typer.Option("--nodes", metavar="A,B", help="The nodes to host; all others come from the recording.")
    ],
    settings: Settings = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Keep what the nodes say in this recording.", show_default=False),
    ] = None,
    tolerance: Tolerance = None,
    as_json: AsJson = False,
) -> None:
    """Replay nodes on a virtual clock and compare what they say with the recording; ends with 0 if it is equal."""
    from sutura.cli.recordings import show_replay

    names = [name.strip() for name in nodes.split(",") if name.strip()]
    raise typer.Exit(show_replay(file, names, settings or (), out, tolerance or (), as_json))
