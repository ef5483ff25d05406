"""The guard of a run: `python -m sutura.launch.guard RUN_DIR`, with the supervisor's end of a pipe as its input.

It does nothing while the supervisor lives. When the pipe closes without a farewell, the supervisor was killed:
each place has then been sent SIGTERM by the kernel and brings its device to a safe stop. After 700 ms the guard
ends whatever is left (a stopped process hears no SIGTERM), rescues the devices of what it had to end, and
removes the run's sockets.
"""

import logging
import os
import select
import signal
import sys
from pathlib import Path

import msgspec

from sutura.launch.rescue import RescueOrder, Rescuer
from sutura.launch.run_dir import RunDirectory, start_time

GRACE_S = 0.7
log = logging.getLogger("sutura.guard")


class Ward(msgspec.Struct, frozen=True):
    """A process to look after; `started` guards against a pid that was given to another."""

    place: str
    pid: int
    started: float


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
    pending = dict(wards)
    waited = 0.0
    while pending and waited < GRACE_S:
        select.select([], [], [], 0.02)
        waited += 0.02
        pending = {place: ward for place, ward in pending.items() if _is_alive(ward)}
    for place, ward in pending.items():
        log.info("ending %s (%d)", place, ward.pid)
        os.kill(ward.pid, signal.SIGKILL)
        for outcome in rescuer.rescue(place):
            log.info("%s", outcome)


def _is_alive(ward: Ward) -> bool:
    return start_time(ward.pid) == ward.started


if __name__ == "__main__":
    sys.exit(main())
