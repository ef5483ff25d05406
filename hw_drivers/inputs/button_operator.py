"""Operator devices whose levels are buttons."""

from abc import abstractmethod
from typing import ClassVar

from sutura.hw_drivers.context import DriverOptions
from sutura.hw_drivers.errors import DeviceLost
from sutura.hw_drivers.inputs.controls import ButtonMap, Controls, DeadMan
from sutura.hw_drivers.operator_device import OperatorDevice, OperatorSample


class ButtonOperatorOptions(DriverOptions):
    """map: which button is which level."""

    map: ButtonMap


class ButtonOperator(OperatorDevice):
    """Each level is a button that is held; presence counts once its button has been seen released.

    A driver opens the device. One that is lost raises DeviceLost.
    """

    Options: ClassVar[type[DriverOptions]] = ButtonOperatorOptions
    options: ButtonOperatorOptions
    _controls: Controls | None = None

    @abstractmethod
    def _take(self) -> Controls:
        """Open the device. Raises DeviceLost, MissingExtra."""

    def _open(self) -> None:
        self._controls = self._take()
        self._dead_man = DeadMan()

    def _read(self, elapsed: float) -> OperatorSample:
        controls = self._controls
        if controls is None:
            raise DeviceLost(self.context.name, "it is closed")
        controls.poll()
        buttons = self.options.map
        is_there = self._dead_man.says_present(controls, buttons.present)
        levels = (buttons.clutch, buttons.estop, buttons.camera, buttons.swap)
        return OperatorSample(is_there, *(bool(button) and controls.is_held(button) for button in levels))

    def _close(self) -> None:
        if self._controls is not None:
            self._controls.close()
            self._controls = None
