"""No filter."""

from sutura.kinematics.rotations import Vector3
from sutura.kinematics.tremor.position_filter import PositionFilter


class Unfiltered(PositionFilter):
    """The hand as it is."""

    __slots__ = ()

    def _begin(self, position: Vector3) -> None: ...

    def _step(self, position: Vector3) -> Vector3:
        return position
