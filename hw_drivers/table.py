"""Drivers by name: ours, those of installed packages, `module:Class` and `file.py:Class`, all alike."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import TypeVar

from sutura.hw_drivers.actuator import ActuatorDriver
from sutura.hw_drivers.camera import Camera
from sutura.hw_drivers.errors import BadDriver, UnknownDriver
from sutura.hw_drivers.input_device import InputDevice
from sutura.hw_drivers.operator_device import OperatorDevice
from sutura.plugins import is_target, load_attribute

ENTRY_POINT_GROUP = "sutura.drivers"
OPERATOR_GROUP = "sutura.operator_devices"  # a gamepad is one thing as a hand and another as an operator's

_KIND_NAMES: dict[type, str] = {
    ActuatorDriver: "actuator",
    InputDevice: "input",
    OperatorDevice: "operator",
    Camera: "camera",
}

_OURS: Mapping[str, str] = {
    "mujoco": "sutura.sim_driver.mujoco_arm:MujocoArm",
    "canopen": "sutura.hw_drivers.cia402.canopen_arm:CanopenArm",
    "dvrk": "sutura.hw_drivers.dvrk.dvrk_arm:DvrkArm",
    "kinematic": "sutura.sim_driver.kinematic_arm:KinematicArm",
    "dynamixel": "sutura.hw_drivers.dynamixel.driver:DynamixelArm",
    "feetech": "sutura.hw_drivers.feetech.driver:FeetechArm",
    "leader": "sutura.hw_drivers.leader.leader_arm:LeaderArm",
    "script": "sutura.sim_driver.script_hand:ScriptHand",
    "circle": "sutura.sim_driver.circle_hand:CircleHand",
    "gestures": "sutura.sim_driver.gesture_hand:GestureHand",
    "recording": "sutura.sim_driver.recording_hand:RecordingHand",
    "gamepad": "sutura.hw_drivers.inputs.gamepad:GamepadHand",
    "keyboard": "sutura.hw_drivers.inputs.keyboard:KeyboardHand",
    "spacemouse": "sutura.hw_drivers.inputs.spacemouse:SpaceMouseHand",
    "console": "sutura.hw_drivers.inputs.console:ConsoleHand",
    "v4l2": "sutura.hw_drivers.cameras.v4l2:V4l2Camera",
    "endoscope": "sutura.sim_driver.endoscope:Endoscope",
    "video_file": "sutura.hw_drivers.cameras.video_file:VideoFile",
}

_OUR_OPERATOR_DEVICES: Mapping[str, str] = {
    "gamepad": "sutura.hw_drivers.inputs.gamepad:GamepadOperator",
    "keyboard": "sutura.hw_drivers.inputs.keyboard:KeyboardOperator",
    "pedals": "sutura.hw_drivers.inputs.pedals:Pedals",
    "spacemouse": "sutura.hw_drivers.inputs.spacemouse:SpaceMouseOperator",
    "console": "sutura.hw_drivers.inputs.console:ConsoleOperator",
}

DriverT = TypeVar("DriverT", ActuatorDriver, InputDevice, OperatorDevice, Camera)


def installed() -> dict[str, str]:
    """Every installed driver: name to `module:Class`. Another package cannot take a name of ours."""
    found = {point.name: point.value for point in entry_points(group=ENTRY_POINT_GROUP)}
    return {**found, **_OURS}


def installed_operator_devices() -> dict[str, str]:
    """Every installed operator device, likewise."""
    found = {point.name: point.value for point in entry_points(group=OPERATOR_GROUP)}
    return {**found, **_OUR_OPERATOR_DEVICES}


def load_actuator(name: str) -> type[ActuatorDriver]:
    """The actuator driver of that name. Raises UnknownDriver, BadDriver."""
    return _load(name, ActuatorDriver, installed())  # type: ignore[type-abstract]


def load_input(name: str) -> type[InputDevice]:
    """The input driver of that name. Raises UnknownDriver, BadDriver."""
    return _load(name, InputDevice, installed())  # type: ignore[type-abstract]


def load_operator(name: str) -> type[OperatorDevice]:
    """The operator device of that name. Raises UnknownDriver, BadDriver."""
    return _load(name, OperatorDevice, installed_operator_devices())  # type: ignore[type-abstract]


def load_camera(name: str) -> type[Camera]:
    """The camera of that name. Raises UnknownDriver, BadDriver."""
    return _load(name, Camera, installed())  # type: ignore[type-abstract]


def _load(name: str, kind: type[DriverT], table: Mapping[str, str]) -> type[DriverT]:
    target = table.get(name, name)
    if not is_target(target):
        raise UnknownDriver(name, _KIND_NAMES[kind], table)
    try:
        found = load_attribute(target)
    except ImportError as error:
        raise BadDriver(name, target, f"cannot be loaded: {error}") from error
    if not (isinstance(found, type) and issubclass(found, kind)):
        raise BadDriver(name, target, f"expected an {_KIND_NAMES[kind]} driver, came {found!r}")
    return found
