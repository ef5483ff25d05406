"""Ways to a device's HID reports: hidapi, or a socket that carries the same reports, one a packet."""

import socket
import stat
from pathlib import Path
from typing import Protocol

from sutura.hw_drivers.errors import DeviceLost, MissingExtra

LONGEST_REPORT = 64
_CONNECT_S = 0.2
_MAKERS = (0x256F, 0x046D)  # 3Dconnexion, and Logitech, which made the older ones
_OLD_PRODUCTS = range(0xC603, 0xC633)  # of Logitech's number, those that are 3Dconnexion's


class HidPort(Protocol):
    """An open HID device."""

    def read(self) -> bytes:
        """The next report, its number first; empty if none waits. Never waits. Raises DeviceLost."""

    def close(self) -> None:
        """Give the device back."""


class SocketHid:
    """A Unix socket of sequenced packets: each is a report."""

    def __init__(self, path: str, who: str) -> None:
        self._who = who
        self._link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._link.settimeout(_CONNECT_S)
            self._link.connect(path)
            self._link.setblocking(False)
        except OSError as error:
            self._link.close()
            raise DeviceLost(who, f"nobody answers at the socket {path}: {error}") from error

    def read(self) -> bytes:
        """The next packet."""
        try:
            report = self._link.recv(LONGEST_REPORT)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise DeviceLost(self._who, str(error)) from error
        if not report:
            raise DeviceLost(self._who, "the other end has closed the stream")
        return report

    def close(self) -> None:
        """Give the socket back."""
        self._link.close()


class HidapiPort:
    """A device by hidapi, over the kernel's hidraw: several may read it at the same time."""

    def __init__(self, path: str, who: str) -> None:
        self._who = who
        path = path or _found(who)
        self._device = _hidapi(who).device()
        try:
            self._device.open_path(path.encode())
            self._device.set_nonblocking(True)
        except OSError as error:
            hint = "it is unplugged, or you have no leave to read it: write a udev rule"
            raise DeviceLost(who, f"{path} cannot be opened ({error}); {hint}") from error

    def read(self) -> bytes:
        """The next report."""
        try:
            return bytes(self._device.read(LONGEST_REPORT))
        except (OSError, ValueError) as error:
            raise DeviceLost(self._who, f"{error}; it was unplugged") from error

    def close(self) -> None:
        """Give the device back."""
        self._device.close()


def open_hid(path: str, who: str) -> HidPort:
    """Open a path of hidraw, a socket, or '' for the only 3Dconnexion device. Raises DeviceLost, MissingExtra."""
    return SocketHid(path, who) if path and _is_socket(path) else HidapiPort(path, who)


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(Path(path).stat().st_mode)
    except OSError:
        return False


def _hidapi(who: str):  # type: ignore[no-untyped-def]
    """The library's module over hidraw; its other one, over libusb, takes a device for itself alone."""
    try:
        import hidraw
    except ImportError as error:
        raise MissingExtra(who, "spacemouse", "hidapi") from error
    return hidraw


def _found(who: str) -> str:
    paths: dict[str, str] = {
        row["path"].decode(): row["product_string"]
        for maker in _MAKERS
        for row in _hidapi(who).enumerate(maker)
        if maker == _MAKERS[0] or row["product_id"] in _OLD_PRODUCTS
    }
    if len(paths) == 1:
        return next(iter(paths))
    listed = ", ".join(f"{path} {name!r}" for path, name in paths.items())
    came = f"there are {len(paths)} ({listed}): say which (option device)" if paths else "there is none"
    raise DeviceLost(who, f"expected one 3Dconnexion device, {came}")
