"""How the web console's hand and levels reach the nodes that read them: UNIX datagrams in the run's directory.

The console sends a whole state, again and again; a reader keeps the newest. Nobody waits for anybody, and a console
that dies leaves nothing behind but silence.
"""

import socket
from pathlib import Path

import msgspec

from sutura.hw_drivers.errors import DeviceLost
from sutura.messages.fields import Nanoseconds, Position, Quaternion, Radians

SILENT_NS = (
    60_000_000  # after the watchdog has missed the console's heartbeat, whose loss is the better cause to name
)
_MAX_DATAGRAM = 1024
_SUFFIX = ".console"
_LOOK_EVERY = 50  # sends between two looks for readers that have come


class ConsoleState(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What the console says, 100 times a second. stamp [ns]; present: somebody holds the controls; clutch, estop:
    pressed; position (3,) [m], orientation (x, y, z, w): the hand in the master's base frame; gripper [rad]."""

    stamp: Nanoseconds
    present: bool
    clutch: bool
    estop: bool
    position: Position
    orientation: Quaternion
    gripper: Radians


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(ConsoleState).decode


class ConsoleEnd:
    """The console's end: says its state to whoever reads it in this run."""

    def __init__(self, device_dir: Path) -> None:
        self._folder = device_dir / "s"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._readers: list[str] = []
        self._sent = 0

    def send(self, state: ConsoleState) -> None:
        """Say it once, without waiting; a reader that is not there, or takes nothing, misses it."""
        if self._sent % _LOOK_EVERY == 0:
            self._readers = [str(path) for path in self._folder.glob(f"*{_SUFFIX}")]
        self._sent += 1
        data = _encode(state)
        for reader in self._readers:
            try:
                self._socket.sendto(data, reader)
            except OSError:
                continue  # it is full or gone: the next state says more

    def close(self) -> None:
        """Leave."""
        self._socket.close()


class ReaderEnd:
    """A reader's end; `label` is the node that reads."""

    def __init__(self, device_dir: Path, label: str) -> None:
        self._path = device_dir / "s" / f"{label.replace('/', '.')}{_SUFFIX}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._newest: ConsoleState | None = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.unlink(missing_ok=True)  # of an earlier incarnation in the same run
            self._socket.bind(str(self._path))
        except OSError as error:
            self._socket.close()
            raise DeviceLost(label, f"cannot listen at {self._path}: {error.strerror or error}") from error

    def newest(self, now: int) -> ConsoleState | None:
        """What the console said last; None while it has been silent for 60 ms. now [ns]."""
        while True:
            try:
                data = self._socket.recv(_MAX_DATAGRAM)
            except BlockingIOError:
                break
            try:
                self._newest = _decode(data)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue  # not from a console; its silence is what counts
        state = self._newest
        return state if state is not None and now - state.stamp <= SILENT_NS else None

    def close(self) -> None:
        """Leave."""
        self._socket.close()
        self._path.unlink(missing_ok=True)
