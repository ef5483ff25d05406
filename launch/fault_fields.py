"""Which numbers a reading of a driver has, and in which units: what sensor faults may speak of."""

from collections.abc import Mapping

from sutura.kinematics import KinematicsError, load_arm
from sutura.launch.errors import BadValue, UnknownName
from sutura.launch.faults import SensorFault
from sutura.launch.quantities import read_quantity
from sutura.launch.topology import TopologyNode
from sutura.nodes import Node, NodeError, read_params

_NO_UNIT = ""
Units = Mapping[str, str]
"""The unit of each element of a field, by the element's name, in order; a plain number has one without a name."""

_HAND: Mapping[str, Units] = {
    "position": dict.fromkeys("xyz", "m"),
    "orientation": dict.fromkeys("xyzw", _NO_UNIT),
    "gripper": {"": "rad"},
}


def element_of(fault: SensorFault, node: TopologyNode, kind: type[Node]) -> tuple[int | None, float]:
    """The index of the element that a fault speaks of, None for the whole field; and what it adds, in SI units.

    Raises UnknownName, BadValue where the reading has no such element, or one of another unit.
    """
    if not fault.field:
        return None, 0.0
    fields = _arm_fields(node, kind) if kind.drives_actuator else _HAND
    if fault.field not in fields:
        raise UnknownName(fault.mark, f"field of the readings of {node.name!r}:", fault.field, fields)
    units = fields[fault.field]
    element = fault.element or ("" if "" in units else None)
    if element is not None and element not in units:
        raise UnknownName(fault.mark, f"element of {fault.field}:", element, units)
    index = None if not element else list(units).index(element)
    if fault.by is None:
        return index, 0.0
    unit = _NO_UNIT if element is None else units[element]
    if unit == _NO_UNIT:
        raise BadValue(fault.mark, "field of a bias", f"an element with a unit ({_with_unit(fields)})", fault.said)
    return index, read_quantity(fault.by, "by", unit)


def _with_unit(fields: Mapping[str, Units]) -> str:
    known = [(field, name) for field, units in fields.items() for name, unit in units.items() if unit != _NO_UNIT]
    return ", ".join(f"{field}.{name}" if name else field for field, name in known)


def _arm_fields(node: TopologyNode, kind: type[Node]) -> Mapping[str, Units]:
    """Those of an arm: its joints by name, and last its jaw. Without elements where the arm is not known."""
    units: Units = {}
    try:
        model = getattr(read_params(node.name, kind.Params, node.params), "model", None)
        if isinstance(model, str):
            limits = load_arm(model).limits
            units = {**dict(zip(limits.names, limits.units, strict=True)), "jaw": "rad"}
    except (NodeError, KinematicsError):
        pass  # the check says what is wrong with it
    return {"position": units, **dict.fromkeys(("velocity", "effort"), dict.fromkeys(units, _NO_UNIT))}
