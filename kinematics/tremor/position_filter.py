"""The one interface of all tremor filters."""

from abc import ABC, abstractmethod

from sutura.kinematics.rotations import Vector3


class PositionFilter(ABC):
    """Samples of a hand's position in, the position that the hand meant out.

    A filter takes its first sample for a hand that has always rested there, so that its first output is its first
    input. Samples come at the rate the filter was made for.
    """

    __slots__ = ("_started",)

    def __init__(self) -> None:
        self._started = False

    def reset(self) -> None:
        """Forget everything; the next sample begins anew."""
        self._started = False

    def step(self, position: Vector3) -> Vector3:
        """One sample in, one out [m]."""
        if not self._started:
            self._begin(position)
            self._started = True
        return self._step(position)

    @abstractmethod
    def _begin(self, position: Vector3) -> None:
        """Take the state in which the filter rests at a position."""

    @abstractmethod
    def _step(self, position: Vector3) -> Vector3:
        """One sample in, one out; `_begin` came before."""
