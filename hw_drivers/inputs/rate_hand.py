"""Hands that a stick drives: deflections become velocities, and these a pose."""

from abc import abstractmethod
from typing import ClassVar

import msgspec

from sutura.hw_drivers.context import DriverOptions
from sutura.hw_drivers.errors import DeviceLost
from sutura.hw_drivers.input_device import HandSample, InputDevice
from sutura.hw_drivers.inputs.controls import AxisMap, ButtonMap, Controls, DeadMan, pushed
from sutura.hw_drivers.inputs.rate_motion import RateMotion, RateOptions

_HEARD_S = 0.1  # after this everyone has heard of the clutch


class RateHandOptions(RateOptions, kw_only=True):
    """map: which button is the dead-man's and the clutch; axes: what moves the hand; else as `RateOptions`."""

    map: ButtonMap
    axes: AxisMap = msgspec.field(default_factory=AxisMap)


class RateHand(InputDevice):
    """Moves while the dead-man button is held; with the clutch too, it goes back to the middle of its workspace.

    A driver opens the device. One that is lost raises DeviceLost; opened again the hand begins in the middle.
    """

    Options: ClassVar[type[DriverOptions]] = RateHandOptions
    options: RateHandOptions
    _controls: Controls | None = None

    @abstractmethod
    def _take(self) -> Controls:
        """Open the device. Raises DeviceLost, MissingExtra."""

    def _open(self) -> None:
        self._controls = self._take()
        self._motion = RateMotion(self.options)
        self._dead_man = DeadMan()
        self._elapsed: float | None = None
        self._clutched_for = 0.0

    def _read(self, elapsed: float) -> HandSample:
        controls = self._controls
        if controls is None:
            raise DeviceLost(self.context.name, "it is closed")
        controls.poll()
        dt = 0.0 if self._elapsed is None else elapsed - self._elapsed
        self._elapsed = elapsed
        buttons, motion = self.options.map, self._motion
        is_there = self._dead_man.says_present(controls, buttons.present)
        if buttons.clutch and controls.is_held(buttons.clutch):
            self._clutched_for += dt
            if is_there and self._clutched_for > _HEARD_S:
                motion.go_back(dt)
        else:
            self._clutched_for = 0.0
            if is_there:
                self._move(controls, dt)
        return HandSample(motion.pose, motion.gripper)

    def _move(self, controls: Controls, dt: float) -> None:
        axes = self.options.axes
        along = pushed(controls, axes.x), pushed(controls, axes.y), pushed(controls, axes.z)
        about = pushed(controls, axes.roll), pushed(controls, axes.pitch), pushed(controls, axes.yaw)
        self._motion.move(along, about, pushed(controls, axes.gripper), dt)

    def _close(self) -> None:
        if self._controls is not None:
            self._controls.close()
            self._controls = None
