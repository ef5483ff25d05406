"""What each place of a topology needs to know to run."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from sutura.launch.blueprint import Blueprint
from sutura.launch.topology import TopologyNode
from sutura.launch.wiring import Wiring, outputs_of
from sutura.nodes import Node
from sutura.runtime.config import NodeConfig, PlaceConfig, Realtime, TopicSource
from sutura.runtime.fault_plan import PlaceFaults


def fresh_incarnation(place: str) -> str:
    """A token that no place has had before."""
    return secrets.token_hex(4)


def place_configs(
    blueprint: Blueprint,
    run_dir: Path,
    seed: int,
    boot_id: str,
    incarnation: Callable[[str], str] = fresh_incarnation,
    faults: Mapping[str, PlaceFaults] | None = None,
) -> list[PlaceConfig]:
    """The configuration of every place of a checked topology, in order.

    incarnation: gives a short token for a place, which no place of the run may have had before; faults: what is
    to be injected, by place.
    """
    topology, kinds, wiring = blueprint.topology, blueprint.kinds, blueprint.wiring
    homes = {node: place for place, members in topology.places.items() for node in members}
    return [
        PlaceConfig(
            place=place,
            nodes=tuple(_node_config(topology.nodes[name], kinds[name], wiring) for name in members),
            run_dir=str(run_dir),
            incarnation=incarnation(place),
            seed=seed,
            sources=_sources(place, wiring, homes),
            readers=_readers(place, wiring, homes),
            realtime=topology.realtime.get(place, Realtime()),
            boot_id=boot_id,
            faults=(faults or {}).get(place),
        )
        for place, members in topology.places.items()
    ]


def _node_config(node: TopologyNode, kind: type[Node], wiring: Wiring) -> NodeConfig:
    return NodeConfig(
        name=node.name,
        node=node.node,
        folder=node.folder,
        params=node.params,
        driver=node.driver,
        inputs=wiring.inputs_of(node.name),
        outputs=outputs_of(node, kind),
        supervised=node.supervised,
    )


def _sources(place: str, wiring: Wiring, homes: Mapping[str, str]) -> dict[str, TopicSource]:
    """The writer of every topic that the place reads and that has one."""
    found = {}
    for topic, readers in wiring.readers.items():
        if topic in wiring.writers and any(homes[reader.node.name] == place for reader in readers):
            writer = wiring.writers[topic][0].node.name
            found[topic] = TopicSource(writer, homes[writer])
    return found


def _readers(place: str, wiring: Wiring, homes: Mapping[str, str]) -> dict[str, int]:
    """How many other places read each topic that the place writes."""
    return {
        topic: len({homes[reader.node.name] for reader in wiring.readers.get(topic, ())} - {place})
        for topic, writers in wiring.writers.items()
        if homes[writers[0].node.name] == place
    }
