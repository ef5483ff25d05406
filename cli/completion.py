"""Names that a shell completes: of the newest live run, and topologies; `sutura --install-completion` sets it up.

A person presses the tab key: what goes wrong here gives no names, and never a word.
"""

from collections.abc import Iterable
from pathlib import Path

import typer

from sutura.errors import SuturaError


def complete_run(incomplete: str) -> list[str]:
    """Live runs."""
    from sutura.launch.run_dir import live_runs

    return _that_begin([run.path.name for run in live_runs()], incomplete)


def complete_topic(context: typer.Context, incomplete: str) -> list[str]:
    """Topics of the run that is named, or of the newest."""
    from sutura.launch.run_dir import find_run

    try:
        info = find_run(context.params.get("run_name")).info()
    except SuturaError:
        return []
    return _that_begin(info.topics if info is not None else (), incomplete)


def complete_node(context: typer.Context, incomplete: str) -> list[str]:
    """Nodes of that run."""
    return _that_begin(_params(context), incomplete)


def complete_param(context: typer.Context, incomplete: str) -> list[str]:
    """Parameters of the node that was typed before."""
    return _that_begin(_params(context).get(str(context.params.get("node")), {}), incomplete)


def complete_topology(incomplete: str) -> list[str]:
    """Shipped topologies, and YAML files here."""
    from sutura.launch.shipped import shipped_topologies

    folder = Path(incomplete).parent
    files = [str(folder / path.name) for path in folder.glob("*.yaml")] if folder.is_dir() else []
    return _that_begin([*shipped_topologies(), *sorted(files)], incomplete)


def _params(context: typer.Context) -> dict[str, dict[str, object]]:
    """The parameters of every node of the run, as it was launched."""
    from sutura.launch.run_dir import find_run
    from sutura.record import read_facts

    try:
        found = read_facts(find_run(context.params.get("run_name")).path)
    except SuturaError:
        return {}
    if found is None:
        return {}
    facts = found[0]
    nodes = [node for members in facts.places.values() for node in members]
    return {node: facts.params.get(node, {}) for node in nodes}


def _that_begin(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
