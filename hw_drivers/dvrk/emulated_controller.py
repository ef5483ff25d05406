"""The controller of an emulated dVRK arm: its operating state, and a servo that keeps the last goal."""

from collections.abc import Sequence

from sutura.hw_drivers.device_thread import STEP_S
from sutura.hw_drivers.dvrk.streamer import STATES, CrtkState, Ordered, StateJoint
from sutura.hw_drivers.emulated_motor import EmulatedMotor

ENABLED, DISABLED, FAULT = "ENABLED", "DISABLED", "FAULT"
_COMMANDS = {"enable": ENABLED, "disable": DISABLED, "pause": "PAUSED", "resume": ENABLED}
_BRAKE = 10.0  # how much harder the joints without power slow down than their motors can


class EmulatedController:
    """Joints and operating state. takes_commands: CRTK's state_command is heard, else its console enables it."""

    def __init__(
        self, names: Sequence[str], start: Sequence[float], acceleration: float, state: str, takes_commands: bool
    ) -> None:
        self.motors = tuple(EmulatedMotor(acceleration, position) for position in start)
        self.state = state
        self._names = tuple(names)
        self._takes_commands = takes_commands
        self._is_broken = False

    def step(self) -> None:
        """Let STEP_S pass."""
        for motor in self.motors:
            if self.state == ENABLED:
                motor.follow(STEP_S)
            else:
                motor.brake(_BRAKE * motor.acceleration, STEP_S)

    def carry_out(self, order: Ordered) -> None:
        """What came over the streamer."""
        if order.state_command is not None and self._takes_commands and not self._is_broken:
            self._enter(_COMMANDS.get(order.state_command.data, self.state))
        if self.state != ENABLED:
            return
        if order.hold is not None:
            self._hold()
        for goal, motors in ((order.servo_jp, self.motors[:-1]), (order.jaw, self.motors[-1:])):
            if goal is not None and len(goal.goal) == len(motors):
                for motor, position in zip(motors, goal.goal, strict=True):
                    motor.aim(position, STEP_S)

    def fail(self) -> None:
        """It finds a fault and takes the power off."""
        self._is_broken, self.state = True, FAULT

    def repair(self) -> None:
        """What was broken can be enabled again; without a state_command, its console has done that already."""
        self._is_broken = False
        if self.state == FAULT and not self._takes_commands:
            self._enter(ENABLED)

    def told(self, now: int) -> dict[str, StateJoint | CrtkState]:
        """What its streamer reads, by name."""
        return {
            "measured_js": self._joints(slice(None, -1), now),
            "jaw/measured_js": self._joints(slice(-1, None), now),
            "operating_state": CrtkState(STATES.index(self.state), True, False),
        }

    def _joints(self, part: slice, now: int) -> StateJoint:
        motors = self.motors[part]
        return StateJoint(
            [motor.position for motor in motors],
            [motor.velocity for motor in motors],
            [motor.torque for motor in motors],
            list(self._names[part]),
            now * 1e-9,
        )

    def _enter(self, state: str) -> None:
        if state == ENABLED and self.state != ENABLED:
            self._hold()
        self.state = state

    def _hold(self) -> None:
        for motor in self.motors:
            motor.hold()
