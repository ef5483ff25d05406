"""Arm files: the numbers of one arm with one tool, as data in YAML. Lengths in m, angles in rad."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import yaml

from sutura.kinematics.errors import ArmFileError, NotARotationError
from sutura.kinematics.rotations import check_rotation

Number = Annotated[float, msgspec.Meta(ge=-1000.0, le=1000.0)]  # the bounds also refuse NaN and infinity
Positive = Annotated[float, msgspec.Meta(gt=0.0, le=1000.0)]
NonNegative = Annotated[float, msgspec.Meta(ge=0.0, le=1000.0)]
Triple = tuple[Number, Number, Number]
JointName = Literal["yaw", "pitch", "insertion", "roll", "wrist_pitch", "wrist_yaw"]
JOINT_NAMES: tuple[JointName, ...] = ("yaw", "pitch", "insertion", "roll", "wrist_pitch", "wrist_yaw")


class JointRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One joint: a modified DH row (Craig) and its limits. The joint's value adds to `offset`.

    The transform from the joint before is Rx(alpha) Tx(a) Rz(theta) Tz(length): a revolute joint has theta =
    q + offset [rad] and length = d [m], a prismatic one has theta = 0 and length = q + offset + d [m].
    """

    name: JointName
    type: Literal["revolute", "prismatic"]
    alpha: Number
    a: Number
    d: Number
    offset: Number
    lower: Number
    upper: Number
    velocity: Positive


class TipOffset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tip in the frame of the last joint: three rows of a rotation, and a translation [m]."""

    rotation: tuple[Triple, Triple, Triple]
    translation: Triple


class Jaw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The jaw's opening: limits [rad] and largest speed [rad/s]. Below zero it presses harder."""

    lower: Number
    upper: Number
    velocity: Positive


class ArmModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an arm file says."""

    name: str
    description: str
    source: str  # where the numbers were published
    joints: tuple[JointRow, JointRow, JointRow, JointRow, JointRow, JointRow]
    tip: TipOffset
    jaw: Jaw
    home: tuple[Number, Number, Number, Number, Number, Number]  # [rad, m]
    min_wrist_depth: NonNegative  # [m] wrist past the remote centre, for Cartesian commands


def read_arm_file(path: Path) -> ArmModel:
    """The arm that a file describes, its values checked one by one and against each other.

    Raises:
        ArmFileError: the file cannot be read, is no YAML, or does not say what it must.
    """
    model = _convert(path, read_document(path))
    _check(str(path), model)
    return model


def read_document(path: Path) -> object:
    """The YAML of a file, as it stands.

    Raises:
        ArmFileError: the file cannot be read, or is no YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ArmFileError(str(path), "file", f"cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise ArmFileError(str(path), "file", f"is not YAML: {error}") from error


def _convert(path: Path, document: object) -> ArmModel:
    try:
        return msgspec.convert(document, ArmModel)
    except msgspec.ValidationError as error:
        problem, _, where = str(error).partition(" - at ")
        field = where.strip("`").removeprefix("$").removeprefix(".") or "file"
        raise ArmFileError(str(path), field, problem, _nearest(problem, field)) from error


def _nearest(problem: str, field: str) -> str | None:
    """The known name that an unknown field or enumerated value was probably meant to be."""
    if match := re.search(r"unknown field `(.+)`", problem):
        return closest(match[1], _known_fields(field))
    if match := re.search(r"Invalid enum value '(.+)'", problem):
        return closest(match[1], (*JOINT_NAMES, "revolute", "prismatic"))
    return None


def _known_fields(field: str) -> tuple[str, ...]:
    structs: dict[str, type[msgspec.Struct]] = {"joints": JointRow, "tip": TipOffset, "jaw": Jaw}
    return structs.get(field.partition("[")[0], ArmModel).__struct_fields__


def closest(word: str, known: tuple[str, ...]) -> str | None:
    """The known name that is most like a word; None where none is."""
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.5)), None)


def _check(file: str, model: ArmModel) -> None:
    """What the types cannot say."""
    for index, (row, name, home) in enumerate(zip(model.joints, JOINT_NAMES, model.home, strict=True)):
        if row.name != name:
            raise ArmFileError(file, f"joints[{index}].name", f"expected {name!r}, {row.name!r} came")
        check_range(file, f"joints[{index}] ({name})", row.lower, row.upper)
        if not row.lower <= home <= row.upper:
            raise ArmFileError(file, f"home[{index}]", f"expected {row.lower} to {row.upper}, {home} came")
    check_range(file, "jaw", model.jaw.lower, model.jaw.upper)
    try:
        check_rotation(model.tip.rotation)
    except NotARotationError as error:
        raise ArmFileError(file, "tip.rotation", str(error)) from error
    deepest = model.joints[2].upper + model.joints[2].offset + model.joints[3].d
    if model.min_wrist_depth >= deepest:
        problem = f"expected below {deepest:.6g} m, the wrist's greatest depth; {model.min_wrist_depth} came"
        raise ArmFileError(file, "min_wrist_depth", problem)


def check_range(file: str, field: str, lower: float, upper: float) -> None:
    """Refuse a range that is none. Raises ArmFileError."""
    if lower >= upper:
        raise ArmFileError(file, field, f"expected lower below upper, {lower} and {upper} came")
