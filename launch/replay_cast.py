"""The nodes of a recorded run that a replay hosts, as they were configured then."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import msgspec

from sutura.hw_drivers import Camera, InputDevice, OperatorDevice
from sutura.launch.blueprint import Blueprint
from sutura.launch.check_nodes import Known, know
from sutura.launch.loader import load_topology
from sutura.launch.places import place_configs
from sutura.launch.problems import Problem
from sutura.launch.recorders import recorders_in
from sutura.launch.run_errors import CannotReplay
from sutura.launch.topology import Topology
from sutura.nodes import Node
from sutura.nodes.errors import nearest
from sutura.record import Recording, RunFacts
from sutura.runtime.config import PlaceConfig, TopicSource


@dataclass(frozen=True)
class Cast:
    """The chosen nodes. topology: the whole recorded one, with the settings of the replay."""

    recording: Path
    facts: RunFacts
    topology: Topology
    nodes: tuple[str, ...]
    settings: tuple[str, ...]

    @property
    def kinds(self) -> dict[str, type[Node]]:
        """Their classes."""
        return self.blueprint.kinds

    @cached_property
    def blueprint(self) -> Blueprint:
        """The chosen part of the topology."""
        nodes = {name: node for name, node in self.topology.nodes.items() if name in self.nodes}
        return Blueprint.of(replace(self.topology, nodes=nodes, places=self.places))

    @property
    def places(self) -> dict[str, tuple[str, ...]]:
        """The chosen nodes by place, in their order."""
        members = {
            place: tuple(node for node in nodes if node in self.nodes)
            for place, nodes in self.topology.places.items()
        }
        return {place: nodes for place, nodes in members.items() if nodes}

    @property
    def written(self) -> frozenset[str]:
        """The topics of the chosen nodes."""
        return frozenset(topic for topic, facts in self.facts.topics.items() if facts.node in self.nodes)

    def configs(self, folder: Path, incarnations: Mapping[str, str]) -> list[PlaceConfig]:
        """Their places. folder: for simulated devices; incarnations: by place, as they were recorded."""
        made = place_configs(
            self.blueprint, folder, self.facts.seed, "", lambda place: incarnations.get(place, "replayed")
        )
        return [msgspec.structs.replace(config, sources=self._sources(config)) for config in made]

    def _sources(self, config: PlaceConfig) -> dict[str, TopicSource]:
        """Who wrote what the place reads, in the whole run."""
        read = {topic for node in config.nodes for topics in node.inputs.values() for topic in topics}
        known = {topic: facts for topic, facts in self.facts.topics.items() if topic in read}
        return {topic: TopicSource(facts.node, facts.place) for topic, facts in known.items()}


def cast_of(recording: Recording, nodes: Sequence[str], settings: Sequence[str]) -> Cast:
    """The chosen nodes, checked. Raises CannotReplay, TopologyError for settings that do not fit."""
    facts = recording.facts
    if facts is None or not recording.topology:
        raise CannotReplay(recording.path, "it does not say which topology ran")
    topology = recorded_topology(recording.topology, facts.topology, settings)
    for name in nodes:
        if name not in topology.nodes:
            raise CannotReplay(recording.path, f"unknown node {name!r}{nearest(name, topology.nodes)}")
    problems: list[Problem] = []
    known = [found for name in nodes if (found := know(topology.nodes[name], problems)) is not None]
    reasons = [problem.message for problem in problems] + [*_refusals(topology, nodes, known)]
    if reasons:
        raise CannotReplay(recording.path, "; ".join(reasons))
    return Cast(recording.path, facts, topology, tuple(dict.fromkeys(nodes)), tuple(settings))


def recorded_topology(text: str, name: str, settings: Sequence[str] = ()) -> Topology:
    """A topology out of a recording. text: resolved, as YAML. Raises TopologyError."""
    with tempfile.TemporaryDirectory(prefix="sutura-") as folder:
        file = Path(folder) / f"{name}.yaml"
        file.write_text(text)
        return load_topology(str(file), settings)


def _refusals(topology: Topology, nodes: Sequence[str], known: Sequence[Known]) -> Iterator[str]:
    """Why some of the nodes must not be replayed."""
    recorders = recorders_in(topology)
    has_world = any(item.kind.declaration.name == "World" for item in known)
    if not nodes:
        yield f"no node is named (nodes: {', '.join(topology.nodes)})"
    for item in known:
        name = item.node.name
        use = item.node.driver.use if item.node.driver else ""
        if name in recorders:
            yield f"{name} only records; name nodes that act"
        if item.actuator is not None and not item.actuator.capabilities.simulated:
            hint = f"take a simulated driver with --set {name}.driver=kinematic"
            yield f"{name} is driven by {use!r}, which is hardware, and a replay moves none; {hint}"
        elif item.actuator is not None and item.actuator.capabilities.needs_world and not has_world:
            yield f"{name} is driven by {use!r}, which needs the simulated world: name the world as well"
        elif (
            item.driver is not None
            and issubclass(item.driver, InputDevice | OperatorDevice)
            and not item.driver.simulated
        ):
            yield f"{name} reads {use!r}, which is hardware; its messages are in the recording: leave it out"
        elif item.driver is not None and issubclass(item.driver, Camera):
            yield f"{name} takes pictures with {use!r}; those it took are in the recording: leave it out"
