"""The guard of a run: `python -m sutura.launch.guard RUN_DIR`, with the supervisor's end of a pipe as its input.

It does nothing while the supervisor lives. When the pipe closes without a farewell, the supervisor was killed:
each place has then been sent SIGTERM by the kernel and brings its device to a safe stop. The guard rescues the
devices of each place that is gone (it may have died with the supervisor), after 700 ms ends whatever is left (a
stopped process hears no SIGTERM), and removes the run's sockets.
"""

import contextlib
import logging
import os
import select
import signal
import sys
from pathlib import Path

import msgspec

from sutura.launch.rescue import Rescue, RescueOrder, Rescuer
from sutura.launch.run_dir import RunDirectory, start_time
from sutura.runtime.clock import monotonic

GRACE_S = 0.7
_LAST_S = 0.2  # from SIGKILL to the end of a process
_SLICE_S = 0.02
log = logging.getLogger("sutura.guard")


class Ward(msgspec.Struct, frozen=True):
    """A process to look after; `started` guards against a pid that was given to another."""

    place: str
    pid: int
    started: float

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        return start_time(self.pid) == self.started


class Note(msgspec.Struct, frozen=True):
    """One line from the supervisor: a new ward, the rescue orders, or a farewell."""

    ward: Ward | None = None
    orders: dict[str, list[RescueOrder]] | None = None
    farewell: bool = False


def main() -> int:
    """Watch the pipe until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(format="guard: %(message)s", level=logging.INFO, stream=sys.stderr)
    run = RunDirectory(Path(sys.argv[1]))
    wards: dict[str, Ward] = {}
    rescuer = Rescuer({})
    for line in sys.stdin.buffer:
        if not line.endswith(b"\n"):
            break  # the supervisor was killed in the middle of a word
        note = msgspec.json.decode(line, type=Note)
        if note.farewell:
            return 0
        if note.ward is not None:
            wards[note.ward.place] = note.ward
        if note.orders is not None:
            rescuer = Rescuer(note.orders)
    _end_the_rest(wards, rescuer)
    run.retire()
    return 0


def _end_the_rest(wards: dict[str, Ward], rescuer: Rescuer) -> None:
    log.info("the supervisor is gone; waiting %.1f s for the places to stop by themselves", GRACE_S)
    rescues: list[Rescue] = []
    left = _see_off(wards, GRACE_S, rescuer, rescues)
    for ward in left.values():
        log.info("ending %s (%d)", ward.place, ward.pid)
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself just now
            os.kill(ward.pid, signal.SIGKILL)
    left = _see_off(left, _LAST_S, rescuer, rescues)
    rescues += rescuer.begin(left)
    for rescue in rescues:
        log.info("%s", rescue.outcome())


def _see_off(wards: dict[str, Ward], seconds: float, rescuer: Rescuer, rescues: list[Rescue]) -> dict[str, Ward]:
    """Wait for processes to end, and begin to rescue the devices of each that has; returns those that have not."""
    deadline = monotonic() + int(seconds * 1e9)
    while True:
        gone = [place for place, ward in wards.items() if not ward.is_alive]
        rescues += rescuer.begin(gone)
        wards = {place: ward for place, ward in wards.items() if place not in gone}
        if not wards or monotonic() >= deadline:
            return wards
        select.select([], [], [], _SLICE_S)


if __name__ == "__main__":
    sys.exit(main())
