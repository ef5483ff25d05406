"""Files of serial arms: what a URDF or MJCF does not say. Lengths in m, angles in rad."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from sutura.kinematics.arm_file import Jaw, Number, Positive, Triple, check_range, closest, read_document
from sutura.kinematics.errors import ArmFileError, KinematicsError
from sutura.kinematics.rotations import Quaternion, unit

Joints = Annotated[tuple["SerialJoint", ...], msgspec.Meta(min_length=4, max_length=16)]
_NO_JAW = Jaw(0.0, 0.0, 1.0)


class SerialJoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One joint of the model: its largest speed [rad/s, m/s], where the arm starts, and where it likes to be.

    The position limits are the model's. The posture is `home` where it is not given.
    """

    name: str
    velocity: Positive
    home: Number
    posture: Number | None = None


class SerialTip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tip in the frame of a body of the model: position [m], orientation (x, y, z, w). Its z is the shaft."""

    body: str
    position: Triple = (0.0, 0.0, 0.0)
    orientation: tuple[Number, Number, Number, Number] = (0.0, 0.0, 0.0, 1.0)


class SerialArmModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file of a serial arm says. Its base frame is the world frame of the URDF or MJCF.

    remote_centre [m], in the base frame: the tool's shaft passes through it; without one the tip is free.
    A tool without a jaw has one that stays at 0.
    """

    kind: Literal["serial"]
    name: str
    description: str
    source: str
    model: str  # URDF or MJCF, beside this file
    joints: Joints
    tip: SerialTip
    remote_centre: Triple | None = None
    jaw: Jaw = _NO_JAW

    @property
    def orientation(self) -> Quaternion:
        """Of the tip in its body's frame, of length 1."""
        return unit(self.tip.orientation)


def read_serial_file(path: Path) -> SerialArmModel:
    """The serial arm that a file describes; the URDF or MJCF it names is not read yet.

    Raises:
        ArmFileError: the file cannot be read, is no YAML, or does not say what it must.
    """
    file = str(path)
    try:
        model = msgspec.convert(read_document(path), SerialArmModel)
    except msgspec.ValidationError as error:
        problem, _, where = str(error).partition(" - at ")
        field = where.strip("`").removeprefix("$").removeprefix(".") or "file"
        raise ArmFileError(file, field, problem, _nearest(problem)) from error
    try:
        unit(model.tip.orientation)
    except KinematicsError as error:
        raise ArmFileError(file, "tip.orientation", str(error)) from error
    if model.jaw is not _NO_JAW:
        check_range(file, "jaw", model.jaw.lower, model.jaw.upper)
    return model


def _nearest(problem: str) -> str | None:
    """The known name that an unknown field was probably meant to be."""
    if "unknown field `" not in problem:
        return None
    structs = (SerialArmModel, SerialJoint, SerialTip, Jaw)
    known = tuple(name for struct in structs for name in struct.__struct_fields__)
    return closest(problem.split("`")[1], known)
