"""The driver of the made-up device: as it should be, or with one flaw that its option names."""

from __future__ import annotations

import json
import math
import os
import socket
import threading
import time
from collections.abc import Mapping
from typing import ClassVar

from sutura.hw_drivers import (
    ActuatedJoints,
    ActuatorDriver,
    Capabilities,
    DeviceFault,
    DeviceLost,
    DriverContext,
    DriverOptions,
    StopCategory,
)
from sutura.hw_drivers.context import read_options
from sutura.messages import JointCommand, JointState
from tests.hw_drivers.bench_device import SILENCE_S, SPEED

JOINTS = ActuatedJoints(("shoulder", "elbow"), (-1.0, -1.0), (1.0, 1.0), (1.0, 1.0), (0.0, 0.0))
RUNS_ON = ("runs on in silence", "no rescue")
_LOST_S = 0.1


class BenchArmOptions(DriverOptions):
    """port: of the device; flaw: what this driver does wrong."""

    port: int
    flaw: str = ""


class BenchArm(ActuatorDriver):
    """Talks JSON over UDP."""

    Options = BenchArmOptions
    options: BenchArmOptions
    capabilities: ClassVar[Capabilities] = Capabilities(silence_stop_s=SILENCE_S, max_rate_hz=200.0)
    kept: ClassVar[list[object]] = []

    def __init__(self, joints: ActuatedJoints, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(joints, options, context)
        self.flaw = self.options.flaw
        self.link: socket.socket | None = None
        self.newest: dict[str, list[float]] = {}
        self.state_of: dict[str, object] = {}
        self.heard_at = 0.0
        self.was_homed = self.flaw not in ("needs homing", "never homed")

    # What the base lets no driver forget, forgotten ---------------------------------------------------------------

    def open(self) -> None:
        if self.flaw == "opens once" and self.link is not None:
            raise DeviceLost(self.name, "it is open already")
        super().open()

    def read(self) -> JointState:
        return self._read() if self.flaw == "reads whenever" else super().read()

    def write(self, command: JointCommand, at: int = 0) -> JointCommand:
        match self.flaw:
            case "takes nan":
                here = self.read().position
                command = JointCommand(
                    command.name,
                    tuple(x if math.isfinite(x) else y for x, y in zip(command.position, here, strict=True)),
                )
            case "takes beyond":
                command = JointCommand(
                    command.name, tuple(min(max(x, -1.0), 1.0) if math.isfinite(x) else x for x in command.position)
                )
            case "takes others":
                command = JointCommand(self.joints.names, command.position)
            case "takes stale":
                at = 0
            case "too fast":
                if command.name == self.joints.names and all(map(math.isfinite, command.position)):
                    return JointCommand(command.name, self._write(command.position))
            case "slow write":
                time.sleep(0.02)
        return super().write(command, at)

    @property
    def is_homed(self) -> bool:
        return self.was_homed

    # The device ---------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self.link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.link.setblocking(False)
        self.heard_at = time.monotonic()
        self._send({"hello": True})
        if self.flaw == "opens blind":
            self._send({"power": True})  # and so it goes on from where its owner before has left it
            self._send({"goal": [1.0, 1.0]})
            threading.Thread(target=self._run_on, daemon=True).start()
        if self.flaw == "leaks a thread":
            threading.Thread(target=threading.Event().wait, daemon=True).start()
        if self.flaw == "leaks a file":
            self.kept.append(os.open(os.devnull, os.O_RDONLY))

    def _enable(self) -> None:
        self._send({"power": True})
        if self.flaw == "jumps when enabled":
            here = self._read().position
            for _ in range(20):
                self._send({"goal": [x + 0.3 for x in here]})
                time.sleep(0.005)

    def _home(self) -> None:
        self.was_homed = self.flaw == "needs homing"

    def _read(self) -> JointState:
        self._listen()
        if self.flaw == "slow read":
            time.sleep(0.02)
        if time.monotonic() - self.heard_at > _LOST_S:
            if self.flaw == "blocks":
                time.sleep(0.3)
            if self.flaw not in ("never lost",):
                raise (DeviceFault if self.flaw == "lost is a fault" else DeviceLost)(self.name, "it is silent")
        if not self.newest:
            raise DeviceLost(self.name, "it has not spoken yet")
        if self.state_of["fault"] and self.flaw != "hides faults" and self.state.value == "enabled":
            raise DeviceFault(self.name, str(self.state_of["fault"]))
        a, b = self.newest["at"]
        match self.flaw:
            case "wrong sign":
                b = -b
            case "wrong size":
                a = 0.5 * a
            case "joints swapped":
                a, b = b, a
        velocity = (math.nan, 0.0) if self.flaw == "velocity is nan" else tuple(self.newest["speed"])
        return JointState(self.joints.names, (a, b), velocity)

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        a, b = positions
        if self.flaw == "wrong sign":
            b = -b
        elif self.flaw == "wrong size":
            a *= 0.5  # read and write agree with each other, not with the device
        elif self.flaw == "sends less":
            self._send({"goal": [0.5 * a, b]})
            return positions
        self._send({"goal": [3.0, 3.0] if self.flaw in RUNS_ON else [a, b]})
        return positions

    def _stop(self, category: StopCategory) -> None:
        if self.flaw == f"runs on after {category.name}":
            self._send({"goal": [1.0, 1.0]})
            threading.Thread(target=self._run_on, daemon=True).start()
            return
        self._send({"hold": True} if category is StopCategory.HOLD else {"power": False})

    def _run_on(self) -> None:
        for _ in range(400):
            if self.link is None:
                return
            self._send({"goal": [1.0, 1.0]})
            time.sleep(0.005)

    def _close(self) -> None:
        if self.flaw == "closes on the run":
            self._send({"power": True})
            self._send({"goal": [1.0, 1.0]})
        if self.link is not None:
            self.link.close()
        self.link = None
        if self.flaw == "cannot come back":
            raise DeviceFault(self.name, "it has to be switched off and on")

    @classmethod
    def rescue(cls, options: Mapping[str, object], context: DriverContext) -> None:
        chosen = read_options("BenchArm", cls.Options, options)
        if chosen.flaw == "no rescue":
            return
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
            link.sendto(b'{"power": false}', ("127.0.0.1", chosen.port))

    def _send(self, said: Mapping[str, object]) -> None:
        if self.link is not None:
            self.link.sendto(json.dumps(said).encode(), ("127.0.0.1", self.options.port))

    def _listen(self) -> None:
        while self.link is not None:
            try:
                said = json.loads(self.link.recv(1024))
            except BlockingIOError:
                return
            self.newest, self.state_of, self.heard_at = said, said, time.monotonic()


class BoundlessArm(BenchArm):
    """Declares nothing that stops it."""

    capabilities: ClassVar[Capabilities] = Capabilities(max_rate_hz=200.0)

    @classmethod
    def has_rescue(cls) -> bool:
        return False


__all__ = ["JOINTS", "SPEED", "BenchArm", "BoundlessArm"]
