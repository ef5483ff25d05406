"""Node classes by name: the stock nodes, those of installed packages, `module:Class` and `file.py:Class`."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from sutura.nodes.errors import BadNode, UnknownNode
from sutura.nodes.node import Node
from sutura.plugins import is_target, load_attribute

ENTRY_POINT_GROUP = "sutura.nodes"

_STOCK: Mapping[str, str] = {
    "operator": "sutura.nodes.stock.operator:Operator",
    "cart_operator": "sutura.nodes.stock.cart_operator:CartOperator",
    "camera_teleop": "sutura.nodes.stock.camera_teleop:CameraTeleop",
    "master_input": "sutura.nodes.stock.master_input:MasterInput",
    "tremor_filter": "sutura.nodes.stock.tremor_filter:TremorFilter",
    "motion_scaling": "sutura.nodes.stock.motion_scaling:MotionScaling",
    "inverse_kinematics": "sutura.nodes.stock.inverse_kinematics:InverseKinematics",
    "forward_kinematics": "sutura.nodes.stock.forward_kinematics:ForwardKinematics",
    "joint_following": "sutura.nodes.stock.joint_following:JointFollowing",
    "actuator": "sutura.nodes.stock.actuator:Actuator",
    "watchdog": "sutura.nodes.stock.watchdog:Watchdog",
    "world": "sutura.nodes.stock.world:World",
    "camera": "sutura.nodes.stock.camera:Camera",
    "recorder": "sutura.nodes.stock.recorder:Recorder",
    "console": "sutura.console.node:Console",  # by name only: it stands above what nodes may import
}


def installed_nodes() -> dict[str, str]:
    """Every node that has a name: name to `module:Class`. Another package cannot take a name of ours."""
    found = {point.name: point.value for point in entry_points(group=ENTRY_POINT_GROUP)}
    return {**found, **_STOCK}


def load_node(name: str, folder: Path | None = None) -> type[Node]:
    """The node class of a name; files are looked for beside the topology in `folder`.

    Raises UnknownNode, BadNode.
    """
    table = installed_nodes()
    target = table.get(name, name)
    if not is_target(target):
        raise UnknownNode(name, table)
    try:
        found = load_attribute(target, folder)
    except ImportError as error:
        raise BadNode(name, f"cannot be loaded from {target}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Node)):
        raise BadNode(name, f"expected a Node class, came {found!r}")
    return found
