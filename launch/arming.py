"""`arm_at_start: simulated`: arms that are simulated arm by themselves, hardware waits for a person.

So swapping a simulated driver for a real one is one setting, and what a person must do comes with it.
"""

from collections.abc import Mapping
from dataclasses import replace

from sutura.hw_drivers import ActuatorDriver, DriverError, load_actuator
from sutura.launch.topology import TopologyNode

_PARAM = "arm_at_start"
_WORDS = ("simulated", "true", "false")


def with_arming(nodes: Mapping[str, TopologyNode]) -> dict[str, TopologyNode]:
    """The nodes with such words as booleans; `simulated` is true where every actuator is simulated."""
    asking = [name for name, node in nodes.items() if node.params.get(_PARAM) in _WORDS]
    if not asking:
        return dict(nodes)
    arms = {"true": True, "false": False, "simulated": not any(map(_moves_hardware, nodes.values()))}
    return {
        name: replace(node, params={**node.params, _PARAM: arms[str(node.params[_PARAM])]})
        if name in asking
        else node
        for name, node in nodes.items()
    }


def _moves_hardware(node: TopologyNode) -> bool:
    """Whether a node's driver is one of an actuator, and no simulated one; what cannot be loaded may be."""
    if node.driver is None or _PARAM not in node.params:
        return False
    try:
        driver: type[ActuatorDriver] = load_actuator(node.driver.use)
    except DriverError:
        return True
    return not driver.capabilities.simulated
