"""Which arms the closed form of `sutura.kinematics.chain` solves: the pattern of their modified DH rows."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sutura.kinematics.arm_file import ArmModel, JointRow
from sutura.kinematics.errors import ArmStructureError

_HALF_PI = 0.5 * math.pi
_TYPES = ("revolute", "revolute", "prismatic", "revolute", "revolute", "revolute")
_ALPHAS = (_HALF_PI, -_HALF_PI, _HALF_PI, 0.0, -_HALF_PI, -_HALF_PI)
_FREE_A = 5  # wrist yaw may stand off the wrist pitch axis
_FREE_D = 3  # the length of the tool
_TOLERANCE = 1e-9  # [rad, m]; a rounded 1.5708 is refused, it would move the tip by a micrometre


def check_structure(file: str, model: ArmModel) -> None:
    """Refuse an arm that is not: yaw, pitch and insertion through one centre, then roll, pitch, yaw of the wrist.

    Offsets, the length of the tool, the distance between the wrist axes and the tip are free.

    Raises:
        ArmStructureError: it names each joint and number that does not fit.
    """
    differences = [difference for index, row in enumerate(model.joints) for difference in _differences(index, row)]
    if differences:
        raise ArmStructureError(file, differences)


def _differences(index: int, row: JointRow) -> Iterator[str]:
    if row.type != _TYPES[index]:
        yield f"{row.name} is {row.type}, must be {_TYPES[index]}"
    if abs(row.alpha - _ALPHAS[index]) > _TOLERANCE:
        yield f"{row.name}: alpha is {row.alpha!r}, must be {_ALPHAS[index]!r}"
    if index != _FREE_A and abs(row.a) > _TOLERANCE:
        yield f"{row.name}: a is {row.a!r}, must be 0"
    if index != _FREE_D and abs(row.d) > _TOLERANCE:
        yield f"{row.name}: d is {row.d!r}, must be 0"
