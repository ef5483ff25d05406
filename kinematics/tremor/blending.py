"""Starts a filter, and changes from one to another, without a jump."""

from sutura.kinematics.rotations import Vector3
from sutura.kinematics.tremor.position_filter import PositionFilter
from sutura.kinematics.tremor.unfiltered import Unfiltered

BLEND_S = 0.5  # a filter that knows little of the hand yet errs by more than the tremor; see docs/tremor.md


class Blending(PositionFilter):
    """Goes over within half a second: at a start from the hand as it is, at a change from the filter before.

    The first output after a start is exactly the hand's position, and a change adds nothing to the output's motion
    at its own sample. rate [Hz].
    """

    __slots__ = ("_before", "_count", "_done", "_filter", "_off")

    def __init__(self, inner: PositionFilter, rate: float) -> None:
        super().__init__()
        self._filter = inner
        self._before: PositionFilter | None = None
        self._count = max(1, round(BLEND_S * rate))
        self._done = 0
        self._off: Vector3 = (0.0, 0.0, 0.0)

    def step(self, position: Vector3) -> Vector3:
        """One sample in, one out [m]; once it has gone over, the filter's own."""
        if self._started and self._before is None:
            return self._filter.step(position)
        return super().step(position)

    def change(self, inner: PositionFilter) -> None:
        """Go over to another, fresh filter. A change within a change goes on from where the output is."""
        if self._started:
            self._before = self._filter if self._before is None else _Beside(self._off)
            self._done = 0
        self._filter = inner

    def _begin(self, position: Vector3) -> None:
        self._filter.reset()
        self._before = Unfiltered()
        self._done = 0

    def _step(self, position: Vector3) -> Vector3:
        after = self._filter.step(position)
        if self._before is None:
            return after
        share = self._done / self._count
        weight = share * share * (3.0 - 2.0 * share)
        x, y, z = between(self._before.step(position), after, weight)
        self._off = (x - position[0], y - position[1], z - position[2])
        self._done += 1
        if self._done > self._count:
            self._before = None
        return x, y, z


class _Beside(PositionFilter):
    """As far beside the hand as an output was at one moment."""

    __slots__ = ("_off",)

    def __init__(self, off: Vector3) -> None:
        super().__init__()
        self._off = off

    def _begin(self, position: Vector3) -> None: ...

    def _step(self, position: Vector3) -> Vector3:
        (x, y, z), (dx, dy, dz) = position, self._off
        return x + dx, y + dy, z + dz


def between(a: Vector3, b: Vector3, share: float) -> Vector3:
    """The point that lies a share of the way from a to b."""
    (x, y, z), (u, v, w) = a, b
    return x + share * (u - x), y + share * (v - y), z + share * (w - z)
