"""An arm of Dynamixel X-series servos."""

from typing import ClassVar

from sutura.hw_drivers.capabilities import Capabilities
from sutura.hw_drivers.dynamixel.row import SILENCE_STOP_S, DynamixelOptions, DynamixelRow
from sutura.hw_drivers.serial_servos.motor_ids import motor_ids
from sutura.hw_drivers.serial_servos.servo_arm import ServoArm


class DynamixelArm(ServoArm):
    """Position control of all joints; the servos' own bus watchdog stops them when the bus falls silent."""

    Options = DynamixelOptions
    options: DynamixelOptions
    capabilities: ClassVar[Capabilities] = Capabilities(silence_stop_s=SILENCE_STOP_S)

    def _make_row(self) -> DynamixelRow:
        return DynamixelRow(self.name, self.options, motor_ids(self.name, self.map))
