"""A serial port as the packet handlers of both vendors' SDKs want it, with every wait bounded."""

import importlib
import os
import select
import time
from contextlib import suppress
from typing import Protocol

from sutura.hw_drivers.errors import BadOptions, DeviceLost


class _Serial(Protocol):
    def fileno(self) -> int: ...
    def reset_input_buffer(self) -> None: ...
    def set_low_latency_mode(self, low_latency_settings: bool) -> None: ...
    def close(self) -> None: ...


class SerialPort:
    """Has the methods, and the names, of the SDKs' `PortHandler`, whose own waits 34 ms and spins meanwhile.

    What was begun ends within `reply_timeout` [s], however much comes and however often it is asked again; a write
    that the kernel does not take at once is an error. No other process that keeps to locks can open it meanwhile.
    """

    def __init__(self, owner: str, path: str, baud: int, reply_timeout: float) -> None:
        self.owner = owner
        self.path = path
        self.baud = baud
        self.reply_timeout = reply_timeout
        self.is_using = False  # the SDKs' own lock, by which they refuse to ask before an answer has come
        self._serial: _Serial | None = None
        self._fd = -1
        self._deadline = 0.0

    @property
    def is_there(self) -> bool:
        """Whether its path leads anywhere."""
        return os.path.exists(self.path)

    def open(self) -> None:
        """Raises DeviceLost, BadOptions."""
        serial = importlib.import_module("serial")

        try:
            self._serial = serial.Serial(self.path, self.baud, timeout=0, exclusive=True)
        except ValueError as error:
            raise BadOptions(self.owner, f"baud rate {self.baud}: {error}", ("baud",)) from error
        except OSError as error:  # serial.SerialException is one
            raise DeviceLost(self.owner, f"port {self.path} cannot be opened: {error}") from error
        self._fd = self._serial.fileno()
        self.is_using = False
        with suppress(OSError, ValueError):  # only some adapters have the setting; docs/drivers say how to see it
            self._serial.set_low_latency_mode(True)

    def close(self) -> None:
        """Closing twice changes nothing; closing what is gone is no error."""
        port, self._serial, self._fd = self._serial, None, -1
        if port is not None:
            with suppress(OSError):
                port.close()

    def begin(self) -> None:
        """From here on counts the time of one exchange."""
        self._deadline = time.monotonic() + self.reply_timeout
        self.is_using = False

    # What the SDKs call ---------------------------------------------------------------------------------------

    def clearPort(self) -> None:  # noqa: N802 (the SDKs' name)
        """Forget what has come until now."""
        import termios

        try:
            termios.tcflush(self._open_fd(), termios.TCIFLUSH)
        except (OSError, termios.error) as error:
            raise self._lost(error) from error

    def writePort(self, packet: list[int]) -> int:  # noqa: N802
        """Hand a packet to the kernel; how many bytes it took. Raises DeviceLost."""
        try:
            return os.write(self._open_fd(), bytes(packet))
        except BlockingIOError as error:
            raise DeviceLost(self.owner, f"port {self.path} takes nothing: its buffer is full") from error
        except OSError as error:
            raise self._lost(error) from error

    def readPort(self, length: int) -> bytes:  # noqa: N802
        """Up to so many bytes as soon as some have come, none after the deadline. Raises DeviceLost."""
        left = self._deadline - time.monotonic()
        if length <= 0 or left <= 0.0:
            return b""
        fd = self._open_fd()
        try:
            ready, _, _ = select.select([fd], [], [], left)
            if not ready:
                return b""
            data = os.read(fd, length)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._lost(error) from error
        if not data:
            raise DeviceLost(self.owner, f"port {self.path} was closed from the other side")
        return data

    def setPacketTimeout(self, packet_length: int) -> None:  # noqa: N802
        """The SDK's guess of how long an answer takes; `begin` has said how long there is."""

    def setPacketTimeoutMillis(self, msec: float) -> None:  # noqa: N802
        """The same."""

    def isPacketTimeout(self) -> bool:  # noqa: N802
        """Whether waiting is over."""
        return time.monotonic() >= self._deadline

    def getBaudRate(self) -> int:  # noqa: N802
        """Bits a second."""
        return self.baud

    def _open_fd(self) -> int:
        if self._fd < 0:
            raise DeviceLost(self.owner, f"port {self.path} is closed")
        return self._fd

    def _lost(self, error: Exception) -> DeviceLost:
        return DeviceLost(self.owner, f"port {self.path} is gone: {error}")
