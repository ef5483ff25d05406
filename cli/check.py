"""`sutura check`: everything wrong with a topology, by file and line, before anything starts."""

from typing import TYPE_CHECKING, Annotated

import typer

from sutura.cli.options import AsJson, Settings
from sutura.cli.output import example, fail, say, show_json, warn

if TYPE_CHECKING:
    from sutura.launch import Problem, Topology

EXAMPLE = example("sutura check sim --set arm=PSM2", "sutura check my_robot.yaml --json")


def check(
    topology: Annotated[str, typer.Argument(help="A file, or a shipped name; `sutura launch --list` shows them.")],
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Check a topology without starting anything: nodes, drivers, parameters, wiring, safety."""
    from sutura.launch import check_topology, load_topology

    loaded = load_topology(topology, settings or ())
    problems = check_topology(loaded)
    if as_json:
        show_json({"topology": loaded.name, "file": str(loaded.path), "ok": not problems, "problems": problems})
    elif problems:
        show_problems(loaded, problems)
    else:
        say(f"{loaded.name}: {len(loaded.nodes)} nodes in {len(loaded.places)} places, no problems")
    if problems:
        raise typer.Exit(1)


def show_problems(topology: "Topology", problems: "list[Problem]") -> None:
    """One line a problem, and how many there are."""
    for problem in problems:
        warn(str(problem))
    fail(f"{topology.name}: {len(problems)} problem{'s' if len(problems) > 1 else ''}")
