"""`sutura launch`: run a topology until Ctrl-C or for a time, and say how it went."""

import math
from pathlib import Path
from typing import Annotated

import typer

from sutura.cli.completion import topologies
from sutura.cli.options import AsJson, Settings
from sutura.cli.output import example, say, show_json, show_table

EXAMPLE = example(
    "sutura launch sim --duration 40 --report run.json",
    "sutura launch teleop --set arm_at_start=true --set scaling.scale=0.3",
    "sutura launch sim --lockstep --seed 7 --duration 60",
    "sutura launch my_robot.yaml --lockstep --faults",
    "sutura launch sim --set master.driver=console --set operator.driver=console",
    "sutura launch sim --args",
)


def positive(seconds: float | None) -> float | None:
    """Refuse a time that is none."""
    if seconds is not None and not 0.0 < seconds < math.inf:
        raise typer.BadParameter("expected a time above 0 s")
    return seconds


def launch(
    topology: Annotated[
        str | None,
        typer.Argument(
            help="A file, or a shipped name (--list shows them).", show_default=False, autocompletion=topologies
        ),
    ] = None,
    settings: Settings = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random in the run.")] = 0,
    duration: Annotated[
        float | None,
        typer.Option(metavar="S", callback=positive, help="End after S seconds.", show_default="until Ctrl-C"),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the report to this file as well.", show_default=False),
    ] = None,
    lockstep: Annotated[
        bool,
        typer.Option(
            "--lockstep",
            help="Run on a virtual clock, as fast as it goes: equal seeds give equal recordings, to the bit. "
            "Ends after 60 s of that clock unless --duration says otherwise.",
        ),
    ] = False,
    faults: Annotated[
        bool, typer.Option("--faults", help="Inject the topology's faults (simulated drivers only).")
    ] = False,
    processes: Annotated[
        bool,
        typer.Option(
            "--processes", help="With --lockstep: a process a place, compared with one process as it goes."
        ),
    ] = False,
    record: Annotated[
        bool,
        typer.Option("--record/--no-record", help="Record every topic, or nothing, whatever the topology says."),
    ] = True,
    foxglove: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            metavar="PORT",
            show_default=False,
            help="Show the run in Foxglove, on this port of loopback (8765 is what Foxglove tries first).",
        ),
    ] = None,
    prometheus: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            metavar="PORT",
            help="Serve the run's figures to Prometheus there.",
            show_default=False,
        ),
    ] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Without the web console.")] = False,
    as_json: AsJson = False,
    list_topologies: Annotated[bool, typer.Option("--list", help="List the shipped topologies and end.")] = False,
    show_arguments: Annotated[bool, typer.Option("--args", help="Show the topology's arguments and end.")] = False,
) -> None:
    """Check a topology, start it, watch it, and write its report; Ctrl-C ends the run in good order."""
    if list_topologies:
        return _list(as_json)
    if topology is None:
        raise typer.BadParameter("name a topology; `sutura launch --list` shows those that come with Sutura")
    if show_arguments:
        return _arguments(topology, as_json)
    if processes and not lockstep:
        raise typer.BadParameter(
            "--processes says how --lockstep is done; without it every place is a process anyway"
        )
    if processes and faults:
        raise typer.BadParameter(
            "--faults are injected in lockstep in one process, or in real time; not with --processes"
        )
    ports = {name: port for name, port in (("foxglove", foxglove), ("metrics", prometheus)) if port is not None}
    if ports and lockstep:
        raise typer.BadParameter("--foxglove and --prometheus look at a run on the real clock, not --lockstep")
    from sutura.cli.running import RunOrder, run_and_report

    order = RunOrder(
        topology, settings or (), seed, duration, report, lockstep, processes, record, faults, ports, headless
    )
    raise typer.Exit(run_and_report(order, as_json))


def _list(as_json: bool) -> None:
    from sutura.cli.shipped import outline
    from sutura.launch import shipped_topologies

    found = [(name, str(path), outline(path).description) for name, path in shipped_topologies().items()]
    if as_json:
        return show_json([{"name": name, "file": file, "description": words} for name, file, words in found])
    return show_table(("TOPOLOGY", "DESCRIPTION"), [(name, words) for name, _, words in found])


def _arguments(topology: str, as_json: bool) -> None:
    from sutura.cli.shipped import outline
    from sutura.launch.shipped import find_topology

    arguments = outline(find_topology(topology)).arguments
    if as_json:
        return show_json(
            {
                name: {"type": a.type, "default": a.default, "help": a.help, "choices": a.choices}
                for name, a in arguments.items()
            }
        )
    if not arguments:
        return say(f"{topology} takes no arguments")
    rows = [
        (name, a.type, "(required)" if a.default is None else str(a.default), a.help)
        for name, a in arguments.items()
    ]
    return show_table(("ARGUMENT", "TYPE", "DEFAULT", "HELP"), rows)
