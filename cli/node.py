"""`sutura node`: who acts in a live run."""

from typing import Annotated

import typer

from sutura.cli.completion import nodes
from sutura.cli.options import AsJson, RunName
from sutura.cli.output import example, show_json, show_table

app = typer.Typer(
    name="node",
    help="Look at the nodes of a live run.",
    epilog=example("sutura node info watchdog"),
    no_args_is_help=True,
)


@app.command("list", epilog=example("sutura node list", "sutura node list --json"))
def list_nodes(as_json: AsJson = False, run_name: RunName = None) -> None:
    """List nodes with their classes, places and faults."""
    from sutura.cli.live_run import watched_run

    with watched_run(run_name) as run:
        statuses = run.statuses()
    rows = []
    for entry in run.info.places:
        status = statuses.get(entry.place)
        known = {node.name: node for node in status.nodes} if status is not None else {}
        for name in entry.nodes:
            found = known.get(name)
            state = found.fault or "ok" if found is not None else "does not answer"
            rows.append((name, found.kind if found is not None else "", entry.place, state))
    if as_json:
        return show_json([{"node": n, "class": k, "place": p, "state": s} for n, k, p, s in rows])
    return show_table(("NODE", "CLASS", "PLACE", "STATE"), rows)


@app.command("info", epilog=example("sutura node info arm"))
def info(
    node: Annotated[str, typer.Argument(help="A node; `sutura node list` shows them.", autocompletion=nodes)],
    as_json: AsJson = False,
    run_name: RunName = None,
) -> None:
    """Show a node's inputs, outputs, timers, commands and figures."""
    from sutura.cli.node_info import show_node

    show_node(node, run_name, as_json)
