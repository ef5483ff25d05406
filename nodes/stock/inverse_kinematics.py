"""Turns tool poses into joint commands."""

from sutura.kinematics import KinematicsError, open_arm
from sutura.messages import JointCommand, JointState, Pose, SaturatedPose
from sutura.nodes import Input, Node, NodeParams, Output

_EPISODE_NS = 500_000_000  # limits reached less than this apart are one event
_LONGEST_STEP_S = 0.01  # a gap between two poses buys no leap


class InverseKinematics(Node):
    """Inverse kinematics from the last solution, on its branch, within the limits.

    A pose beyond a limit is saturated, and `saturated_cp` says where the tool goes instead, so that the hand can be
    anchored there. A pose that is none is not sent: the command then runs out and the arm holds.
    """

    class Params(NodeParams):
        """model: arm file, by name or path."""

        model: str = "psm_classic_lnd"

    params: Params

    target = Input(Pose, max_age=0.03, frame="{target}_base")
    setpoint_js = Input(JointState, max_age=0.1, feedback=True)
    servo_jp = Output(JointCommand, valid_for=0.03, rate="target")
    saturated_cp = Output(SaturatedPose, valid_for=0.03, frame="{target}_base", rate="target")

    def on_start(self) -> None:
        self._arm = open_arm(self.params.model)
        self._names = self._arm.joint_names
        self._near: tuple[float, ...] | None = None
        self._solved_at = 0
        self._troubled_at = -_EPISODE_NS

    def on_target(self, pose: Pose) -> None:
        """Solve, saturate, send."""
        near = self._near
        if near is None:
            setpoint = self.setpoint_js.value
            if setpoint is None:
                return
            near = setpoint.position
        now = self.now()
        dt, self._solved_at = min((now - self._solved_at) * 1e-9, _LONGEST_STEP_S), now
        try:
            joints, limited = self._arm.track(pose.position, pose.orientation, near, dt)
        except KinematicsError as error:
            self._tell(str(error))
            return
        self._near = joints
        self.servo_jp.publish(JointCommand(self._names, joints))
        if limited:
            self.saturated_cp.publish(SaturatedPose(*self._arm.forward_pose(joints), limited))
            self._tell(f"joint limits reached: {', '.join(limited)}")

    def on_stale_target(self) -> None:
        """Begin anew from where the arm is."""
        self._near = None

    def _tell(self, trouble: str) -> None:
        self.gauge("limited_commands", self.gauges.get("limited_commands", 0) + 1)
        now = self.now()
        if now - self._troubled_at > _EPISODE_NS:
            self.event("limit", trouble)
        self._troubled_at = now
