"""Filters a hand's pose: position in space, orientation on the rotation group."""

from sutura.kinematics.rotations import (
    Quaternion,
    Vector3,
    conjugate,
    from_rotation_vector,
    multiply,
    normalise,
    to_rotation_vector,
)
from sutura.kinematics.tremor.blending import Blending, between
from sutura.kinematics.tremor.fading import Fading
from sutura.kinematics.tremor.position_filter import PositionFilter
from sutura.kinematics.tremor.settings import TremorSettings
from sutura.kinematics.tremor.table import make_filter

LEVER_M = 0.05  # a turn of 1 rad counts like 0.05 m, about what it moves the finger tips by


class PoseFilter:
    """Two filters of one kind, one for position, one for the turns of the hand.

    The small turns from sample to sample, in the hand's own axes, add up to a vector. The filter sees that vector,
    and by what it takes off, the hand is turned back from where it is now. So there is no reference orientation, no
    jump however far the hand turns, and a turn about one axis is filtered exactly as a position is.

    Raises what `make_filter` raises.
    """

    __slots__ = ("_orientation", "_place", "_position", "_turn", "_turned")

    def __init__(self, settings: TremorSettings) -> None:
        self._place = Blending(_ready(settings), settings.rate)
        self._turn = Blending(_ready(settings), settings.rate)
        self._position: Vector3 | None = None
        self._orientation: Quaternion = (0.0, 0.0, 0.0, 1.0)
        self._turned: Vector3 = (0.0, 0.0, 0.0)

    def change(self, settings: TremorSettings) -> None:
        """Go over to other settings at the same rate, without a jump. Raises what `make_filter` raises."""
        place, turn = _ready(settings), _ready(settings)
        self._place.change(place)
        self._turn.change(turn)

    def reset(self) -> None:
        """Forget everything; the next sample passes as it is."""
        self._position = None
        self._place.reset()
        self._turn.reset()

    def step(self, position: Vector3, orientation: Quaternion, missed: int = 0) -> tuple[Vector3, Quaternion]:
        """One sample in, one out. position [m]; orientation x, y, z, w; missed: samples that were lost just before,
        filled in on a straight line."""
        before, turned = self._position, self._turned
        if before is None:
            before, turned = position, (0.0, 0.0, 0.0)
        elif orientation != self._orientation:
            tx, ty, tz = to_rotation_vector(multiply(conjugate(self._orientation), orientation))
            turned = (turned[0] + LEVER_M * tx, turned[1] + LEVER_M * ty, turned[2] + LEVER_M * tz)
        for k in range(1, missed + 1):
            share = k / (missed + 1)
            self._place.step(between(before, position, share))
            self._turn.step(between(self._turned, turned, share))
        self._position, self._orientation, self._turned = position, orientation, turned
        return self._place.step(position), self._turned_back(orientation, turned)

    def _turned_back(self, orientation: Quaternion, turned: Vector3) -> Quaternion:
        """The orientation without what the filter takes off."""
        x, y, z = self._turn.step(turned)
        off = ((x - turned[0]) / LEVER_M, (y - turned[1]) / LEVER_M, (z - turned[2]) / LEVER_M)
        return normalise(multiply(orientation, from_rotation_vector(off)))


def _ready(settings: TremorSettings) -> PositionFilter:
    """A fresh filter; the FIR fades out where the settings say so (what others take off is slow from their lag)."""
    made = make_filter(settings)
    if settings.filter == "fir" and settings.deliberate > 0.0:
        return Fading(made, settings.deliberate, settings.tremor_low, settings.rate)
    return made
