"""What a place asks of the kernel; what the kernel refuses is told, and the run goes on."""

import ctypes
import faulthandler
import os
import signal
from pathlib import Path

from sutura.runtime.config import Realtime

_PR_SET_PDEATHSIG = 1
_PR_SET_TIMERSLACK = 29
_MCL_CURRENT_AND_FUTURE = 3
_TIMER_SLACK_NS = 1000

_libc = ctypes.CDLL(None, use_errno=True)
_POLICIES = {"other": os.SCHED_OTHER, "idle": os.SCHED_IDLE, "fifo": os.SCHED_FIFO, "rr": os.SCHED_RR}


def die_with_parent(parent: int) -> bool:
    """Ask for SIGTERM when the parent's launching thread ends; False if the parent is gone already."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    return os.getppid() == parent


def apply(settings: Realtime) -> list[str]:
    """Apply a place's settings; returns a notice for each one that was refused."""
    notices: list[str] = []
    _libc.prctl(_PR_SET_TIMERSLACK, _TIMER_SLACK_NS, 0, 0, 0)
    try:
        for thread in _threads():
            if settings.cpus:
                os.sched_setaffinity(thread, settings.cpus)
    except OSError as error:
        notices.append(f"cpus {list(settings.cpus)} refused: {error.strerror}")
    try:
        for thread in _threads():
            if settings.policy != "other":
                os.sched_setscheduler(thread, _POLICIES[settings.policy], os.sched_param(settings.priority))
    except OSError as error:
        notices.append(f"scheduling {settings.policy} {settings.priority} refused: {error.strerror}")
    if settings.lock_memory and _libc.mlockall(_MCL_CURRENT_AND_FUTURE) != 0:
        notices.append(f"lock_memory refused: {os.strerror(ctypes.get_errno())}")
    return notices


def _threads() -> list[int]:
    """All threads of this process: the bus has one of its own, which must not wait behind others."""
    return [int(task.name) for task in Path("/proc/self/task").iterdir()]


def show_crashes() -> None:
    """Let a crash of the interpreter say where it was."""
    faulthandler.enable()


def rearm_hang_limit(seconds: float) -> None:
    """Let the kernel end this process (SIGALRM) unless it comes back here within `seconds`; 0 disarms.

    A driver call that blocks, or a loop that stands still, cannot be ended by the code that hangs.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds)
