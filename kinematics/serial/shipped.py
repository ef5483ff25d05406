"""Serial arms by name or file."""

from __future__ import annotations

from pathlib import Path

from sutura.kinematics.serial.serial_arm import SerialArm
from sutura.kinematics.serial.serial_chain import SerialChain
from sutura.kinematics.serial.serial_file import read_serial_file
from sutura.kinematics.shipped import arm_path, shipped_serial_arms

__all__ = ["load_serial_arm", "shipped_serial_arms"]


def load_serial_arm(arm: str | Path) -> SerialArm:
    """The serial arm of a shipped name, or of a file (a path, or a name that ends in .yaml).

    Raises:
        UnknownArmError: neither; lists the shipped arms.
        ArmFileError: the file, or the URDF or MJCF it names, describes no serial arm; says what was expected.
    """
    path = arm_path(arm)
    model = read_serial_file(path)
    return SerialArm(model, SerialChain(path, model))
