"""What the tip shall do, as weighted rows of a linear system in the joints' steps."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sutura.kinematics import rotations
from sutura.kinematics.rotations import Quaternion, Vector3
from sutura.kinematics.serial.serial_chain import SerialChain, TipState

Floats = NDArray[np.float64]
_CENTRE_WEIGHT = 30.0  # when not all can be had, the remote centre is kept and the tip waits
_LEVER = 0.1  # [m] a radian of the tip counts as much as this


class Rows(NamedTuple):
    """`matrix` (m x n) times the step [rad, m] shall be `error` (m,); both weighted, in m."""

    matrix: Floats
    error: Floats


def free_rows(chain: SerialChain, at: TipState, position: Floats, orientation: Quaternion) -> Rows:
    """The tip to a pose: 6 rows."""
    linear, angular = chain.jacobian(at.position)
    turn = np.array(_turn(at.orientation, orientation))
    return Rows(np.concatenate((linear, _LEVER * angular)), np.concatenate((position - at.position, _LEVER * turn)))


def pivoted_rows(
    chain: SerialChain, at: TipState, position: Floats, orientation: Quaternion, centre: Floats
) -> Rows:
    """The tip to a point, the shaft through the centre, and the roll about the shaft: 6 rows.

    The point of the shaft nearest to the centre shall move onto it: two rows, across the shaft. The orientation
    that is asked for is swung about the centre, so that only its roll counts.
    """
    shaft = at.axes[:, 2]
    nearest = at.position + shaft * float(shaft @ (centre - at.position))
    across = _CENTRE_WEIGHT * at.axes[:, :2].T
    linear, angular = chain.jacobian(at.position)
    roll = _LEVER * shaft
    turn = np.array(_turn(at.orientation, swung(orientation, position, centre)))
    # a point of the shaft moves as the tip does, and by what turning adds
    rx, ry, rz = (nearest - at.position).tolist()
    cross = np.array(((0.0, rz, -ry), (-rz, 0.0, rx), (ry, -rx, 0.0)))
    return Rows(
        np.concatenate((linear, across @ (linear + cross @ angular), (roll @ angular)[None])),
        np.concatenate((position - at.position, across @ (centre - nearest), [float(roll @ turn)])),
    )


def swung(orientation: Quaternion, position: Floats, centre: Floats) -> Quaternion:
    """The orientation whose z points from the centre to the position, by the smallest turn from `orientation`."""
    along = position - centre
    length = float(np.linalg.norm(along))
    if length < 1e-9:
        return orientation
    ax, ay, az = rotations.rotate(orientation, (0.0, 0.0, 1.0))
    bx, by, bz = (along / length).tolist()
    turn = (ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx, 1.0 + ax * bx + ay * by + az * bz)
    if math.hypot(*turn) < 1e-9:
        return orientation  # straight back: no turn is the smallest
    return rotations.multiply(rotations.normalise(turn), orientation)


def deviation(at: TipState, centre: Floats) -> float:
    """How far the shaft passes from the centre [m]."""
    return float(np.linalg.norm(np.cross(at.axes[:, 2], centre - at.position)))


def _turn(start: Quaternion, end: Quaternion) -> Vector3:
    """The rotation vector [rad], in the base frame, that turns one orientation into the other."""
    return rotations.to_rotation_vector(rotations.multiply(end, rotations.conjugate(start)))
