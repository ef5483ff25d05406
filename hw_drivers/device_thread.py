"""The thread in which an emulated device lives."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress

STEP_S = 0.001
_STEP_NS = 1_000_000
_MOST_STEPS = 20  # made good after a pause of the machine; a longer one is no time for the device
_PRIORITY = 45  # above the places of a run


class DeviceThread:
    """Hears a bus all the time, and takes a step each millisecond of the device's own time.

    hear: takes what comes within a time [s]; step: lets STEP_S pass at a time [ns]; each is called in the thread.
    """

    def __init__(self, name: str, hear: Callable[[float], None], step: Callable[[int], None]) -> None:
        self._hear, self._step = hear, step
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to live."""
        self._thread.start()

    def close(self) -> None:
        """End; twice, or before the start, changes nothing."""
        self._ends.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        _hurry()
        tick = time.monotonic_ns()
        while not self._ends.is_set():
            tick = max(tick + _STEP_NS, time.monotonic_ns() - _MOST_STEPS * _STEP_NS)
            while (left := tick - time.monotonic_ns()) > 0:
                self._hear(left * 1e-9)
            self._hear(0.0)
            self._step(tick)


def _hurry() -> None:
    """Let this thread wait for no other, as far as the machine grants that: a device has a processor of its own."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
