"""How motion works: arms, their forward and inverse kinematics, Jacobian and limits; rotations. Pure."""

from sutura.kinematics.arm import Arm, Solution
from sutura.kinematics.arm_file import ArmModel, Jaw, JointRow, TipOffset
from sutura.kinematics.chain import Joints
from sutura.kinematics.endoscope import EndoscopeArm, EndoscopeJoints
from sutura.kinematics.errors import (
    ArmFileError,
    ArmStructureError,
    CountError,
    KinematicsError,
    NotARotationError,
    NotFiniteError,
    UnknownArmError,
    Unreachable,
)
from sutura.kinematics.limits import JointExcess, JointLimits, Saturated
from sutura.kinematics.rotations import Quaternion, Vector3
from sutura.kinematics.shipped import load_arm, open_arm, shipped_arms, shipped_endoscopes, shipped_serial_arms
from sutura.kinematics.tracked_arm import TrackedArm

__all__ = [
    "Arm",
    "ArmFileError",
    "ArmModel",
    "ArmStructureError",
    "CountError",
    "EndoscopeArm",
    "EndoscopeJoints",
    "Jaw",
    "JointExcess",
    "JointLimits",
    "JointRow",
    "Joints",
    "KinematicsError",
    "NotARotationError",
    "NotFiniteError",
    "Quaternion",
    "Saturated",
    "Solution",
    "TipOffset",
    "TrackedArm",
    "UnknownArmError",
    "Unreachable",
    "Vector3",
    "load_arm",
    "open_arm",
    "shipped_arms",
    "shipped_endoscopes",
    "shipped_serial_arms",
]
