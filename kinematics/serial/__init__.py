"""Any serial arm, from a URDF or MJCF, on MuJoCo's model. Imported only where such an arm is loaded."""

from sutura.kinematics.serial.serial_arm import SerialArm
from sutura.kinematics.serial.serial_file import SerialArmModel, SerialJoint, SerialTip, read_serial_file
from sutura.kinematics.serial.shipped import load_serial_arm, shipped_serial_arms

__all__ = [
    "SerialArm",
    "SerialArmModel",
    "SerialJoint",
    "SerialTip",
    "load_serial_arm",
    "read_serial_file",
    "shipped_serial_arms",
]
