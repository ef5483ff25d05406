"""The interface of everything that takes pictures."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from sutura.hw_drivers.context import DriverContext, DriverOptions, read_options
from sutura.hw_drivers.errors import DeviceFault, WrongState


class CameraCapabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a camera gives once it is open.

    width, height [pixels]; rate [Hz]; pixel_format: of the device itself, in words; resizable: it can be told to
    give smaller pictures; simulated: no hardware is read.
    """

    width: int
    height: int
    rate: float
    pixel_format: str = "rgb8"
    resizable: bool = False
    simulated: bool = False


class CameraFrame(NamedTuple):
    """One picture. pixels: height × width × 3, uint8, red, green, blue; stamp: when it was captured [ns]."""

    pixels: NDArray[np.uint8]
    stamp: int


class Camera(ABC):
    """A camera. A driver implements `_open`, `_read` and `_close`; closed → open() → reading → close().

    timeout [s]: the longest that `read` waits. One thread owns a driver.
    """

    Options: ClassVar[type[DriverOptions]] = DriverOptions
    timeout: ClassVar[float] = 0.02

    def __init__(self, options: Mapping[str, object], context: DriverContext) -> None:
        self.context = context
        self.options = read_options(type(self).__name__, self.Options, options)
        self._is_open = False

    @property
    def name(self) -> str:
        """The driver's name in messages to people."""
        return f"{type(self).__name__} of {self.context.name}"

    @property
    @abstractmethod
    def capabilities(self) -> CameraCapabilities:
        """What it gives; of an open camera, what was agreed with the device."""

    def open(self) -> None:
        """Take the device. Opening twice changes nothing. Raises DriverError."""
        if not self._is_open:
            self._open()
            self._is_open = True

    def read(self) -> CameraFrame | None:
        """The newest picture that was not read yet, or None. Raises DeviceLost, DeviceFault."""
        self._require("read")
        frame = self._read()
        if frame is not None and (frame.pixels.ndim != 3 or frame.pixels.shape[2] != 3):
            raise DeviceFault(self.name, f"expected height × width × 3 pixels, came {frame.pixels.shape}")
        return frame

    def resize(self, width: int, height: int) -> bool:
        """Give pictures of another size from now on; False where the camera cannot."""
        self._require("resize")
        return self._resize(width, height)

    def close(self) -> None:
        """Give the device back. Closing twice changes nothing."""
        if self._is_open:
            self._is_open = False
            self._close()

    def _require(self, call: str) -> None:
        if not self._is_open:
            raise WrongState(self.name, call, "open", "closed")

    @abstractmethod
    def _open(self) -> None: ...

    @abstractmethod
    def _read(self) -> CameraFrame | None: ...

    def _resize(self, width: int, height: int) -> bool:
        return False

    def _close(self) -> None:
        """Nothing to give back."""
