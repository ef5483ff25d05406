"""Drivers by name: ours, those of installed packages, `module:Class` and `file.py:Class`, all alike."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import TypeVar

from sutura.hw_drivers.actuator import ActuatorDriver
from sutura.hw_drivers.camera import Camera
from sutura.hw_drivers.errors import BadDriver, UnknownDriver
from sutura.hw_drivers.input_device import InputDevice
from sutura.plugins import is_target, load_attribute

ENTRY_POINT_GROUP = "sutura.drivers"

_KIND_NAMES: dict[type, str] = {ActuatorDriver: "actuator", InputDevice: "input", Camera: "camera"}

_OURS: Mapping[str, str] = {
    "mujoco": "sutura.sim_driver.mujoco_arm:MujocoArm",
    "kinematic": "sutura.sim_driver.kinematic_arm:KinematicArm",
    "script": "sutura.sim_driver.script_hand:ScriptHand",
    "circle": "sutura.sim_driver.circle_hand:CircleHand",
    "recording": "sutura.sim_driver.recording_hand:RecordingHand",
    "endoscope": "sutura.sim_driver.endoscope:Endoscope",
}

DriverT = TypeVar("DriverT", ActuatorDriver, InputDevice, Camera)


def installed() -> dict[str, str]:
    """Every installed driver: name to `module:Class`. Another package cannot take a name of ours."""
    found = {point.name: point.value for point in entry_points(group=ENTRY_POINT_GROUP)}
    return {**found, **_OURS}


def load_actuator(name: str) -> type[ActuatorDriver]:
    """The actuator driver of that name. Raises UnknownDriver, BadDriver."""
    return _load(name, ActuatorDriver)  # type: ignore[type-abstract]


def load_input(name: str) -> type[InputDevice]:
    """The input driver of that name. Raises UnknownDriver, BadDriver."""
    return _load(name, InputDevice)  # type: ignore[type-abstract]


def load_camera(name: str) -> type[Camera]:
    """The camera driver of that name. Raises UnknownDriver, BadDriver."""
    return _load(name, Camera)  # type: ignore[type-abstract]


def _load(name: str, kind: type[DriverT]) -> type[DriverT]:
    table = installed()
    target = table.get(name, name)
    if not is_target(target):
        raise UnknownDriver(name, _KIND_NAMES[kind], table)
    try:
        found = load_attribute(target)
    except ImportError as error:
        raise BadDriver(name, target, f"cannot be loaded: {error}") from error
    if not (isinstance(found, type) and issubclass(found, kind)):
        article = "a" if kind is Camera else "an"
        raise BadDriver(name, target, f"expected {article} {_KIND_NAMES[kind]} driver, came {found!r}")
    return found
