"""Removes physiological tremor from the hand's motion."""

from typing import Annotated

from msgspec import Meta

from sutura.kinematics.low_pass import PoseLowPass
from sutura.messages import Pose
from sutura.nodes import Input, Node, NodeParams, Output


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

    def on_params(self, params: NodeParams) -> None:
        if isinstance(params, self.Params):
            self._filter = PoseLowPass(params.cutoff, params.rate)

    def on_measured_cp(self, pose: Pose) -> None:
        """Filter one sample; the first after a gap passes as it is."""
        self.filtered_cp.publish(Pose(*self._filter.step(pose.position, pose.orientation)))

    def on_stale_measured_cp(self) -> None:
        """Begin anew: what lies before a gap says nothing about after it."""
        self._filter.reset()
