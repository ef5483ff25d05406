"""Removes physiological tremor from the hand's motion."""

from typing import Annotated

from msgspec import Meta

from sutura.kinematics.low_pass import PoseLowPass
from sutura.kinematics.rotations import Quaternion, Vector3
from sutura.messages import Pose
from sutura.nodes import Input, Node, NodeParams, Output, RequestRefused


class TremorFilter(Node):
    """Second-order Butterworth low-pass on position and orientation.

    It removes tremor (8-12 Hz) at the price of delay: about 0.225 / cutoff seconds.
    """

    class Params(NodeParams):
        """cutoff [Hz]; rate [Hz]: of the hand's samples."""

        cutoff: Annotated[float, Meta(gt=0.0, le=100.0)] = 5.0
        rate: Annotated[float, Meta(gt=0.0, le=2000.0)] = 1000.0

    params: Params

    measured_cp = Input(Pose, max_age=0.05, frame="{measured_cp}_base")
    filtered_cp = Output(Pose, valid_for=0.05, frame="{measured_cp}_base")

    def on_start(self) -> None:
        self._filter = PoseLowPass(self.params.cutoff, self.params.rate)
        self._last: tuple[Vector3, Quaternion] | None = None

    def on_params(self, params: NodeParams) -> None:
        if not isinstance(params, self.Params):
            return
        try:
            fresh = PoseLowPass(params.cutoff, params.rate)
        except ValueError as error:
            raise RequestRefused(f"{self.name}: {error}") from error
        if self._last is not None:
            fresh.step(*self._last)  # it rests at the last output, so that nothing jumps
        self._filter = fresh

    def on_measured_cp(self, pose: Pose) -> None:
        """Filter one sample; the first after a gap passes as it is."""
        self._last = self._filter.step(pose.position, pose.orientation)
        self.filtered_cp.publish(Pose(*self._last))

    def on_stale_measured_cp(self) -> None:
        """Begin anew: what lies before a gap says nothing about after it."""
        self._filter.reset()
        self._last = None
