"""An input device that is not there: it says the same bytes to whoever connects to its socket."""

import contextlib
import socket
import struct
import threading
from collections.abc import Iterable
from pathlib import Path

from sutura.hw_drivers.inputs.event_codes import AXIS_EVENT, KEY_EVENT, SYNC_EVENT, code_of, is_axis
from sutura.hw_drivers.inputs.event_stream import EVENT
from sutura.hw_drivers.inputs.spacemouse_reports import BUTTONS, FULL_SCALE, MOVED, TURNED

_TIMEOUT_S = 0.2


class EmulatedInput:
    """Listens at a Unix socket. Each who connects gets `first()`, and from then on all that is said.

    A reader that does not read is let go, as the kernel drops what nobody takes.
    """

    kind = socket.SOCK_STREAM

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._readers: list[socket.socket] = []
        self._door: socket.socket | None = None

    def plug(self) -> None:
        """Be there."""
        door = socket.socket(socket.AF_UNIX, self.kind)
        door.bind(str(self.path))
        door.listen()
        self._door = door
        threading.Thread(target=self._welcome, args=(door,), daemon=True).start()

    def unplug(self) -> None:
        """Be gone: the socket, and every connection to it."""
        door, self._door = self._door, None
        if door is None:
            return
        with self._lock:
            self.path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)
            door.close()
            for reader in self._readers:
                reader.close()
            self._readers.clear()

    @property
    def readers(self) -> int:
        """How many listen now."""
        return len(self._readers)

    def first(self) -> Iterable[bytes]:
        """What a new reader gets: the state as it is."""
        return ()

    def say(self, *packets: bytes) -> None:
        """Say something to everyone."""
        with self._lock:
            self._readers = [reader for reader in self._readers if _sent(reader, packets)]

    def _welcome(self, door: socket.socket) -> None:
        while True:
            try:
                reader, _ = door.accept()
            except OSError:
                return
            reader.settimeout(_TIMEOUT_S)
            with self._lock:
                if self._door is door and _sent(reader, self.first()):
                    self._readers.append(reader)
                else:
                    reader.close()


class EmulatedEvents(EmulatedInput):
    """A gamepad, keyboard or pedals: `struct input_event` as the kernel writes it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._state: dict[str, int] = {}

    def set(self, **values: int) -> None:
        """Press (1), release (0) and push: values by the kernel's names."""
        self._state.update(values)
        self.say(_packet(values))

    def first(self) -> Iterable[bytes]:
        """All that was ever said; at least that there is nothing."""
        return (_packet(self._state),)


class EmulatedSpaceMouse(EmulatedInput):
    """A SpaceMouse: its HID reports, one a packet."""

    kind = socket.SOCK_SEQPACKET

    def push(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> None:
        """Push the cap along its own axes, -1 … 1."""
        self.say(_report(MOVED, x, y, z))

    def turn(self, rx: float = 0.0, ry: float = 0.0, rz: float = 0.0) -> None:
        """Turn the cap about its own axes, -1 … 1."""
        self.say(_report(TURNED, rx, ry, rz))

    def hold(self, *buttons: int) -> None:
        """Hold these buttons down, counted from 1, and no others."""
        bits = sum(1 << (button - 1) for button in buttons)
        self.say(bytes((BUTTONS,)) + bits.to_bytes(4, "little"))


def _packet(values: dict[str, int]) -> bytes:
    rows = [(AXIS_EVENT if is_axis(name) else KEY_EVENT, code_of(name), value) for name, value in values.items()]
    return b"".join(EVENT.pack(0, 0, *row) for row in (*rows, (SYNC_EVENT, 0, 0)))


def _report(number: int, *deflections: float) -> bytes:
    return struct.pack("<B3h", number, *(round(FULL_SCALE * d) for d in deflections))


def _sent(reader: socket.socket, packets: Iterable[bytes]) -> bool:
    try:
        for packet in packets:
            reader.sendall(packet)
    except OSError:
        reader.close()
        return False
    return True
