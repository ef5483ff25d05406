"""Turns joints into tool poses, and measures how well the tool follows its command."""

import math
from typing import Annotated

from msgspec import Meta

from sutura.kinematics import open_arm
from sutura.kinematics.rotations import angle_between
from sutura.messages import JointState, OperatingState, Pose, RemoteCentreState, TrackingError
from sutura.nodes import LATCHED, Input, Node, NodeParams, Output


class ForwardKinematics(Node):
    """Publish the tool's measured and set poses, and its distance from the command while the arm follows one.

    For an arm with a programmed remote centre it also says how far the shaft, as measured, passes from it; the
    gauge `remote_centre_mm` keeps the largest distance [mm], and more than the tolerance is an event.

    The error is taken at each measurement against the newest command, so the arm's lag counts in full.
    """

    class Params(NodeParams):
        """model: arm file, by name or path; remote_centre_tolerance [m]: deviation that people are told of."""

        model: str = "psm_classic_lnd"
        remote_centre_tolerance: Annotated[float, Meta(gt=0.0)] = 0.0005

    params: Params

    measured_js = Input(JointState, max_age=0.05)
    setpoint_js = Input(JointState, max_age=0.05)
    command = Input(Pose, max_age=0.03, frame="{measured_cp}_base", required=False)
    operating_state = Input(OperatingState, policy=LATCHED, required=False)
    measured_cp = Output(Pose, valid_for=0.05, frame="{measured_cp}_base", rate="measured_js")
    setpoint_cp = Output(Pose, valid_for=0.1, frame="{setpoint_cp}_base", rate="setpoint_js")
    remote_centre = Output(RemoteCentreState, valid_for=0.05, rate="measured_js")
    tracking_error = Output(TrackingError, valid_for=0.05, rate="measured_js")

    def on_start(self) -> None:
        self._arm = open_arm(self.params.model)
        self._farthest = 0.0
        self._deviates: bool | None = None

    def on_setpoint_js(self, joints: JointState) -> None:
        """Where the tool was told to be."""
        self.setpoint_cp.publish(Pose(*self._arm.forward_pose(joints.position)))

    def on_measured_js(self, joints: JointState) -> None:
        """Where the tool is."""
        pose = Pose(*self._arm.forward_pose(joints.position))
        self.measured_cp.publish(pose)
        deviation = self._arm.remote_centre_deviation(joints.position)
        if deviation is not None:
            self._tell_deviation(deviation)
        state, command = self.operating_state.value, self.command.value
        if state is not None and state.is_busy and command is not None:
            distance = math.dist(pose.position, command.position)
            self.tracking_error.publish(
                TrackingError(distance, angle_between(command.orientation, pose.orientation))
            )
            self.measure("tip_error", distance)

    def on_stop(self) -> None:
        if self._deviates is not None:
            self.event("info", f"the shaft passed the remote centre by {1e3 * self._farthest:.3f} mm at most")

    def _tell_deviation(self, deviation: float) -> None:
        self.remote_centre.publish(RemoteCentreState(deviation))
        self.measure("remote_centre_deviation", deviation)
        self._farthest = max(self._farthest, deviation)
        self.gauge("remote_centre_mm", 1e3 * self._farthest)
        most, deviated = self.params.remote_centre_tolerance, self._deviates
        self._deviates = deviation > most
        if self._deviates and not deviated:
            self.event(
                "limit", f"the shaft passes the remote centre by {1e3 * deviation:.3f} mm, more than {1e3 * most:g}"
            )
