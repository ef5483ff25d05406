"""Turns joints into tool poses, and measures how well the tool follows its command."""

import math

from sutura.kinematics import load_arm
from sutura.kinematics.rotations import angle_between
from sutura.messages import JointState, OperatingState, Pose, TrackingError
from sutura.nodes import LATCHED, Input, Node, NodeParams, Output


class ForwardKinematics(Node):
    """Publish the tool's measured and set poses, and its distance from the command while the arm follows one.

    The error is taken at each measurement against the newest command, so the arm's lag counts in full.
    """

    class Params(NodeParams):
        """model: arm file, by name or path."""

        model: str = "psm_classic_lnd"

    params: Params

    measured_js = Input(JointState, max_age=0.05)
    setpoint_js = Input(JointState, max_age=0.05)
    command = Input(Pose, max_age=0.03, frame="{measured_cp}_base", required=False)
    operating_state = Input(OperatingState, policy=LATCHED, required=False)
    measured_cp = Output(Pose, valid_for=0.05, frame="{measured_cp}_base", rate="measured_js")
    setpoint_cp = Output(Pose, valid_for=0.1, frame="{setpoint_cp}_base", rate="setpoint_js")
    tracking_error = Output(TrackingError, valid_for=0.05, rate="measured_js")

    def on_start(self) -> None:
        self._arm = load_arm(self.params.model)

    def on_setpoint_js(self, joints: JointState) -> None:
        """Where the tool was told to be."""
        self.setpoint_cp.publish(Pose(*self._arm.forward_pose(joints.position)))

    def on_measured_js(self, joints: JointState) -> None:
        """Where the tool is."""
        pose = Pose(*self._arm.forward_pose(joints.position))
        self.measured_cp.publish(pose)
        state, command = self.operating_state.value, self.command.value
        if state is not None and state.is_busy and command is not None:
            distance = math.dist(pose.position, command.position)
            self.tracking_error.publish(
                TrackingError(distance, angle_between(command.orientation, pose.orientation))
            )
            self.measure("tip_error", distance)
