"""The real world: driver interfaces and the table of drivers."""

from sutura.hw_drivers.actuator import ActuatorDriver, DriverState
from sutura.hw_drivers.camera import Camera, CameraCapabilities, CameraFrame
from sutura.hw_drivers.capabilities import Capabilities, StopCategory
from sutura.hw_drivers.context import DriverContext, DriverOptions
from sutura.hw_drivers.disturbance import Disturbance, SensorFault
from sutura.hw_drivers.errors import (
    BadDriver,
    BadOptions,
    CommandRefused,
    DeviceFault,
    DeviceLost,
    DriverError,
    UnknownDriver,
    WrongState,
)
from sutura.hw_drivers.input_device import HandSample, InputDevice
from sutura.hw_drivers.joints import ActuatedJoints
from sutura.hw_drivers.operator_device import OperatorDevice, OperatorSample
from sutura.hw_drivers.table import (
    installed,
    installed_operator_devices,
    load_actuator,
    load_camera,
    load_input,
    load_operator,
)

__all__ = [
    "ActuatedJoints",
    "ActuatorDriver",
    "BadDriver",
    "BadOptions",
    "Camera",
    "CameraCapabilities",
    "CameraFrame",
    "Capabilities",
    "CommandRefused",
    "DeviceFault",
    "DeviceLost",
    "Disturbance",
    "DriverContext",
    "DriverError",
    "DriverOptions",
    "DriverState",
    "HandSample",
    "InputDevice",
    "OperatorDevice",
    "OperatorSample",
    "SensorFault",
    "StopCategory",
    "UnknownDriver",
    "WrongState",
    "installed",
    "installed_operator_devices",
    "load_actuator",
    "load_camera",
    "load_input",
    "load_operator",
]
