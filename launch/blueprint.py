"""A checked topology together with its node classes: what the supervisor builds from."""

from dataclasses import dataclass
from pathlib import Path

from sutura.hw_drivers import load_actuator, load_camera, load_input, load_operator
from sutura.launch.topology import Topology
from sutura.launch.wiring import Wiring, wiring_of
from sutura.nodes import Node, NodeError, load_node


@dataclass(frozen=True)
class Blueprint:
    """Topology, classes by node, and who writes and reads each topic."""

    topology: Topology
    kinds: dict[str, type[Node]]
    wiring: Wiring

    @classmethod
    def of(cls, topology: Topology) -> "Blueprint":
        """Load the classes of a checked topology. Raises NodeError."""
        kinds = {
            name: load_node(node.node, Path(node.folder) if node.folder else None)
            for name, node in topology.nodes.items()
        }
        return cls(topology, kinds, wiring_of(topology, kinds))

    def nodes_of_class(self, name: str) -> tuple[str, ...]:
        """The nodes whose class declares this name."""
        return tuple(node for node, kind in self.kinds.items() if kind.declaration.name == name)

    @property
    def actuators(self) -> tuple[str, ...]:
        """The nodes that move motors."""
        return tuple(node for node, kind in self.kinds.items() if kind.drives_actuator)

    @property
    def hardware(self) -> dict[str, str]:
        """The nodes that move real motors, with their drivers. Raises DriverError where the check would."""
        found = {}
        for name in self.actuators:
            driver = self.topology.nodes[name].driver
            if driver is not None and not load_actuator(driver.use).capabilities.simulated:
                found[name] = driver.use
        return found

    @property
    def hardware_inputs(self) -> dict[str, str]:
        """The nodes that read the real world, hands, feet and cameras, with their drivers. Raises as `hardware`."""
        found = {}
        for name, kind in self.kinds.items():
            driver = self.topology.nodes[name].driver
            for mark, load in (("uses_input_device", load_input), ("uses_operator_device", load_operator)):
                if driver is not None and getattr(kind, mark, False) and not load(driver.use).simulated:
                    found[name] = driver.use
            is_camera = driver is not None and getattr(kind, "uses_camera", False)
            if driver is not None and is_camera and not load_camera(driver.use).capabilities.simulated:
                found[name] = driver.use
        return found

    @property
    def control_nodes(self) -> frozenset[str]:
        """The nodes on which motion depends: the supervised ones, and the watchdogs."""
        supervised = {name for name, node in self.topology.nodes.items() if node.supervised}
        return frozenset(supervised.union(self.nodes_of_class("Watchdog")))

    def source_of(self, node: str) -> str:
        """The node at the head of the chain that drives `node`: upstream along first inputs, feedback aside."""
        seen = [node]
        while (before := self._upstream(seen[-1])) and before not in seen:
            seen.append(before)
        return seen[-1]

    def _upstream(self, node: str) -> str:
        writers = self.wiring.writers.get(self._driven_by(node), [])
        return writers[0].node.name if writers else ""

    def _driven_by(self, node: str) -> str:
        """The topic that moves a node: of its first wired input, feedback aside."""
        for port, declared in self.kinds[node].declaration.inputs.items():
            topics = self.topology.nodes[node].inputs.get(port, ())
            if topics and not declared.feedback and not declared.many:
                return topics[0]
        return ""


def known_kinds(topology: Topology) -> dict[str, type[Node]]:
    """The classes of the nodes of a topology that may be another's: what cannot be loaded here is left out."""
    kinds = {}
    for name, node in topology.nodes.items():
        try:
            kinds[name] = load_node(node.node, Path(node.folder) if node.folder else None)
        except NodeError:
            continue
    return kinds
