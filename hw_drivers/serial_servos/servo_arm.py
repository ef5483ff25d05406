"""What is the same for every arm of serial servos in position mode: its life, its joints, how it holds."""

import time
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import suppress

from sutura.hw_drivers.actuator import ActuatorDriver, DriverState
from sutura.hw_drivers.capabilities import StopCategory
from sutura.hw_drivers.context import DriverContext
from sutura.hw_drivers.errors import BadOptions, DeviceFault, DeviceLost, DriverError
from sutura.hw_drivers.joint_map import JointMap
from sutura.hw_drivers.joints import ActuatedJoints
from sutura.hw_drivers.serial_servos.servo_row import AT_REST, PortOptions, Range, ServoRow, held_goals
from sutura.messages import JointState

_SETTLE_S = 0.1  # a controlled stop waits so long for the motors to rest


class ServoArm(ActuatorDriver):
    """A driver of one kind of servos makes its row; this is the rest."""

    Options = PortOptions
    options: PortOptions

    def __init__(self, joints: ActuatedJoints, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(joints, options, context)
        self.map = JointMap.of(self.options.joint_map, joints.names, self.name)
        self.row = self._make_row()
        self._goals: tuple[float, ...] = ()  # rad of the motors
        self._is_lost = False  # and it has been told

    @abstractmethod
    def _make_row(self) -> ServoRow:
        """The servos, not open yet. Raises MissingExtra, BadOptions."""

    def _open(self) -> None:
        self.row.open()
        self._is_lost = False
        try:
            self._check_ranges()
        except DriverError:
            self.row.close()
            raise

    def _enable(self) -> None:
        self.row.power()
        self._goals = ()

    def _read(self) -> JointState:
        try:
            found = self.row.measure(judge=self.state is DriverState.ENABLED)
        except DeviceLost:
            self._is_lost = True
            raise
        self._is_lost, to_joints = False, self.map
        return JointState(
            self.joints.names,
            to_joints.to_joints(found.position),
            to_joints.velocities_to_joints(found.velocity),
            to_joints.efforts_to_joints(found.effort) if found.effort else (),
        )

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        self._goals = self.map.to_motors(positions)
        try:
            self.row.send(self._goals)
        except DeviceLost:
            self._is_lost = True
            raise
        return positions

    def _stop(self, category: StopCategory) -> None:
        """A device that is lost, and of which that was told, cannot be stopped from here: it stops as it can."""
        try:
            self._stop_motors(category)
        except DeviceLost:
            if not self._is_lost:
                self._is_lost = True
                raise

    def _stop_motors(self, category: StopCategory) -> None:
        if category is not StopCategory.OFF:
            self._hold()
        if category is StopCategory.CONTROLLED:
            self._wait_for_rest()
        if category is not StopCategory.HOLD:
            self.row.drop()

    def _close(self) -> None:
        self.row.close()

    def _hold(self) -> None:
        """What one motor says of itself keeps no other from holding."""
        if self._goals:
            self._goals = held_goals(self._goals, self.row.measure(judge=False))
            self.row.send(self._goals)

    def _wait_for_rest(self) -> None:
        until = time.monotonic() + _SETTLE_S
        with suppress(DeviceFault):  # a motor without torque will not stop; the torque of all goes next
            while any(abs(speed) > AT_REST for speed in self.row.measure().velocity) and time.monotonic() < until:
                pass

    # What the joints ask of the motors -------------------------------------------------------------------------

    def _check_ranges(self) -> None:
        """Whether all that the joints may do lies within what the motors may, else BadOptions."""
        for motor, needed, (low, high) in zip(self.row.motors, self._needed(), self.row.ranges(), strict=True):
            if not (low <= needed[0] and needed[1] <= high):
                reason = (
                    f"motor {motor} would have to go from {needed[0]:.4g} to {needed[1]:.4g} rad for the limits"
                )
                reason += f" of the joints, it may go from {low:.4g} to {high:.4g} rad"
                raise BadOptions(self.name, reason, self.Options.__struct_fields__)

    def _needed(self) -> list[Range]:
        """The least and greatest position of each motor, over all that the joints may do."""
        joints = self.joints
        zeros = (0.0,) * len(joints.names)
        origin = self.map.to_motors(zeros)
        lows, highs = list(origin), list(origin)
        for n, (lower, upper) in enumerate(zip(joints.lower, joints.upper, strict=True)):
            row = self.map.to_motors((*zeros[:n], 1.0, *zeros[n + 1 :]))
            for m, (one, none) in enumerate(zip(row, origin, strict=True)):
                if share := one - none:
                    ends = sorted((share * lower, share * upper))
                    lows[m], highs[m] = lows[m] + ends[0], highs[m] + ends[1]
        return list(zip(lows, highs, strict=True))
