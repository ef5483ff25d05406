"""`sutura graph`: nodes, places and topics as a picture or as data."""

from enum import StrEnum
from typing import Annotated

import typer

from sutura.cli.completion import topologies
from sutura.cli.options import RunName, Settings
from sutura.cli.output import example, say, show_json

EXAMPLE = example("sutura graph sim --format mermaid", "sutura graph teleop --format dot | dot -Tsvg -o teleop.svg")


class Format(StrEnum):
    """How a graph is written."""

    TEXT = "text"
    DOT = "dot"
    MERMAID = "mermaid"
    JSON = "json"


def graph(
    topology: Annotated[
        str | None,
        typer.Argument(help="A file or a shipped name.", show_default="the live run", autocompletion=topologies),
    ] = None,
    settings: Settings = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="How to write it.")] = Format.TEXT,
    show_all: Annotated[bool, typer.Option("--all", help="Heartbeats and recorders as well.")] = False,
    run_name: RunName = None,
) -> None:
    """Show who writes and who reads which topic, and in which process; of a topology, or of a live run."""
    from sutura.cli.drawing import draw_dot, draw_mermaid, draw_text, graph_of
    from sutura.launch import Blueprint, load_topology

    if topology is not None and run_name is not None:
        raise typer.BadParameter("name a topology or --run, not both")
    if topology is None and settings:
        raise typer.BadParameter("--set changes a topology; name one")
    loaded = load_topology(topology if topology is not None else _live(run_name), settings or ())
    found = graph_of(Blueprint.of(loaded), show_all=show_all or form is Format.JSON)
    if form is Format.JSON:
        return show_json(found)
    draw = {Format.TEXT: draw_text, Format.DOT: draw_dot, Format.MERMAID: draw_mermaid}[form]
    return say(draw(found))


def _live(run_name: str | None) -> str:
    """The topology file of a live run, as it was resolved."""
    from sutura.launch.run_dir import find_run

    return str(find_run(run_name).path / "topology.yaml")
