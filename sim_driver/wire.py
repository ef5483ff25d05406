"""The simulated field bus: drivers talk to the world over UNIX datagrams, as real ones talk to their drives.

A datagram socket keeps message borders, never blocks the sender for long, and needs no bus: a driver process
that dies leaves nothing behind but silence, which the world answers by holding.
"""

import errno
import socket
from enum import IntEnum
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from sutura.hw_drivers import DeviceLost
from sutura.messages.fields import JointEfforts, JointPositions, JointVelocities, Name, Nanoseconds, Ratio, Text
from sutura.sim_driver.errors import BusAddressError

SILENCE_HOLD_S = 0.030
_MAX_DATAGRAM = 4096
_ADDRESS_MAX = 107
_PATIENCE_S = 0.02
_GONE = (errno.ENOENT, errno.ECONNREFUSED, errno.ENOTCONN)
_FULL = (errno.EAGAIN, errno.ENOBUFS)


class Act(IntEnum):
    """What a driver asks of its simulated drive."""

    ATTACH = 0
    ENABLE = 1
    WRITE = 2
    HOLD = 3
    DISABLE = 4
    LOOK = 5  # a camera asks for the scene as it is


class DriveCommand(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Driver to world. positions [rad or m], jaw last, only with WRITE."""

    arm: Name
    act: Act
    positions: JointPositions = ()
    reply_to: Text = ""


class DriveState(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """World to driver, every step. stamp [ns]; fault: why the drive holds by itself, else empty."""

    stamp: Nanoseconds
    enabled: bool
    fault: Text
    position: JointPositions
    velocity: JointVelocities
    effort: JointEfforts


class SceneState(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """World to camera, once for each time it is asked. stamp [ns]; qpos: of the whole scene, as MuJoCo has it."""

    stamp: Nanoseconds
    qpos: Annotated[tuple[Ratio, ...], Meta(max_length=400)]


_encode = msgspec.msgpack.Encoder().encode
_decode_command = msgspec.msgpack.Decoder(DriveCommand).decode
_decode_state = msgspec.msgpack.Decoder(DriveState).decode
_decode_scene = msgspec.msgpack.Decoder(SceneState).decode


def world_path(device_dir: Path) -> Path:
    """Where the world of a run listens."""
    return device_dir / "s" / "world.dev"


def scene_path(device_dir: Path) -> Path:
    """Where the world of a run says what stands in its scene, as a model that MuJoCo reads."""
    return device_dir / "s" / "scene.mjb"


def _bound(path: Path) -> socket.socket:
    if len(str(path)) > _ADDRESS_MAX:
        raise BusAddressError(path, _ADDRESS_MAX)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # of an earlier incarnation in the same run
    end = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    end.bind(str(path))
    return end


class WorldEnd:
    """The world's end of the bus."""

    def __init__(self, device_dir: Path) -> None:
        self._path = world_path(device_dir)
        self._socket = _bound(self._path)
        self.refused = 0

    def commands(self) -> list[DriveCommand]:
        """All commands that have arrived; bad datagrams are counted and dropped."""
        found: list[DriveCommand] = []
        while True:
            try:
                data = self._socket.recv(_MAX_DATAGRAM)
            except BlockingIOError:
                return found
            try:
                found.append(_decode_command(data))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self.refused += 1

    def report(self, address: str, state: DriveState | SceneState) -> bool:
        """Send a state to whom it is for; False when there is nobody any more."""
        try:
            self._socket.sendto(_encode(state), address)
        except OSError as error:
            if error.errno in _GONE:
                return False
            if error.errno not in _FULL:  # a driver that does not read loses states, never stops the world
                raise
        return True

    def close(self) -> None:
        """Leave the bus."""
        self._socket.close()
        self._path.unlink(missing_ok=True)


class DriverEnd:
    """One driver's end of the bus."""

    def __init__(self, device_dir: Path, arm: str, label: str) -> None:
        self.arm = arm
        self._world = str(world_path(device_dir))
        self._path = device_dir / "s" / f"{label.replace('/', '.')}.dev"
        self._socket = _bound(self._path)
        self.newest: DriveState | None = None
        self.dropped = 0

    def send(self, act: Act, positions: tuple[float, ...] = ()) -> bool:
        """Send a command; False when there is no world. Raises DeviceLost when it does not keep up.

        A WRITE that finds the bus full is dropped, as the next one says more; if the world takes none for long, its
        drive holds by itself. Every other command waits for room, for 20 ms at most.
        """
        command = DriveCommand(self.arm, act, positions, str(self._path))
        self._socket.settimeout(0.0 if act is Act.WRITE else _PATIENCE_S)
        try:
            self._socket.sendto(_encode(command), self._world)
        except BlockingIOError:
            self.dropped += 1
        except TimeoutError as error:
            raise DeviceLost(self.arm, f"the simulated bus was full for {_PATIENCE_S:g} s") from error
        except OSError as error:
            if error.errno in _GONE:
                return False
            raise DeviceLost(self.arm, f"the simulated bus refused a command: {error.strerror}") from error
        finally:
            self._socket.settimeout(0.0)
        return True

    def receive(self) -> DriveState | None:
        """The newest state, also when it came earlier."""
        while True:
            try:
                data = self._socket.recv(_MAX_DATAGRAM)
            except BlockingIOError:
                return self.newest
            try:
                self.newest = _decode_state(data)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise DeviceLost(self.arm, f"sent something unreadable: {error}") from error

    def close(self) -> None:
        """Leave the bus."""
        self._socket.close()
        self._path.unlink(missing_ok=True)


class CameraEnd:
    """A camera's end of the bus: it asks for the scene, and the world answers within a step or two."""

    def __init__(self, device_dir: Path, label: str) -> None:
        self._label = label
        self._world = str(world_path(device_dir))
        self._path = device_dir / "s" / f"{label.replace('/', '.')}.dev"
        self._socket = _bound(self._path)

    def look(self, now: int, patience: float) -> SceneState | None:
        """Ask, and wait up to `patience` [s] for a scene of `now` [ns] or later; else the newest that has come.

        None where there is no world, or none that has answered. Raises DeviceLost.
        """
        self._socket.settimeout(0.0)
        newest = self._receive()
        try:
            self._socket.sendto(_encode(DriveCommand("", Act.LOOK, (), str(self._path))), self._world)
        except OSError as error:
            if error.errno in (*_GONE, *_FULL):
                return None
            raise DeviceLost(self._label, f"the simulated bus refused a question: {error.strerror}") from error
        self._socket.settimeout(patience)
        while newest is None or newest.stamp < now:
            scene = self._receive()
            if scene is None:
                break
            newest = scene
        return newest

    def close(self) -> None:
        """Leave the bus."""
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _receive(self) -> SceneState | None:
        try:
            return _decode_scene(self._socket.recv(_MAX_DATAGRAM))
        except (BlockingIOError, TimeoutError):
            return None
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise DeviceLost(self._label, f"sent something unreadable: {error}") from error
