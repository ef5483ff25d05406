"""An arm of Dynamixel X-series servos."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from sutura.hw_drivers.capabilities import Capabilities
from sutura.hw_drivers.context import DriverContext
from sutura.hw_drivers.dynamixel.row import SILENCE_STOP_S, DynamixelOptions, DynamixelRow
from sutura.hw_drivers.joints import ActuatedJoints
from sutura.hw_drivers.serial_servos.motor_ids import motor_ids
from sutura.hw_drivers.serial_servos.servo_arm import ServoArm


class DynamixelArm(ServoArm):
    """Position control of all joints; the servos' own bus watchdog stops them when the bus falls silent."""

    Options = DynamixelOptions
    options: DynamixelOptions
    capabilities: ClassVar[Capabilities] = Capabilities(silence_stop_s=SILENCE_STOP_S)

    def __init__(self, joints: ActuatedJoints, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(joints, options, context)
        silence = self.options.bus_watchdog
        self.capabilities = msgspec.structs.replace(self.capabilities, silence_stop_s=silence)  # type: ignore[misc]

    def _make_row(self) -> DynamixelRow:
        return DynamixelRow(self.name, self.options, motor_ids(self.name, self.map))
