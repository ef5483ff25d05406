"""Ways to a stream of input events: a node of the kernel by path, by name or by what it can do, or a socket."""

import os
import socket
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sutura.hw_drivers.errors import BadOptions, DeviceLost, MissingExtra
from sutura.hw_drivers.inputs.event_codes import code_of, is_axis, usual_range
from sutura.hw_drivers.inputs.event_stream import EventStream

if TYPE_CHECKING:
    import evdev

_CONNECT_S = 0.2
_KEY, _ABS = 1, 3


class EventPort(Protocol):
    """An open device: its stream, and what can be asked of it at any time."""

    stream: EventStream
    tells_at_once: bool  # what is held and pushed; else it comes with the first packet

    def range_of(self, axis: str) -> tuple[int, int]:
        """From where to where an axis counts."""

    def held(self) -> set[int]:
        """The codes of the keys and buttons that are down now, as far as it can be asked."""

    def values(self, axes: Iterable[str]) -> dict[int, int]:
        """Where axes stand now, by code, as far as it can be asked."""


class SocketPort:
    """A Unix socket that carries the kernel's bytes and begins with a packet of all that is held and pushed."""

    tells_at_once = False

    def __init__(self, path: str, who: str) -> None:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            link.settimeout(_CONNECT_S)
            link.connect(path)
            link.setblocking(False)
        except OSError as error:
            link.close()
            raise DeviceLost(who, f"nobody answers at the socket {path}: {error}") from error
        self.stream = EventStream(link.fileno(), who, link.close)

    def range_of(self, axis: str) -> tuple[int, int]:
        """What is usual for an axis of this name."""
        return usual_range(axis)

    def held(self) -> set[int]:
        """Nothing: the other end begins with what is held."""
        return set()

    def values(self, axes: Iterable[str]) -> dict[int, int]:
        """Nothing, as above."""
        return {}


class KernelPort:
    """A node under /dev/input; `grab`: nobody else gets its events while it is open."""

    tells_at_once = True

    def __init__(self, device: "evdev.InputDevice[str]", who: str, grab: bool) -> None:
        self._device = device
        self._who = who
        self.stream = EventStream(device.fd, who, device.close)
        if grab:
            try:
                device.grab()
            except OSError as error:
                device.close()
                raise DeviceLost(who, f"{device.name} cannot be grabbed: {error.strerror}") from error

    def range_of(self, axis: str) -> tuple[int, int]:
        """As the kernel says."""
        info = self._device.absinfo(code_of(axis))
        return info.min, info.max

    def held(self) -> set[int]:
        """As the kernel says, also of what was pressed before."""
        try:
            return set(self._device.active_keys())
        except OSError as error:
            raise DeviceLost(self._who, str(error)) from error

    def values(self, axes: Iterable[str]) -> dict[int, int]:
        """As the kernel says, also of what was pushed before."""
        try:
            return {code: self._device.absinfo(code).value for code in map(code_of, axes)}
        except OSError as error:
            raise DeviceLost(self._who, str(error)) from error


def open_port(device: str, needed: Iterable[str], who: str, grab: bool) -> EventPort:
    """Open a device: a path of a node or a socket, the device's name, or '' for the only one that has all that is
    needed. Raises DeviceLost, BadOptions, MissingExtra."""
    needed = list(needed)
    if device and _is_socket(device):
        return SocketPort(device, who)
    path = device if device.startswith("/") else _found(device, needed, who)
    port = _kernel_device(path, who)
    lacking = _lacking(port, needed)
    if lacking:
        name = port.name
        port.close()
        reason = f"{path} ({name}) has no {', '.join(lacking)}; map what it has"
        raise BadOptions(who, reason, ("map", "axes", "device"))
    return KernelPort(port, who, grab)


def _is_socket(path: str) -> bool:
    try:
        return stat.S_ISSOCK(os.stat(path).st_mode)
    except OSError:
        return False


def _kernel_device(path: str, who: str) -> "evdev.InputDevice[str]":
    try:
        import evdev
    except ImportError as error:
        raise MissingExtra(who, "evdev", "evdev") from error
    if not Path(path).exists():
        raise DeviceLost(who, f"there is no {path}; it is unplugged, or the path is wrong{_listed()}")
    try:
        return evdev.InputDevice(path)
    except PermissionError as error:
        raise DeviceLost(who, f"no leave to read {path}; join the group `input`, or write a udev rule") from error
    except OSError as error:
        raise DeviceLost(who, f"{path} is no input device of the kernel: {error.strerror}") from error


def _found(name: str, needed: list[str], who: str) -> str:
    """The path of the only device of that name, or of any name, that has what is needed."""
    try:
        import evdev
    except ImportError as error:
        raise MissingExtra(who, "evdev", "evdev") from error
    fit = []
    for path in evdev.list_devices(writable=False):
        device = evdev.InputDevice(path, readonly=True)
        if (not name or device.name == name) and not _lacking(device, needed):
            fit.append(path)
        device.close()
    if len(fit) == 1:
        return fit[0]
    wanted = f"device of the name {name!r}" if name else "device"
    came = f"{len(fit)} do ({', '.join(fit)}): say which (option device)" if fit else f"none does{_listed()}"
    raise DeviceLost(who, f"expected one {wanted} with {', '.join(needed)}; {came}")


def _lacking(device: "evdev.InputDevice[str]", needed: Iterable[str]) -> list[str]:
    able = device.capabilities(absinfo=False)
    return [name for name in needed if code_of(name) not in able.get(_ABS if is_axis(name) else _KEY, ())]


def _listed() -> str:
    """What there is, in words."""
    import evdev

    names = []
    for path in evdev.list_devices(writable=False):
        device = evdev.InputDevice(path, readonly=True)
        names.append(f"{path} {device.name!r}")
        device.close()
    return f" (readable: {', '.join(names) or 'none'})"
