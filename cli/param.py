"""`sutura param`: parameters of live nodes, read and changed while they run."""

from typing import TYPE_CHECKING, Annotated

import typer

from sutura.cli.completion import nodes, parameters
from sutura.cli.options import AsJson, RunName
from sutura.cli.output import example, say, show_json, show_table

if TYPE_CHECKING:
    from sutura.runtime.control import Reply

app = typer.Typer(
    name="param",
    help="Read and change parameters of the nodes of a live run.",
    epilog=example("sutura param set scaling scale 0.3"),
    no_args_is_help=True,
)

NodeName = Annotated[
    str, typer.Argument(metavar="NODE", help="A node; `sutura node list` shows them.", autocompletion=nodes)
]
ParamName = Annotated[
    str,
    typer.Argument(metavar="NAME", help="A parameter; `sutura param list` shows them.", autocompletion=parameters),
]


@app.command("list", epilog=example("sutura param list", "sutura param list scaling"))
def list_params(
    node: Annotated[
        str | None, typer.Argument(help="Only this node.", autocompletion=nodes, show_default="all")
    ] = None,
    as_json: AsJson = False,
    run_name: RunName = None,
) -> None:
    """List parameters with values, types and bounds."""
    from sutura.cli.live_run import watched_run

    with watched_run(run_name) as run:
        nodes = (node,) if node is not None else run.nodes
        replies = {name: run.ask(name, "get_params") for name in nodes}
    if as_json:
        return show_json({name: _described(reply) for name, reply in replies.items()})
    rows = [
        (name, info.name, _text(reply.params.get(info.name)), info.type, info.bounds, info.description)
        for name, reply in replies.items()
        for info in reply.infos
    ]
    return show_table(("NODE", "PARAMETER", "VALUE", "TYPE", "BOUNDS", "DESCRIPTION"), rows)


@app.command("get", epilog=example("sutura param get scaling scale"))
def get(node: NodeName, name: ParamName, as_json: AsJson = False, run_name: RunName = None) -> None:
    """Print one parameter's value."""
    from sutura.cli.errors import UnknownParameter
    from sutura.cli.live_run import watched_run

    with watched_run(run_name) as run:
        params = run.ask(node, "get_params").params
    if name not in params:
        raise UnknownParameter(node, name, params)
    if as_json:
        return show_json(params[name])
    return say(_text(params[name]))


@app.command("set", epilog=example("sutura param set scaling scale 0.3"))
def set_param(
    node: NodeName,
    name: ParamName,
    value: Annotated[str, typer.Argument(help="The new value, in YAML or JSON.")],
    as_json: AsJson = False,
    run_name: RunName = None,
) -> None:
    """Change one parameter while the node runs; a value that the node refuses changes nothing."""
    from sutura.cli.errors import UnknownParameter
    from sutura.cli.live_run import acted_run
    from sutura.cli.values import read_value

    wanted = read_value(value, f"value {value!r}")
    with acted_run(run_name) as run:
        before = run.ask(node, "get_params").params
        if name not in before:
            raise UnknownParameter(node, name, before)
        after = run.ask(node, "set_params", params={name: wanted}).params
    if as_json:
        return show_json({"node": node, "name": name, "before": before[name], "value": after[name]})
    return say(f"{node}.{name}: {_text(before[name])} -> {_text(after[name])}")


def _described(reply: "Reply") -> list[dict[str, object]]:
    return [
        {
            "name": info.name,
            "value": reply.params.get(info.name),
            "type": info.type,
            "bounds": info.bounds,
            "description": info.description,
        }
        for info in reply.infos
    ]


def _text(value: object) -> str:
    import msgspec

    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
