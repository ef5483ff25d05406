"""What a recording says of its run, gathered from a checked topology."""

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from sutura.launch.blueprint import Blueprint
from sutura.launch.resolved import resolved_yaml
from sutura.launch.topology import Topology
from sutura.launch.versions import versions
from sutura.launch.wiring import Writer
from sutura.nodes import read_params
from sutura.record import REALTIME, RunFacts, TopicFacts, type_facts, write_facts


def describe_run(
    folder: Path,
    blueprint: Blueprint,
    *,
    seed: int,
    settings: Sequence[str] = (),
    clock: str = REALTIME,
    boot_id: str = "",
) -> RunFacts:
    """Lay down in a run's directory, before its places start, what its recorder puts into the recording.

    clock: `sutura.record.REALTIME` or `VIRTUAL`; a replay of a virtual run is exact.
    """
    topology = blueprint.topology
    writers = [writer for writer, *_ in blueprint.wiring.writers.values()]
    facts = RunFacts(
        topology=topology.name,
        run=folder.name,
        arguments=topology.args,
        settings=tuple(settings),
        params=_params(blueprint),
        versions=versions(),
        seed=seed,
        clock=clock,
        boot_id=boot_id,
        started=time.strftime("%Y-%m-%d %H:%M:%S %z"),
        places=topology.places,
        topics={writer.topic: _topic(writer, topology) for writer in writers},
        types={writer.declared.message.__name__: type_facts(writer.declared.message) for writer in writers},
    )
    write_facts(folder, facts, resolved_yaml(topology))
    return facts


def _topic(writer: Writer, topology: Topology) -> TopicFacts:
    name = writer.node.name
    return TopicFacts(writer.declared.message.__name__, name, topology.place_of(name))


def _params(blueprint: Blueprint) -> dict[str, dict[str, object]]:
    """The parameters of every node, defaults included."""
    return {
        name: msgspec.to_builtins(read_params(name, kind.Params, blueprint.topology.nodes[name].params))
        for name, kind in blueprint.kinds.items()
    }
