"""Both hands hold the endoscope's image and move it: pan, tilt, zoom and roll, as pure functions."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from sutura.kinematics.endoscope import EndoscopeJoints
from sutura.kinematics.rotations import Vector3


class GripGains(NamedTuple):
    """pan [rad/m]: of the camera by the hands' mid-point across the view; zoom [m/m]: of the insertion by the
    mid-point along it; spread [m/m]: of the insertion by the hands' distance."""

    pan: float
    zoom: float
    spread: float


class CameraGrip:
    """Two hands and the camera arm's joints tied together at one moment.

    Hands are in the surgeon's view (x right, y up, z to the surgeon) [m]. The scene follows the hands: moved to the
    right, the camera looks to the left; pulled near or apart, it goes in; turned, it turns the other way.
    """

    __slots__ = ("_at", "_gains", "_joints", "_spread", "_turned")

    def __init__(self, left: Vector3, right: Vector3, joints: EndoscopeJoints, gains: GripGains) -> None:
        self._at, self._spread, self._turned = _middle(left, right), math.dist(left, right), _line(left, right)
        self._joints, self._gains = joints, gains

    def target(self, left: Vector3, right: Vector3) -> EndoscopeJoints:
        """Where the joints shall be [rad, rad, m, rad]; beyond their limits, if the hands are."""
        (x, y, z), (x0, y0, z0), gains = _middle(left, right), self._at, self._gains
        yaw, pitch, insertion, roll = self._joints
        further = gains.zoom * (z - z0) + gains.spread * (math.dist(left, right) - self._spread)
        turn = math.remainder(_line(left, right) - self._turned, math.tau)
        return yaw - gains.pan * (x - x0), pitch + gains.pan * (y - y0), insertion + further, roll + turn


def approach(last: Sequence[float], wanted: Sequence[float], most: Sequence[float]) -> EndoscopeJoints:
    """From `last` towards `wanted`, no joint by more than its `most` [rad, m]."""
    q1, q2, q3, q4 = (
        b if abs(b - a) <= m else a + math.copysign(m, b - a) for a, b, m in zip(last, wanted, most, strict=True)
    )
    return q1, q2, q3, q4


def _middle(left: Vector3, right: Vector3) -> Vector3:
    return (0.5 * (left[0] + right[0]), 0.5 * (left[1] + right[1]), 0.5 * (left[2] + right[2]))


def _line(left: Vector3, right: Vector3) -> float:
    """Direction of the line from the left hand to the right in the image [rad]."""
    return math.atan2(right[1] - left[1], right[0] - left[0])
