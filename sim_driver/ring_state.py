"""What a ring of the simulated world does."""

from typing import NamedTuple

from sutura.kinematics.rotations import Vector3


class RingState(NamedTuple):
    """One ring in the world frame: centre [m], axis (unit), speed of its centre [m/s], turning rate [rad/s],
    and whether any jaw touches it."""

    centre: Vector3
    axis: Vector3
    speed: float
    turning: float
    touched: bool
