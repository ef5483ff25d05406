"""A leader: an arm of servos without torque, moved by hand, whose joints are read."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Literal

from msgspec import Meta

from sutura.hw_drivers.context import DriverContext
from sutura.hw_drivers.dynamixel.row import DynamixelOptions, DynamixelRow
from sutura.hw_drivers.errors import DeviceLost, DriverError
from sutura.hw_drivers.feetech.row import FeetechOptions, FeetechRow
from sutura.hw_drivers.input_device import HandSample, InputDevice
from sutura.hw_drivers.joint_map import JointMap
from sutura.hw_drivers.leader.hand_hold import MovedLately, SprungTrigger
from sutura.hw_drivers.serial_servos.motor_ids import motor_ids
from sutura.hw_drivers.serial_servos.servo_row import PortOptions, ServoRow
from sutura.kinematics import open_arm
from sutura.messages import JointState, Pose

_GRIPPER = "gripper"


class LeaderOptions(PortOptions, kw_only=True):
    """servos: of which kind they are; model: arm file of its kinematics, the gripper's servo comes last;
    spring: share of its strength with which that servo pulls towards `spring_to` [rad], 0 for a free gripper.

    A hand holds a sprung gripper that is `pull` [rad] away from there, and an arm with a free one that has moved in
    the last `still_after` [s]."""

    servos: Literal["feetech", "dynamixel"] = "feetech"
    model: str = "so101"
    spring: Annotated[float, Meta(ge=0.0, le=0.3)] = 0.0
    spring_to: float = 1.0
    pull: Annotated[float, Meta(gt=0.0)] = 0.2
    still_after: Annotated[float, Meta(gt=0.0)] = 2.0


class LeaderArm(InputDevice):
    """The hand's pose by the arm's forward kinematics, its gripper's angle, and the joints themselves."""

    Options = LeaderOptions
    options: LeaderOptions

    def __init__(self, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(options, context)
        self._arm = open_arm(self.options.model)
        self._names = self._arm.joint_names
        owner = f"LeaderArm of {context.name}"
        self._map = JointMap.of(self.options.joint_map, (*self._names, _GRIPPER), owner)
        self._row = self._make_row(owner)

    def _make_row(self, owner: str) -> ServoRow:
        chosen, ids = self.options, motor_ids(owner, self._map)
        port, baud, timeout = chosen.port, chosen.baud, chosen.reply_timeout
        if chosen.servos == "feetech":
            return FeetechRow(owner, FeetechOptions(port=port, baud=baud, reply_timeout=timeout), ids)
        return DynamixelRow(owner, DynamixelOptions(port=port, baud=baud, reply_timeout=timeout), ids)

    def _make_hand(self) -> SprungTrigger | MovedLately:
        chosen = self.options
        return SprungTrigger(chosen.spring_to, chosen.pull) if chosen.spring else MovedLately(chosen.still_after)

    def _open(self) -> None:
        self._row.open()
        self._hand = self._make_hand()
        try:
            here = self._map.to_joints(self._row.measure().position)
            if self.options.spring:
                self._pull(here)
        except DriverError:
            self._row.close()
            raise

    def _pull(self, here: tuple[float, ...]) -> None:
        goals = self._map.to_motors((*here[:-1], self.options.spring_to))
        self._row.spring(len(goals) - 1, goals[-1], self.options.spring)

    def _read(self, elapsed: float) -> HandSample | None:
        found = self._row.measure()
        joints = self._map.to_joints(found.position)
        speeds = self._map.velocities_to_joints(found.velocity)
        pose = Pose(*self._arm.forward_pose(joints[:-1]))
        state = JointState(self._names, joints[:-1], speeds[:-1])
        return HandSample(pose, joints[-1], state, self._hand.held(joints, elapsed))

    def _close(self) -> None:
        """The gripper's spring ends with the run."""
        try:
            if self.options.spring:
                with suppress(DeviceLost):  # a bus that is gone cannot be told
                    self._row.drop()
        finally:
            self._row.close()
