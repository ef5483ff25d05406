"""Emulated CiA 402 drives of one arm, on a bus of python-can: within a process, between processes, or vcan."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from sutura.hw_drivers.cia402.can_link import BusAddress, CanLink
from sutura.hw_drivers.cia402.objects import Emergency
from sutura.hw_drivers.cia402.options import node_numbers, scales
from sutura.hw_drivers.context import read_options
from sutura.hw_drivers.device_thread import STEP_S, DeviceThread
from sutura.hw_drivers.emulated_motor import EmulatedMotor
from sutura.hw_drivers.emulator import DeviceTruth, Emulator
from sutura.hw_drivers.errors import DeviceLost, MissingExtra
from sutura.hw_drivers.joint_map import JointMap, MappedOptions
from sutura.kinematics import open_arm

if TYPE_CHECKING:
    from sutura.hw_drivers.cia402.emulated_drive import EmulatedDrive

_RESTS = 1e-4  # [rad/s or m/s] below which a joint counts as still


class CanEmulatorOptions(MappedOptions):
    """interface, channel: the bus; on udp_multicast without a channel, a group and port of its own.

    model: the arm whose joints and home it begins with; counts_per_turn: as the driver has it; acceleration
    [motor rad/s²]: the most of each motor; rated_torque [Nm].
    """

    interface: str = "udp_multicast"
    channel: str = ""
    model: str = "psm_classic_lnd"
    counts_per_turn: Annotated[int, Meta(ge=1)] | tuple[Annotated[int, Meta(ge=1)], ...] = 131_072
    acceleration: Annotated[float, Meta(gt=0.0)] = 20_000.0
    rated_torque: Annotated[float, Meta(gt=0.0)] = 0.1


class CanEmulator(Emulator):
    """A row of emulated drives with brakes; their thread runs them at 1 kHz, whatever the bus does."""

    Options = CanEmulatorOptions

    def __init__(self, options: Mapping[str, object]) -> None:
        chosen = read_options(type(self).__name__, CanEmulatorOptions, options)
        arm = open_arm(chosen.model)
        names = (*arm.joint_names, "jaw")
        kind = type(self).__name__
        self._map = JointMap.of(chosen.joint_map, names, kind)
        self._nodes = node_numbers(kind, self._map.motors)
        self._scales = scales(kind, chosen.counts_per_turn, len(names))
        self._address = _address(chosen)
        self._link: CanLink | None = None
        self._is_plugged = True
        self.dropped = 0
        self._lock = threading.Lock()
        self._thread = DeviceThread("emulated drives", self._hear, self._step)
        start = self._map.to_motors((*arm.home, 0.0))
        make = _drive_class()
        self._drives = tuple(
            make(
                node,
                EmulatedMotor(chosen.acceleration * scale, angle * scale),
                round(chosen.rated_torque * 1e3),
                self._send,
            )
            for node, scale, angle in zip(self._nodes, self._scales, start, strict=True)
        )

    @property
    def options(self) -> Mapping[str, object]:
        """How the driver reaches it."""
        return {"interface": self._address.interface, "channel": self._address.channel}

    def start(self) -> None:
        """Join the bus and live. Raises DeviceLost, MissingExtra."""
        self._link = CanLink("emulated drives", self._address)
        for drive in self._drives:
            drive.boot()
        self._thread.start()

    def close(self) -> None:
        """End; twice changes nothing."""
        self._thread.close()
        if self._link is not None:
            self._link.close()
            self._link = None

    def unplug(self) -> None:
        """The bus is cut off: no frame comes or goes. The drives live on."""
        with self._lock:
            self._is_plugged = False

    def plug(self) -> None:
        """The bus is back."""
        with self._lock:
            self._is_plugged = True

    def fail(self, joint: int) -> None:
        """A short circuit in the power stage of a motor."""
        with self._lock:
            power = self._drives[joint].power
            power.broken = True
            power.fail(Emergency.SHORT_CIRCUIT)

    def repair(self) -> None:
        """What was broken can be reset."""
        with self._lock:
            for drive in self._drives:
                drive.power.broken = False

    def push(self, joint: int, by: float) -> None:
        """Move a joint from outside [rad or m]."""
        with self._lock:
            at = list(self._positions())
            at[joint] += by
            for drive, angle, scale in zip(self._drives, self._map.to_motors(tuple(at)), self._scales, strict=True):
                drive.power.motor.position = angle * scale

    def truth(self) -> DeviceTruth:
        """Where the joints really are."""
        with self._lock:
            speeds = tuple(d.power.motor.velocity / s for d, s in zip(self._drives, self._scales, strict=True))
            velocities = self._map.velocities_to_joints(speeds)
            return DeviceTruth(
                positions=self._positions(),
                velocities=velocities,
                is_powered=any(drive.power.state.moves for drive in self._drives),
                is_moving=any(abs(speed) > _RESTS for speed in velocities),
            )

    def _positions(self) -> tuple[float, ...]:
        return self._map.to_joints(
            tuple(d.power.motor.position / s for d, s in zip(self._drives, self._scales, strict=True))
        )

    # The bus -----------------------------------------------------------------------------------------------------

    def _send(self, identifier: int, data: bytes) -> None:
        link = self._link
        if link is None or not self._is_plugged:
            return
        try:
            link.send(link.frame(identifier, data))
        except DeviceLost:
            self.dropped += 1  # a full bus loses frames, and a drive lives on

    def _step(self, now: int) -> None:
        with self._lock:
            for drive in self._drives:
                drive.step(now, STEP_S)

    def _hear(self, wait_s: float) -> None:
        link = self._link
        frame = None if link is None else link.receive(wait_s)
        while link is not None and frame is not None:
            with self._lock:
                if self._is_plugged:
                    for drive in self._drives:
                        drive.take(frame.arbitration_id, bytes(frame.data), time.monotonic_ns())
            frame = link.receive()


def _drive_class() -> type[EmulatedDrive]:
    try:
        from sutura.hw_drivers.cia402.emulated_drive import EmulatedDrive
    except ImportError as error:
        raise MissingExtra("emulated drives", "can", "canopen") from error
    return EmulatedDrive


def _address(options: CanEmulatorOptions) -> BusAddress:
    if options.channel or options.interface != "udp_multicast":
        return BusAddress(options.interface, options.channel or "can0")
    group = f"239.{secrets.randbelow(254) + 1}.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("", 0))
        return BusAddress(options.interface, f"{group}:{probe.getsockname()[1]}")
