"""Turns tool poses into joint commands."""

from sutura.kinematics import KinematicsError, load_arm
from sutura.messages import JointCommand, JointState, Pose
from sutura.nodes import Input, Node, NodeParams, Output


class InverseKinematics(Node):
    """Closed-form inverse kinematics, nearest to the last solution; joints beyond a limit are brought back to it.

    An unreachable pose is not sent: the command then runs out and the arm holds.
    """

    class Params(NodeParams):
        """model: arm file, by name or path."""

        model: str = "psm_classic_lnd"

    params: Params

    target = Input(Pose, max_age=0.03, frame="{target}_base")
    setpoint_js = Input(JointState, max_age=0.1, feedback=True)
    servo_jp = Output(JointCommand, valid_for=0.03)

    def on_start(self) -> None:
        self._arm = load_arm(self.params.model)
        self._names = self._arm.joint_names
        self._near: tuple[float, ...] | None = None
        self._trouble = ""

    def on_target(self, pose: Pose) -> None:
        """Solve, saturate, send."""
        near = self._near
        if near is None:
            setpoint = self.setpoint_js.value
            if setpoint is None:
                return
            near = setpoint.position
        try:
            solution = self._arm.solve(pose.position, pose.orientation, near)
        except KinematicsError as error:
            self._tell(str(error))
            return
        joints: tuple[float, ...] = solution.joints
        if solution.excess:
            joints, limited = self._arm.saturate(joints)
            self._tell(f"joint limits reached: {', '.join(limited)}")
        elif self._trouble:
            self._trouble = ""
        self._near = joints
        self.servo_jp.publish(JointCommand(self._names, joints))

    def on_stale_target(self) -> None:
        """Begin anew from where the arm is."""
        self._near = None

    def _tell(self, trouble: str) -> None:
        self.gauge("limited_commands", self.gauges.get("limited_commands", 0) + 1)
        if not self._trouble:
            self.event("limit", trouble)
        self._trouble = trouble
