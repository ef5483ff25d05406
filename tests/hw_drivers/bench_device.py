"""A made-up device for tests of the contract kit: two joints on UDP, which move at 2 rad/s to their goal."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Mapping

from sutura.hw_drivers import DriverOptions
from sutura.hw_drivers.context import read_options
from sutura.hw_drivers.emulator import DeviceTruth, Emulator

SPEED = 2.0  # [rad/s]
SILENCE_S = 0.05
_STEP_S = 0.002


class BenchDeviceOptions(DriverOptions):
    """port: of UDP on loopback, 0 for any; stops_in_silence: whether it holds 50 ms after the last goal."""

    port: int = 0
    stops_in_silence: bool = True


class BenchDevice(Emulator):
    """Takes `{"goal": [a, b]}`, `{"hold": true}`, `{"power": true}`; tells its state to whoever has spoken last."""

    Options = BenchDeviceOptions

    def __init__(self, options: Mapping[str, object]) -> None:
        self._set = read_options("BenchDevice", BenchDeviceOptions, options)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", self._set.port))
        self._socket.setblocking(False)
        self.at, self.goal, self.speed = [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]
        self.power, self.fault, self.broken, self.plugged = False, "", False, True
        self.heard_at, self.peer = 0.0, ("", 0)
        self._lock, self._ends = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    @property
    def options(self) -> Mapping[str, object]:
        return {"port": self._socket.getsockname()[1]}

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._ends.set()
        self._thread.join()
        self._socket.close()

    def unplug(self) -> None:
        self.plugged = False

    def plug(self) -> None:
        self.plugged = True

    def fail(self, joint: int) -> None:
        self.broken, self.fault, self.power = True, f"joint {joint} is hot", False

    def repair(self) -> None:
        self.broken = False

    def push(self, joint: int, by: float) -> None:
        self.at[joint] += by

    def truth(self) -> DeviceTruth:
        with self._lock:
            moving = any(abs(v) > 1e-9 for v in self.speed)
            return DeviceTruth(tuple(self.at), tuple(self.speed), self.power, moving)

    def _live(self) -> None:
        tick = time.monotonic()
        while not self._ends.is_set():
            tick = max(tick + _STEP_S, time.monotonic() - 0.02)
            time.sleep(max(0.0, tick - time.monotonic()))
            with self._lock:
                self._hear()
                self._move()
                self._tell()

    def _hear(self) -> None:
        while True:
            try:
                data, peer = self._socket.recvfrom(1024)
            except BlockingIOError:
                return
            if self.plugged:
                self.peer = peer
                self._take(json.loads(data))

    def _take(self, said: Mapping[str, object]) -> None:
        if "power" in said:
            self.power = bool(said["power"]) and not self.broken
            self.fault = self.fault if self.broken else ""
            self.goal = list(self.at)
        if "hold" in said:
            self.goal = list(self.at)
        goal = said.get("goal")
        if isinstance(goal, list) and self.power:
            self.goal, self.heard_at = goal, time.monotonic()

    def _move(self) -> None:
        if self._set.stops_in_silence and time.monotonic() - self.heard_at > SILENCE_S:
            self.goal = list(self.at)
        for k in range(2):
            step = min(max(self.goal[k] - self.at[k], -SPEED * _STEP_S), SPEED * _STEP_S) if self.power else 0.0
            self.at[k] += step
            self.speed[k] = step / _STEP_S

    def _tell(self) -> None:
        if self.plugged and self.peer[0]:
            state = {"at": self.at, "speed": self.speed, "power": self.power, "fault": self.fault}
            self._socket.sendto(json.dumps(state).encode(), self.peer)
