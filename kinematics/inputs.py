"""Turning arrays from outside into checked tuples."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from sutura.kinematics import rotations
from sutura.kinematics.errors import CountError, NotARotationError, NotFiniteError
from sutura.kinematics.rotations import Quaternion, Vector3


def check_vector(what: str, values: Sequence[float], names: Sequence[str]) -> None:
    """Refuse a vector that is not one finite number per name.

    Raises:
        CountError: another count.
        NotFiniteError: a NaN or an infinity.
    """
    if len(values) != len(names):
        raise CountError(what, len(values), names)
    if not all(map(math.isfinite, values)):
        raise NotFiniteError(what, values)


def joints_of(values: ArrayLike, names: Sequence[str]) -> tuple[float, ...]:
    """A flat array of finite joints as a tuple.

    Raises:
        CountError: another count, or not flat.
        NotFiniteError: a NaN or an infinity.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise CountError(f"joints of shape {array.shape}, must be flat", array.size, names)
    joints = tuple(array.tolist())
    check_vector("joints", joints, names)
    return joints


def pose_of(base_T_tip: ArrayLike) -> tuple[Vector3, Quaternion]:
    """Position [m] and quaternion of a 4 x 4 transform.

    Raises:
        NotARotationError: another shape or last row, or its 3 x 3 part is no rotation within 1e-6.
        NotFiniteError: a NaN or an infinity.
    """
    matrix = np.asarray(base_T_tip, dtype=np.float64)
    if matrix.shape != (4, 4):
        raise NotARotationError("base_T_tip", "4 x 4 numbers", f"shape {matrix.shape}")
    if matrix[3].tolist() != [0.0, 0.0, 0.0, 1.0]:
        raise NotARotationError("base_T_tip", "a last row of 0, 0, 0, 1", f"{matrix[3].tolist()}")
    x, y, z = matrix[:3, 3].tolist()
    check_vector("position", (x, y, z), ("x", "y", "z"))
    return (x, y, z), rotations.from_matrix(matrix[:3, :3].tolist())
