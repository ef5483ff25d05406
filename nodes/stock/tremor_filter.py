"""Removes physiological tremor from the hand's motion."""

import contextlib

from msgspec import structs

from sutura.kinematics.errors import KinematicsError
from sutura.kinematics.tremor import (
    PoseFilter,
    SampleGrid,
    TremorSettings,
    design_fir,
    fir_response,
    fir_wanted,
    is_designed,
)
from sutura.messages import Pose
from sutura.nodes import Input, Node, NodeParams, Output, RequestRefused

_MAX_AGE_S = 0.05


class TremorFilter(Node):
    """Take tremor (8-12 Hz) off the hand's position and orientation; which filter does it is a parameter.

    The default costs no delay on slow movement, and lets motion between 2 and 8 Hz grow by a bounded gain instead.
    Samples that were lost, and those of a slower master, are filled in on a straight line by their times.
    """

    class Params(NodeParams, TremorSettings):
        """See docs/tremor.md. Live changes fade in within half a second."""

    params: Params

    measured_cp = Input(Pose, max_age=_MAX_AGE_S, frame="{measured_cp}_base")
    filtered_cp = Output(Pose, valid_for=0.05, frame="{measured_cp}_base")

    def on_start(self) -> None:
        self._filter = PoseFilter(self.params)
        self._grid = SampleGrid(self.params.rate, _MAX_AGE_S)
        self._is_told = False
        with contextlib.suppress(KinematicsError):  # only in case that a person turns to it; then it is refused
            design_fir(fir_wanted(structs.replace(self.params, filter="fir")))
        self._show_response(self.params)

    def on_params(self, params: NodeParams) -> None:
        """Go over to other settings smoothly, if that takes no longer than the pipeline may be silent."""
        if not isinstance(params, self.Params):
            return
        if params.rate != self.params.rate:
            raise RequestRefused(f"{self.name}: the rate of the hand's samples cannot change in a run")
        if params.filter == "fir" and not is_designed(fir_wanted(params)):
            raise RequestRefused(
                f"{self.name}: a FIR is designed before the run starts, as it takes too long in it; "
                f"set its bands, attenuation, allowed_gain and memory in the topology"
            )
        self._filter.change(params)
        self._show_response(params)

    def on_measured_cp(self, pose: Pose) -> None:
        """Filter one sample; the first, and the first after a gap, passes as it is."""
        frame = self.measured_cp.frame
        missed = self._grid.missed(frame.stamp) if frame is not None else 0
        self.filtered_cp.publish(Pose(*self._filter.step(pose.position, pose.orientation, missed)))
        if self._grid.is_too_fast and not self._is_told:
            self._is_told = True
            self.event(
                "rate",
                f"the hand's samples come faster than the rate of {self.params.rate:g} Hz, so that tremor passes",
            )

    def on_stale_measured_cp(self) -> None:
        """Begin anew: what lies before a gap says nothing about after it."""
        self._filter.reset()
        self._grid.reset()

    def _show_response(self, p: Params) -> None:
        """What the FIR does, for `sutura node info`."""
        self.gauges.clear()
        if p.filter == "fir":
            said = fir_response(design_fir(fir_wanted(p)), p.rate, p.voluntary_band, p.tremor_band)
            self.gauges.update(
                attenuation_db=said.attenuation,
                gain_db=said.gain,
                gain_at_hz=said.gain_at,
                lag=said.lag,
                movement_error=said.movement_error,
            )
