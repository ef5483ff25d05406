"""The `sutura` command: its groups, and how mistakes reach the person who made them.

Exit codes: 0 good; 1 the run, check or request failed; 2 bad usage or input. Each command imports what it needs
when it runs, so that help comes at once.
"""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from sutura import __version__
from sutura.cli import (
    check,
    diff,
    doctor,
    graph,
    info,
    launch,
    node,
    operate,
    param,
    replay,
    runs,
    test,
    top,
    topic,
)
from sutura.cli.output import example, fail, say
from sutura.errors import SuturaError

app = typer.Typer(
    name="sutura",
    help="Realtime middleware between a surgeon's hands and a robot's motors.",
    epilog=example("sutura launch sim --duration 40 --report run.json"),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

app.command("launch", epilog=launch.EXAMPLE)(launch.launch)
app.command("check", epilog=check.EXAMPLE)(check.check)
app.command("test", epilog=test.EXAMPLE)(test.judge)
app.add_typer(topic.app)
app.add_typer(node.app)
app.add_typer(param.app)
app.command("graph", epilog=graph.EXAMPLE)(graph.graph)
app.command("top", epilog=top.EXAMPLE)(top.top)
operate.add_to(app)
app.command("info", epilog=info.EXAMPLE)(info.info)
app.command("diff", epilog=diff.EXAMPLE)(diff.diff)
app.command("replay", epilog=replay.EXAMPLE)(replay.replay)
app.add_typer(runs.app)
app.command("doctor", epilog=doctor.EXAMPLE)(doctor.doctor)


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"sutura {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Realtime middleware between a surgeon's hands and a robot's motors."""


def exit_code(error: SuturaError) -> int:
    """2 for what a person typed or wrote wrongly, 1 for what failed though it was asked rightly."""
    from sutura.cli.errors import BadInput
    from sutura.launch.errors import TopologyError
    from sutura.launch.run_errors import CannotReplay, NoSuchRun, RunDirectoryRefused
    from sutura.messages import UnknownMessageType
    from sutura.nodes import BadNode, UnknownNode
    from sutura.record import BadRecording, BadTolerance

    bad = (BadInput, TopologyError, NoSuchRun, RunDirectoryRefused, UnknownMessageType, BadNode, UnknownNode)
    bad_files = (BadRecording, BadTolerance, CannotReplay)
    return 2 if isinstance(error, (*bad, *bad_files)) else 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; raises SystemExit with its exit code, or returns it."""
    try:
        app(args=arguments, prog_name="sutura")
    except SuturaError as error:
        fail(str(error))
        return exit_code(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
