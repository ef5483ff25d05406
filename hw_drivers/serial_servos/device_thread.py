"""The thread in which an emulated servo bus lives: it listens to its wire, and time passes for its servos."""

import os
import queue
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from sutura.hw_drivers.errors import DeviceLost
from sutura.hw_drivers.serial_servos.pseudo_terminal import PseudoTerminal
from sutura.hw_drivers.serial_servos.servo_motion import STEP_S

_IDLE_S = 0.005
_MOST_STEPS = 10  # between two looks at the wire: a machine that pauses must not look like a silent master

ResultT = TypeVar("ResultT")


class DeviceThread:
    """Runs a device: `tick` each millisecond of its own time, `hear` what came over the wire.

    Everything that touches the device runs in the thread; `call` brings other things there.
    """

    def __init__(self, wire: PseudoTerminal, tick: Callable[[], None], hear: Callable[[bytes], None]) -> None:
        self._wire, self._tick, self._hear = wire, tick, hear
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._wake_read, self._wake_write = os.pipe()
        self._ends = False
        self._passed_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="emulated servos", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, and give everything back. Twice changes nothing."""
        if self._ends:
            return
        self._ends = True
        if self._thread.is_alive():
            os.write(self._wake_write, b"\0")
            self._thread.join()
        self._wire.unplug()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def call(self, act: Callable[[], ResultT]) -> ResultT:
        """Do something in the thread, and wait for what comes of it. Raises DeviceLost once it is closed."""
        if not self._thread.is_alive():
            raise DeviceLost("emulated servos", "they are not running")
        answers: queue.SimpleQueue[ResultT | Exception] = queue.SimpleQueue()

        def act_there() -> None:
            try:
                answers.put(act())
            except Exception as error:  # noqa: BLE001 (it is raised where the call was made)
                answers.put(error)

        self._calls.put(act_there)
        os.write(self._wake_write, b"\0")
        answer = answers.get()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _run(self) -> None:
        while not self._ends:
            data = self._wire.wait(_IDLE_S, self._wake_read)
            self._pass_time()
            while not self._calls.empty():
                os.read(self._wake_read, 1)
                self._calls.get()()
            if data:
                self._hear(data)

    def _pass_time(self) -> None:
        now = time.monotonic()
        steps = int((now - self._passed_at) / STEP_S)
        self._passed_at = now if steps > _MOST_STEPS else self._passed_at + steps * STEP_S
        for _ in range(min(steps, _MOST_STEPS)):
            self._tick()
