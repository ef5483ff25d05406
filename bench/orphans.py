"""Kills supervisors, and sees what becomes of their processes."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from bench.errors import NotDoomed
from bench.recording_arm import Marks
from sutura.launch.run_dir import start_time
from sutura.runtime.clock import monotonic

_START_S = 60.0
_WATCH_S = 10.0
_SHARED_MEMORY = "/dev/shm/"


class Doomed(msgspec.Struct, frozen=True):
    """What a supervisor says of its run before it is killed."""

    run: str
    arm: str
    pids: dict[str, int]


class Orphaned(msgspec.Struct, frozen=True, kw_only=True):
    """One kill of a supervisor. suspended: the place that had been stopped before, or nothing; safe_stop_ms: when
    the arm's driver had stopped its device; gone_s: when the last process had ended; failures: what was not as it
    must be."""

    suspended: str
    safe_stop_ms: float
    gone_s: float
    failures: list[str]


def kill_supervisor(suspended: str, seed: int) -> Orphaned:
    """Start a run, see its arm move, kill its supervisor. suspended: a place to stop first. Raises NotDoomed."""
    command = [sys.executable, "-m", "bench.doomed", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        try:
            doomed = _introduction(process)
            started = {place: (pid, start_time(pid)) for place, pid in doomed.pids.items()}
            marks = Marks(Path(doomed.run), doomed.arm)
            shared = {path for pid in doomed.pids.values() for path in _shared_memory(pid)}
            if suspended:
                os.kill(doomed.pids[suspended], signal.SIGSTOP)
            at = monotonic()
        finally:
            process.kill()
        left, gone_s = _wait_for_the_end(started, at)
    failures = [f"{place} ({pid}) is still there" for place, pid in left.items()]
    failures += [f"{path} is left behind" for path in (*_sockets(Path(doomed.run)), *shared) if Path(path).exists()]
    if marks.stopped_at < at or marks.closed_at < at:
        failures.append("the arm was not brought to a safe stop")
    if marks.written_at > marks.stopped_at:
        failures.append("a command was applied after the safe stop")
    return Orphaned(
        suspended=suspended,
        safe_stop_ms=round((marks.stopped_at - at) * 1e-6, 3),
        gone_s=round(gone_s, 3),
        failures=failures,
    )


def _introduction(process: "subprocess.Popen[bytes]") -> Doomed:
    out = process.stdout
    if out is None or not select.select([out], [], [], _START_S)[0]:
        raise NotDoomed(_START_S, "")
    line = out.readline()
    try:
        return msgspec.json.decode(line, type=Doomed)
    except msgspec.MsgspecError:
        raise NotDoomed(_START_S, line.decode(errors="replace")) from None


def _wait_for_the_end(started: dict[str, tuple[int, float | None]], at: int) -> tuple[dict[str, int], float]:
    """The processes that are left after a while, and when the last one that ended did [s]."""
    left, gone_s = {place: pid for place, (pid, _) in started.items()}, 0.0
    while left and (monotonic() - at) * 1e-9 < _WATCH_S:
        alive = {place: pid for place, pid in left.items() if start_time(pid) == started[place][1]}
        if alive != left:
            gone_s = (monotonic() - at) * 1e-9
        left = alive
        time.sleep(0.002)
    return left, gone_s


def _sockets(run: Path) -> list[str]:
    return [str(run / "s"), str(run / "run.json")]


def _shared_memory(pid: int) -> set[str]:
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {line.split(maxsplit=5)[5] for line in lines if _SHARED_MEMORY in line}


def introduce(run: Path, arm: str, pids: dict[str, int]) -> None:
    """Say on the standard output who may be killed."""
    sys.stdout.write(json.dumps({"run": str(run), "arm": arm, "pids": pids}) + "\n")
    sys.stdout.flush()
