"""The web console as a master and as the operator's device; `sutura.console` says where gizmo and pedals are."""

import math
from typing import Annotated

from msgspec import Meta

from sutura.hw_drivers.context import DriverOptions
from sutura.hw_drivers.errors import DeviceLost
from sutura.hw_drivers.input_device import HandSample, InputDevice
from sutura.hw_drivers.inputs.console_wire import ConsoleState, ReaderEnd
from sutura.hw_drivers.operator_device import OperatorDevice, OperatorSample
from sutura.kinematics.rotations import angle_between, normalise, slerp
from sutura.messages import Pose


class ConsoleHandOptions(DriverOptions):
    """speed [m/s], turn [rad/s]: the fastest that the hand goes after the gizmo; smoothing [s]: time constant of
    its coming after, since a browser tells where its mouse is a few dozen times a second."""

    speed: Annotated[float, Meta(gt=0.0, le=2.0)] = 0.5
    turn: Annotated[float, Meta(gt=0.0, le=20.0)] = 6.0
    smoothing: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.03


class ConsoleHand(InputDevice):
    """The gizmo of the web console, as a hand. A console that is silent for 60 ms is no hand."""

    Options = ConsoleHandOptions
    options: ConsoleHandOptions
    _end: ReaderEnd | None = None

    def _open(self) -> None:
        self._end = ReaderEnd(self.context.device_dir, self.context.name)
        self._at: tuple[float, Pose] | None = None

    def _read(self, elapsed: float) -> HandSample | None:
        state = _newest(self._end, self.context.name, self.context.now())
        if state is None:
            self._at = None
            return None
        wanted = Pose(state.position, normalise(state.orientation))
        pose = wanted if self._at is None else self._towards(wanted, elapsed - self._at[0], self._at[1])
        self._at = (elapsed, pose)
        return HandSample(pose, state.gripper)

    def _towards(self, wanted: Pose, dt: float, last: Pose) -> Pose:
        share = 1.0 - math.exp(-max(0.0, dt) / self.options.smoothing)
        distance = math.dist(wanted.position, last.position)
        angle = angle_between(last.orientation, wanted.orientation)
        go = _bounded(share, distance, self.options.speed * dt)
        turn = _bounded(share, angle, self.options.turn * dt)
        x, y, z = (a + go * (b - a) for a, b in zip(last.position, wanted.position, strict=True))
        return Pose((x, y, z), normalise(slerp(last.orientation, wanted.orientation, turn)))

    def _close(self) -> None:
        if self._end is not None:
            self._end.close()
            self._end = None


class ConsoleOperator(OperatorDevice):
    """Presence, clutch and stop of the web console. Its silence is absence, and no release of a stop."""

    _end: ReaderEnd | None = None
    _stopped = False

    def _open(self) -> None:
        self._end = ReaderEnd(self.context.device_dir, self.context.name)

    def _read(self, elapsed: float) -> OperatorSample:
        state = _newest(self._end, self.context.name, self.context.now())
        if state is None:
            return OperatorSample(present=False, clutch=True, estop=self._stopped)
        self._stopped = state.estop
        return OperatorSample(present=state.present, clutch=state.clutch, estop=state.estop)

    def _close(self) -> None:
        if self._end is not None:
            self._end.close()
            self._end = None


def _newest(end: ReaderEnd | None, label: str, now: int) -> ConsoleState | None:
    if end is None:
        raise DeviceLost(label, "it is closed")
    return end.newest(now)


def _bounded(share: float, way: float, most: float) -> float:
    """The share of a way that is gone, at most `most` of it."""
    return min(share, most / way) if way > 0.0 else share
