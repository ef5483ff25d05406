"""An arm of Feetech STS servos."""

from collections.abc import Mapping
from typing import ClassVar

from sutura.hw_drivers.capabilities import Capabilities
from sutura.hw_drivers.context import DriverContext, read_options
from sutura.hw_drivers.feetech.row import FeetechOptions, FeetechRow
from sutura.hw_drivers.serial_servos.motor_ids import checked_ids, motor_ids
from sutura.hw_drivers.serial_servos.servo_arm import ServoArm


class FeetechArm(ServoArm):
    """Position control of all joints; no watchdog is in these servos, so a rescue stops them from outside."""

    Options = FeetechOptions
    options: FeetechOptions
    capabilities: ClassVar[Capabilities] = Capabilities()

    def _make_row(self) -> FeetechRow:
        return FeetechRow(self.name, self.options, motor_ids(self.name, self.map))

    @classmethod
    def rescue(cls, options: Mapping[str, object], context: DriverContext) -> None:
        """Stop what still moves where it is, or take the torque away; raises DriverError."""
        chosen = read_options(cls.__name__, cls.Options, options)
        owner = f"{cls.__name__} of {context.name}"
        row = FeetechRow(owner, chosen, checked_ids(owner, chosen.joint_map.motors))
        row.bus.open()
        try:
            row.find_unnamed()
            if chosen.on_loss == "off":
                row.drop()
            else:
                row.hold()
        finally:
            row.close()
