"""What there is to say of every installed driver."""

import msgspec

from sutura.hw_drivers import ActuatorDriver, Camera, InputDevice, OperatorDevice
from sutura.hw_drivers.contract import origin
from sutura.hw_drivers.table import installed, installed_operator_devices
from sutura.plugins import load_attribute

KINDS: tuple[tuple[str, type], ...] = (
    ("actuator", ActuatorDriver),
    ("input", InputDevice),
    ("operator", OperatorDevice),
    ("camera", Camera),
)


class Described(msgspec.Struct, frozen=True):
    """One driver; problem: why it cannot be loaded."""

    name: str
    kind: str
    package: str
    version: str
    target: str
    capabilities: dict[str, object]
    problem: str = ""

    def words(self) -> str:
        """Its capabilities for people: those that are there."""
        if self.problem:
            return self.problem
        return ", ".join(
            _word(name, value) for name, value in self.capabilities.items() if value not in (False, None)
        )


def _word(name: str, value: object) -> str:
    if value is True:
        return name
    return "/".join(map(str, value)) if isinstance(value, list | tuple) else f"{name} {value}"


def kind_of(found: object) -> str:
    """`actuator`, `input`, `operator`, `camera`, or empty for what is no driver."""
    for name, kind in KINDS:
        if isinstance(found, type) and issubclass(found, kind):
            return name
    return ""


def described() -> list[Described]:
    """All of them, by name."""
    tables = (installed(), installed_operator_devices())
    return [_describe(name, target) for table in tables for name, target in sorted(table.items())]


def _describe(name: str, target: str) -> Described:
    try:
        found = load_attribute(target)
    except ImportError as error:
        return Described(name, "–", target.partition(":")[0], "–", target, {}, f"cannot be loaded: {error}")
    kind = kind_of(found)
    if not kind or not isinstance(found, type):
        return Described(name, "–", target.partition(":")[0], "–", target, {}, f"is no driver: {found!r}")
    package, version = origin(name)
    return Described(name, kind, package, version, target, _capabilities(found))


def _capabilities(found: type) -> dict[str, object]:
    declared = getattr(found, "capabilities", None)
    if isinstance(declared, msgspec.Struct):
        can: dict[str, object] = msgspec.structs.asdict(declared)
        return {**can, "rescue": found.has_rescue()} if issubclass(found, ActuatorDriver) else can
    return {"simulated": bool(getattr(found, "simulated", False))}
