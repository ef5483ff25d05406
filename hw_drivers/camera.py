"""The interface of everything that sees."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from sutura.hw_drivers.context import DriverContext, DriverOptions, read_options
from sutura.hw_drivers.errors import DeviceFault, WrongState

Pixels = NDArray[np.uint8]


class CameraFrame(msgspec.Struct, frozen=True):
    """One picture. pixels: (height, width, 3), red, green, blue; stamp [ns]: when it was taken, by the host's
    clock (CLOCK_MONOTONIC)."""

    pixels: Pixels
    stamp: int


class CameraCapabilities(msgspec.Struct, frozen=True, kw_only=True):
    """simulated: no hardware is read, and the same times give the same pictures; stamped_at_capture: the stamp is
    that of the picture, not of when it came in; on_request: a picture is made when it is read, and at any scale,
    else they come by themselves."""

    simulated: bool = False
    stamped_at_capture: bool = True
    on_request: bool = False


class Camera(ABC):
    """A driver implements `_open`, `_read` and `_close`; closed → open() → reading → close().

    A camera that is lost raises DeviceLost from `read`; `close()` and then `open()` is the way back.
    """

    Options: ClassVar[type[DriverOptions]] = DriverOptions
    capabilities: ClassVar[CameraCapabilities] = CameraCapabilities()

    def __init__(self, options: Mapping[str, object], context: DriverContext) -> None:
        self.context = context
        self.options = read_options(type(self).__name__, self.Options, options)
        self._is_open = False

    @property
    def name(self) -> str:
        """The driver's name in messages to people."""
        return f"{type(self).__name__} of {self.context.name}"

    def open(self) -> None:
        """Take the camera. Opening twice changes nothing. Raises DriverError."""
        if not self._is_open:
            self._open()
            self._is_open = True

    def read(self) -> CameraFrame | None:
        """The next picture, or None if there is none yet or no more; a driver waits for one no longer than its own
        timeout. Raises DeviceLost, DeviceFault."""
        if not self._is_open:
            raise WrongState(self.name, "read", "open", "closed")
        frame = self._read()
        if frame is not None:
            self._check(frame)
        return frame

    def resize(self, scale: float) -> None:
        """Give pictures of `scale` times the full width and height from now on; only some can."""

    def close(self) -> None:
        """Give the camera back. Closing twice changes nothing."""
        if self._is_open:
            self._is_open = False
            self._close()

    def _check(self, frame: CameraFrame) -> None:
        shape, kind = frame.pixels.shape, frame.pixels.dtype
        if len(shape) != 3 or shape[2] != 3 or kind != np.uint8:
            raise DeviceFault(self.name, f"expected pixels (height, width, 3) of uint8, came {shape} of {kind}")
        if frame.stamp > self.context.now():
            raise DeviceFault(self.name, f"a picture stamped {frame.stamp} ns, which is still to come")

    @abstractmethod
    def _open(self) -> None: ...

    @abstractmethod
    def _read(self) -> CameraFrame | None: ...

    def _close(self) -> None:
        """Some need nothing here."""
