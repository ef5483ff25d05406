"""`sutura info`: what is in a recording."""

from pathlib import Path
from typing import Annotated

import typer

from sutura.cli.options import AsJson
from sutura.cli.output import example

EXAMPLE = example("sutura info recording.mcap", "sutura info ~/.local/state/sutura/runs/NAME/recording.mcap --json")


def info(
    file: Annotated[Path, typer.Argument(help="A recording.", show_default=False)], as_json: AsJson = False
) -> None:
    """Show what ran and what was recorded of each topic; also of a recording whose recorder was killed."""
    from sutura.cli.recordings import show_info

    show_info(file, as_json)
