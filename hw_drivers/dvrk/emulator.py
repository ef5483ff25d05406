"""An emulated dVRK arm: its controller's servo, its operating state, and its UDP socket streamer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sutura.hw_drivers.context import read_options
from sutura.hw_drivers.device_priority import hurry
from sutura.hw_drivers.dvrk.streamer import (
    MOST_BYTES,
    STATES,
    CrtkState,
    Ordered,
    StateJoint,
    decode_order,
    encode_stream,
)
from sutura.hw_drivers.emulated_motor import EmulatedMotor
from sutura.hw_drivers.emulator import DeviceTruth, Emulator
from sutura.hw_drivers.joint_map import JointMap, MappedOptions
from sutura.kinematics import open_arm

_STEP_NS = 1_000_000
_MOST_STEPS = 20  # made good after a pause of the machine; a longer one is no time for the device
_RESTS = 1e-4  # [rad/s or m/s] below which a joint counts as still
_ENABLED, _DISABLED, _FAULT = "ENABLED", "DISABLED", "FAULT"
_COMMANDS = {"enable": _ENABLED, "disable": _DISABLED, "pause": "PAUSED", "resume": _ENABLED}
_BRAKE = 10.0  # how much harder the joints without power slow down than their motors can


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
        self._names = (*arm.joint_names, "jaw")
        self._map = JointMap.of(chosen.joint_map, self._names, type(self).__name__)
        start = self._map.to_motors((*arm.home, 0.0))
        self._motors = tuple(EmulatedMotor(chosen.acceleration, angle) for angle in start)
        self._port = chosen.port or _free_port(chosen.host)
        self._state: str = chosen.starts
        self._told_state = ""
        self._is_broken = False
        self._is_plugged = True
        self._lock = threading.Lock()
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="emulated dVRK", daemon=True)
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
        self._ends.set()
        if self._thread.ident is not None:
            self._thread.join()
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
            self._is_broken, self._state = True, _FAULT

    def repair(self) -> None:
        """What was broken can be enabled again; without a state_command, its console has done that already."""
        with self._lock:
            self._is_broken = False
            self._enter(_DISABLED if self._chosen.state_command else _ENABLED)

    def push(self, joint: int, by: float) -> None:
        """Move a joint from outside [rad or m]."""
        with self._lock:
            at = list(self._positions())
            at[joint] += by
            for motor, position in zip(self._motors, self._map.to_motors(tuple(at)), strict=True):
                motor.position = position

    def truth(self) -> DeviceTruth:
        """Where the joints really are."""
        with self._lock:
            velocities = self._map.velocities_to_joints(tuple(motor.velocity for motor in self._motors))
            return DeviceTruth(
                positions=self._positions(),
                velocities=velocities,
                is_powered=self._state == _ENABLED,
                is_moving=any(abs(speed) > _RESTS for speed in velocities),
            )

    def _positions(self) -> tuple[float, ...]:
        return self._map.to_joints(tuple(motor.position for motor in self._motors))

    # The controller -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        hurry()
        link = self._socket
        if link is None:
            return
        tick = streamed = time.monotonic_ns()
        while not self._ends.is_set():
            tick = max(tick + _STEP_NS, time.monotonic_ns() - _MOST_STEPS * _STEP_NS)
            while (left := tick - time.monotonic_ns()) > 0:
                self._hear(link, left * 1e-9)
            with self._lock:
                self._step(_STEP_NS * 1e-9)
                if tick - streamed >= self._chosen.period * 1e9:
                    streamed = tick
                    self._stream(link, tick)

    def _step(self, dt: float) -> None:
        for motor in self._motors:
            if self._state == _ENABLED:
                motor.follow(dt)
            else:
                motor.brake(_BRAKE * motor.acceleration, dt)

    def _enter(self, state: str) -> None:
        if state == _ENABLED and self._state != _ENABLED:
            self._hold()
        self._state = state

    def _hold(self) -> None:
        for motor in self._motors:
            motor.hold()

    # The streamer -------------------------------------------------------------------------------------------------

    def _hear(self, link: socket.socket, wait_s: float) -> None:
        link.settimeout(wait_s)
        try:
            data = link.recv(MOST_BYTES + 1)
        except (TimeoutError, BlockingIOError, ConnectionRefusedError):
            return
        with self._lock:
            if not self._is_plugged:
                return
            try:
                self._carry_out(decode_order(data))
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self.refused += 1

    def _carry_out(self, order: Ordered) -> None:
        if order.state_command is not None and self._chosen.state_command and not self._is_broken:
            self._enter(_COMMANDS.get(order.state_command.data, self._state))
        if self._state != _ENABLED:
            return
        if order.hold is not None:
            self._hold()
        arm, jaw = self._motors[:-1], self._motors[-1:]
        for goal, motors in ((order.servo_jp, arm), (order.jaw, jaw)):
            if goal is not None and len(goal.goal) == len(motors):
                for motor, position in zip(motors, goal.goal, strict=True):
                    motor.aim(position, _STEP_NS * 1e-9)

    def _stream(self, link: socket.socket, now: int) -> None:
        if not self._is_plugged:
            return
        self._say(link, "measured_js", self._joints(self._motors[:-1], self._names[:-1], now))
        self._say(link, "jaw/measured_js", self._joints(self._motors[-1:], self._names[-1:], now))
        told = self._chosen.operating_state
        if told == "streamed" or (told == "event" and self._told_state != self._state):
            self._told_state = self._state
            self._say(link, "operating_state", CrtkState(STATES.index(self._state), True, False))

    def _joints(self, motors: tuple[EmulatedMotor, ...], names: tuple[str, ...], now: int) -> StateJoint:
        return StateJoint(
            [motor.position for motor in motors],
            [motor.velocity for motor in motors],
            [motor.torque for motor in motors],
            list(names),
            now * 1e-9,
        )

    def _say(self, link: socket.socket, name: str, value: StateJoint | CrtkState) -> None:
        link.settimeout(0.0)
        try:
            link.sendto(encode_stream({name: value}), (self._chosen.host, self._port))
        except (ConnectionRefusedError, BlockingIOError):
            self.refused += 1  # nobody listens yet, or no longer


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
