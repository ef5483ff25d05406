"""`sutura runs`: the directories of runs, with their recordings, logs and reports."""

from typing import Annotated

import typer

from sutura.cli.options import AsJson
from sutura.cli.output import example, say, show_json, show_table

app = typer.Typer(
    name="runs",
    help="List the runs that are kept, or remove old ones; nothing is ever removed by itself.",
    epilog=example("sutura runs list"),
    no_args_is_help=True,
)


@app.command("list", epilog=example("sutura runs list", "sutura runs list --json"))
def list_runs(as_json: AsJson = False) -> None:
    """List the runs that are kept, newest first."""
    from sutura.launch.kept_runs import kept_runs

    runs = kept_runs()
    if as_json:
        return show_json(runs)
    rows = [
        (
            run.name,
            run.topology,
            "–" if run.duration_s is None else f"{run.duration_s:.1f}",
            "live" if run.is_live else run.verdict or "no report",
            f"{run.bytes / 2**20:.1f}",
        )
        for run in runs
    ]
    return show_table(("RUN", "TOPOLOGY", "SECONDS", "VERDICT", "MIB"), rows)


@app.command("prune", epilog=example("sutura runs prune --keep 5", "sutura runs prune --dry-run"))
def prune(
    keep: Annotated[int, typer.Option(min=0, metavar="N", help="Keep the newest N runs.")] = 20,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove all but the newest runs, recordings included; live runs stay."""
    from sutura.cli.errors import FileRefused
    from sutura.launch import kept_runs
    from sutura.launch.run_dir import runs_home

    try:
        gone = kept_runs.prune(keep, dry_run)
    except OSError as error:
        raise FileRefused(runs_home(), error.strerror or str(error)) from error
    if as_json:
        return show_json(gone)
    for run in gone:
        say(f"{'would remove' if dry_run else 'removed'} {run.name} ({run.bytes / 2**20:.1f} MiB)")
    freed = sum(run.bytes for run in gone) / 2**20
    return say(f"{len(gone)} runs {'would go' if dry_run else 'removed'}, {freed:.1f} MiB")
