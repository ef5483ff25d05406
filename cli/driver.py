"""`sutura driver`: which drivers there are, and whether one keeps the contract."""

from pathlib import Path
from typing import Annotated

import typer

from sutura.cli.options import AsJson
from sutura.cli.output import example, show_json, show_table

app = typer.Typer(
    name="driver",
    help="List drivers, and check one against the contract.",
    epilog=example("sutura driver check kinematic --duration 5"),
    no_args_is_help=True,
)

LIST_EXAMPLE = example("sutura driver list", "sutura driver list --json")
CHECK_EXAMPLE = example(
    "sutura driver check kinematic --duration 5",
    "sutura driver check mujoco --emulate world --report mujoco.md --json mujoco.json",
    "sutura driver check canopen --set channel=can0 --model my_arm.yaml --allow-motion",
)


@app.command("list", epilog=LIST_EXAMPLE)
def list_drivers(as_json: AsJson = False) -> None:
    """Every installed driver: name, kind, package, version, capabilities."""
    from sutura.cli.drivers import described

    rows = described()
    if as_json:
        return show_json(rows)
    columns = ("NAME", "KIND", "PACKAGE", "VERSION", "CAPABILITIES")
    return show_table(columns, [(r.name, r.kind, r.package, r.version, r.words()) for r in rows])


@app.command("check", epilog=CHECK_EXAMPLE)
def check(
    driver: Annotated[str, typer.Argument(help="A name, `module:Class` or `file.py:Class`.", show_default=False)],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="OPTION=VALUE", help="Set an option of the driver.", show_default=False),
    ] = None,
    model: Annotated[str, typer.Option(help="The arm file whose joints (and jaw) it moves.")] = "psm_classic_lnd",
    joints: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=LOW:HIGH:SPEED,…", help="Joints instead of an arm file [rad or m].", show_default=False
        ),
    ] = None,
    emulate: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="Start this emulator for it (can, dvrk, world, …).", show_default=False),
    ] = None,
    emulator_settings: Annotated[
        list[str] | None,
        typer.Option("--emulator-set", metavar="OPTION=VALUE", help="Set its options.", show_default=False),
    ] = None,
    rate: Annotated[
        float | None, typer.Option(min=10.0, max=2000.0, help="Of reads and writes [Hz].", show_default="declared")
    ] = None,
    duration: Annotated[float, typer.Option(min=0.5, help="How long the rate is held [s].")] = 60.0,
    judge_time: Annotated[
        bool, typer.Option(help="Judge jitter and latencies, or only tell them on a machine that is busy.")
    ] = True,
    allow_motion: Annotated[bool, typer.Option(help="This hardware may move.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the report as Markdown.", show_default=False)] = None,
    json: Annotated[
        Path | None, typer.Option(help="Write it as JSON, for `requires_report`.", show_default=False)
    ] = None,
) -> None:
    """Check a driver clause by clause; exit code 1 if it breaks one."""
    from sutura.cli.driver_check import CheckOrder, run_check

    order = CheckOrder(
        driver=driver,
        settings=tuple(settings or ()),
        model=model,
        joints=joints,
        emulate=emulate,
        emulator_settings=tuple(emulator_settings or ()),
        rate=rate,
        duration=duration,
        allow_motion=allow_motion,
        judge_time=judge_time,
        report=report,
        json=json,
    )
    if not run_check(order):
        raise typer.Exit(1)
