"""What is the same for every device that is only read: its life, its options, the state that a reading needs."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, Generic, TypeVar

import msgspec

from sutura.hw_drivers.context import DriverContext, DriverOptions, read_options
from sutura.hw_drivers.errors import WrongState

SampleT = TypeVar("SampleT", bound=msgspec.Struct)


class Reader(ABC, Generic[SampleT]):
    """A driver implements `_open`, `_read` and `_close`; closed → open() → reading → close().

    simulated: no hardware is read, and the same times give the same readings.
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

    def read(self, elapsed: float) -> SampleT | None:
        """The newest reading, `elapsed` seconds into the run; None while there is nothing (more) to say.

        Raises DeviceLost, DeviceFault.
        """
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
    def _read(self, elapsed: float) -> SampleT | None: ...

    def _close(self) -> None:
        """Most devices need nothing here."""
