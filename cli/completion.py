"""Names that a shell completes: what is shipped, and what the live run has; `--install-completion` sets it up.

A shell asks while a person types: with no run, or one that does not answer, nothing is offered, nothing said.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import typer

from sutura.errors import SuturaError

if TYPE_CHECKING:
    from sutura.cli.live_run import LiveRun


def topologies(incomplete: str) -> list[str]:
    """Shipped topologies; files are the shell's own business."""
    from sutura.launch.shipped import shipped_topologies

    return _fitting(shipped_topologies(), incomplete)


def topics(context: typer.Context, incomplete: str) -> list[str]:
    """Topics of the live run."""
    return _of_run(context, incomplete, lambda run: run.info.topics)


def nodes(context: typer.Context, incomplete: str) -> list[str]:
    """Nodes of the live run."""
    return _of_run(context, incomplete, lambda run: run.nodes)


def actuators(context: typer.Context, incomplete: str) -> list[str]:
    """Actuators of the live run."""
    return _of_run(context, incomplete, lambda run: run.info.actuators)


def parameters(context: typer.Context, incomplete: str) -> list[str]:
    """Parameters of the node that was typed before."""
    node = context.params.get("node")
    return _of_run(context, incomplete, lambda run: run.ask(str(node), "get_params").params) if node else []


def runs(incomplete: str) -> list[str]:
    """Live runs."""
    from sutura.launch.run_dir import live_runs

    return _fitting((run.path.name for run in live_runs()), incomplete)


def _of_run(context: typer.Context, incomplete: str, names: Callable[["LiveRun"], Iterable[str]]) -> list[str]:
    from sutura.cli.live_run import watched_run

    try:
        with watched_run(context.params.get("run_name")) as run:
            return _fitting(names(run), incomplete)
    except SuturaError:
        return []


def _fitting(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted(name for name in names if name.startswith(incomplete))
