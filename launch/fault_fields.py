"""Which numbers a reading of a driver has, and in which units: what sensor faults may speak of."""

from collections.abc import Mapping

from sutura.kinematics import KinematicsError, open_arm
from sutura.launch.errors import BadValue, UnknownName
from sutura.launch.faults import SensorFault
from sutura.launch.quantities import read_quantity
from sutura.launch.topology import TopologyNode
from sutura.nodes import Node, NodeError, read_params

_NO_UNIT = ""
Units = tuple[str, ...] | str
"""The unit of a number, or of each element of several; empty where how many there are is not known."""

_HAND: Mapping[str, Units] = {"position": ("m",) * 3, "orientation": (_NO_UNIT,) * 4, "gripper": "rad"}


def bias_of(fault: SensorFault, node: TopologyNode, kind: type[Node]) -> float:
    """What a fault adds to the number that it speaks of, in SI units; 0 where it adds nothing.

    Raises UnknownName, BadValue where the reading has no such number, or one of another unit.
    """
    if not fault.field:
        return 0.0
    fields = _arm_fields(node, kind) if kind.drives_actuator else _HAND
    if getattr(kind, "uses_operator_device", False):
        fields = {}  # its levels can only be frozen
    if fault.field not in fields:
        raise UnknownName(fault.mark, f"field of the readings of {node.name!r}:", fault.field, fields)
    units, index = fields[fault.field], fault.index
    if index is not None and units != () and (isinstance(units, str) or index >= len(units)):
        few = fault.field if isinstance(units, str) else f"{fault.field}[0] to {fault.field}[{len(units) - 1}]"
        raise BadValue(fault.mark, "field", few, fault.said)
    if fault.by is None:
        return 0.0
    unit = units if isinstance(units, str) else units[index] if units and index is not None else _NO_UNIT
    if unit == _NO_UNIT:
        raise BadValue(fault.mark, "field of a bias", f"a number with a unit ({_examples(fields)})", fault.said)
    return read_quantity(fault.by, "by", unit)


def _examples(fields: Mapping[str, Units]) -> str:
    known = {f if isinstance(units, str) else f"{f}[0]": units for f, units in fields.items()}
    return ", ".join(said for said, units in known.items() if any(units)) or "none is known"


def _arm_fields(node: TopologyNode, kind: type[Node]) -> Mapping[str, Units]:
    """Those of an arm: its joints in their order, and last its jaw."""
    joints: tuple[str, ...] = ()
    try:
        model = getattr(read_params(node.name, kind.Params, node.params), "model", None)
        if isinstance(model, str):
            joints = (*open_arm(model).limits.units, "rad")
    except (NodeError, KinematicsError):
        pass  # the check says what is wrong with it
    return {"position": joints, "velocity": (_NO_UNIT,) * len(joints), "effort": (_NO_UNIT,) * len(joints)}
