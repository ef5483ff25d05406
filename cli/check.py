"""`sutura check`: everything wrong with a topology, by file and line, before anything starts."""

from typing import TYPE_CHECKING, Annotated

import typer

from sutura.cli.completion import topologies
from sutura.cli.options import AsJson, Settings
from sutura.cli.output import example, fail, say, show_json, show_table, warn

if TYPE_CHECKING:
    from sutura.launch import Findings, Problem, Topology

EXAMPLE = example("sutura check sim --set arm=PSM2", "sutura check my_robot.yaml --json", "sutura check --rules")


def check(
    topology: Annotated[
        str | None,
        typer.Argument(
            help="A file, or a shipped name; `sutura launch --list` shows them.",
            show_default=False,
            autocompletion=topologies,
        ),
    ] = None,
    settings: Settings = None,
    as_json: AsJson = False,
    rules: Annotated[bool, typer.Option("--rules", help="List the rules and end.")] = False,
) -> None:
    """Check a topology without starting anything: nodes, drivers, parameters, wiring, rates, safety."""
    if rules:
        return _rules(as_json)
    if topology is None:
        raise typer.BadParameter("name a topology, or ask for the rules with --rules")
    from sutura.launch import examine

    loaded = _load(topology, settings or [], as_json)
    findings = examine(loaded)
    if as_json:
        show_json({**_head(loaded.name, str(loaded.path), findings.problems), "silenced": findings.silenced})
    else:
        _show(loaded, findings)
    if findings.problems:
        raise typer.Exit(1)
    return None


def _show(topology: "Topology", findings: "Findings") -> None:
    for silenced in findings.silenced:
        say(str(silenced))
    if findings.problems:
        return show_problems(topology, findings.problems)
    ending = f", {len(findings.silenced)} silenced" if findings.silenced else ""
    return say(
        f"{topology.name}: {len(topology.nodes)} nodes in {len(topology.places)} places, no problems{ending}"
    )


def show_problems(topology: "Topology", problems: "list[Problem]") -> None:
    """One line a problem, and how many there are."""
    for problem in problems:
        warn(str(problem))
    fail(f"{topology.name}: {len(problems)} problem{'s' if len(problems) > 1 else ''}")


def _load(name: str, settings: list[str], as_json: bool) -> "Topology":
    """The topology; one that cannot be loaded is a problem too, and ends the command with 2."""
    from sutura.launch import Problem, TopologyError, load_topology

    try:
        return load_topology(name, settings)
    except TopologyError as error:
        problem = Problem.of(error)
    if as_json:
        show_json({**_head(name, name, [problem]), "silenced": []})
    else:
        fail(str(problem))
    raise typer.Exit(2)


def _head(name: str, file: str, problems: "list[Problem]") -> dict[str, object]:
    return {"topology": name, "file": file, "ok": not problems, "problems": problems}


def _rules(as_json: bool) -> None:
    from sutura.launch import RULES

    if as_json:
        return show_json(list(RULES.values()))
    rows = [(rule.id, rule.finds, "yes" if rule.silenceable else "no") for rule in RULES.values()]
    return show_table(("RULE", "FINDS", "MAY BE SILENCED"), rows)
