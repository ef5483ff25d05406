"""An emulated dVRK arm: a controller, and the UDP socket streamer that it is reached by."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sutura.hw_drivers.context import read_options
from sutura.hw_drivers.device_thread import DeviceThread
from sutura.hw_drivers.dvrk.emulated_controller import ENABLED, EmulatedController
from sutura.hw_drivers.dvrk.streamer import MOST_BYTES, decode_order, encode_stream
from sutura.hw_drivers.emulator import DeviceTruth, Emulator
from sutura.hw_drivers.errors import DeviceLost
from sutura.hw_drivers.joint_map import JointMap, MappedOptions
from sutura.kinematics import open_arm

_RESTS = 1e-4  # [rad/s or m/s] below which a joint counts as still


class DvrkEmulatorOptions(MappedOptions):
    """host, port: where it streams to; without a port it takes a free one. period [s]: of its streamer; model: the
    arm whose joints and home it begins with; acceleration [joint units/s²]: the most of each; state_command: it
    takes CRTK's state_command; operating_state: streamed with the rest, told as an event when it changes, or never;
    starts: the operating state that it starts in, as its console left it.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    period: Annotated[float, Meta(ge=0.001, le=0.05)] = 0.002
    model: str = "psm_classic_lnd"
    acceleration: Annotated[float, Meta(gt=0.0)] = 500.0
    state_command: bool = True
    operating_state: Literal["streamed", "event", "never"] = "streamed"
    starts: Literal["DISABLED", "ENABLED"] = "DISABLED"


class DvrkEmulator(Emulator):
    """Its servo keeps the last goal; without power its joints come to rest. Its thread runs it at 1 kHz."""

    Options = DvrkEmulatorOptions

    def __init__(self, options: Mapping[str, object]) -> None:
        chosen = read_options(type(self).__name__, DvrkEmulatorOptions, options)
        arm = open_arm(chosen.model)
        self._chosen = chosen
        names = (*arm.joint_names, "jaw")
        self._map = JointMap.of(chosen.joint_map, names, type(self).__name__)
        start = self._map.to_motors((*arm.home, 0.0))
        self._controller = EmulatedController(
            names, start, chosen.acceleration, chosen.starts, chosen.state_command
        )
        self._port = chosen.port or _free_port(chosen.host)
        self._told_state = ""
        self._is_plugged = True
        self._lock = threading.Lock()
        self._thread = DeviceThread("emulated dVRK", self._hear, self._step)
        self._streamed_at = 0
        self._socket: socket.socket | None = None
        self.refused = 0

    @property
    def options(self) -> Mapping[str, object]:
        """How the driver reaches it."""
        return {"listen": self._chosen.host, "port": self._port, "state_command": self._chosen.state_command}

    def start(self) -> None:
        """Begin to stream."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self._chosen.host, 0))
        self._thread.start()

    def close(self) -> None:
        """End; twice changes nothing."""
        self._thread.close()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def unplug(self) -> None:
        """The network is cut: no datagram comes or goes."""
        with self._lock:
            self._is_plugged = False

    def plug(self) -> None:
        """The network is back."""
        with self._lock:
            self._is_plugged = True

    def fail(self, joint: int) -> None:
        """The controller finds a fault of a joint and takes the power off."""
        with self._lock:
            self._controller.fail()

    def repair(self) -> None:
        """What was broken can be enabled again; without a state_command, its console has done that already."""
        with self._lock:
            self._controller.repair()

    def push(self, joint: int, by: float) -> None:
        """Move a joint from outside [rad or m]."""
        with self._lock:
            at = list(self._positions())
            at[joint] += by
            for motor, position in zip(self._controller.motors, self._map.to_motors(tuple(at)), strict=True):
                motor.position = position

    def truth(self) -> DeviceTruth:
        """Where the joints really are."""
        with self._lock:
            velocities = self._map.velocities_to_joints(tuple(motor.velocity for motor in self._controller.motors))
            return DeviceTruth(
                positions=self._positions(),
                velocities=velocities,
                is_powered=self._controller.state == ENABLED,
                is_moving=any(abs(speed) > _RESTS for speed in velocities),
            )

    def _positions(self) -> tuple[float, ...]:
        return self._map.to_joints(tuple(motor.position for motor in self._controller.motors))

    def _step(self, now: int) -> None:
        with self._lock:
            self._controller.step()
            if self._is_plugged and now - self._streamed_at >= self._chosen.period * 1e9:
                self._streamed_at = now
                self._stream(now)

    # The streamer -------------------------------------------------------------------------------------------------

    def _hear(self, wait_s: float) -> None:
        link = self._require_socket()
        link.settimeout(wait_s)
        try:
            data = link.recv(MOST_BYTES + 1)
        except (TimeoutError, BlockingIOError, ConnectionRefusedError):
            return
        with self._lock:
            if not self._is_plugged:
                return
            try:
                self._controller.carry_out(decode_order(data))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self.refused += 1

    def _require_socket(self) -> socket.socket:
        if self._socket is None:
            raise DeviceLost("emulated dVRK", "it was not started")
        return self._socket

    def _stream(self, now: int) -> None:
        link = self._require_socket()
        link.settimeout(0.0)
        for name, value in self._controller.told(now).items():
            if name == "operating_state" and not self._tells_state():
                continue
            try:
                link.sendto(encode_stream({name: value}), (self._chosen.host, self._port))
            except (ConnectionRefusedError, BlockingIOError):
                self.refused += 1  # nobody listens yet, or no longer

    def _tells_state(self) -> bool:
        """In each period, when it has changed, or never."""
        told, before, self._told_state = self._chosen.operating_state, self._told_state, self._controller.state
        return told == "streamed" or (told == "event" and before != self._told_state)


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
