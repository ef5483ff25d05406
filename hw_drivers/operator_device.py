"""The interface of everything by which an operator says that he is there, and what shall stop."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import msgspec

from sutura.hw_drivers.context import DriverContext, DriverOptions, read_options
from sutura.hw_drivers.errors import WrongState


class OperatorSample(msgspec.Struct, frozen=True, gc=False):
    """The levels of this moment.

    present: the operator holds the dead-man button or stands on the pedal; clutch, estop: pressed; camera: the
    pedal that gives the hands to the camera arm; swap: the pedal that gives them to another arm.
    """

    present: bool
    clutch: bool
    estop: bool = False
    camera: bool = False
    swap: bool = False


class OperatorDevice(ABC):
    """Pedals, buttons, a head sensor. A driver implements `_open`, `_read` and `_close`.

    closed → open() → reading → close(). A device that is lost raises DeviceLost from `read`; `close()` and then
    `open()` is the way back. `read` never waits.

    simulated: no hardware is read, and the same times give the same levels.
    """

    Options: ClassVar[type[DriverOptions]] = DriverOptions
    simulated: ClassVar[bool] = False

    def __init__(self, options: Mapping[str, object], context: DriverContext) -> None:
        self.context = context
        self.options = read_options(type(self).__name__, self.Options, options)
        self._is_open = False

    def open(self) -> None:
        """Take the device. Opening twice changes nothing. Raises DriverError."""
        if not self._is_open:
            self._open()
            self._is_open = True

    def read(self, elapsed: float) -> OperatorSample | None:
        """The levels now, `elapsed` seconds into the run; None while there is nothing to say, which means absent,
        clutched and stopped. Raises DeviceLost, DeviceFault."""
        if not self._is_open:
            raise WrongState(f"{type(self).__name__} of {self.context.name}", "read", "open", "closed")
        sample = self._read(elapsed)
        disturbance = self.context.disturbance
        return sample if disturbance is None or sample is None else disturbance(sample)

    def close(self) -> None:
        """Give the device back. Closing twice changes nothing."""
        if self._is_open:
            self._is_open = False
            self._close()

    @abstractmethod
    def _open(self) -> None: ...

    @abstractmethod
    def _read(self, elapsed: float) -> OperatorSample | None: ...

    def _close(self) -> None:
        """Most devices need nothing here."""
