"""What the figures depend on: the machine, the versions, and how busy others keep it."""

import os
import platform
import resource
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

_LIBRARIES = ("pyzmq", "eclipse-zenoh", "msgspec", "numpy")


class Machine(msgspec.Struct, frozen=True):
    """Where and with what it was measured."""

    platform: str
    processor: str
    cores: int
    python: str
    versions: dict[str, str]


def this_machine() -> Machine:
    """This one."""
    return Machine(
        platform=platform.platform(),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        versions={name: _version(name) for name in _LIBRARIES},
    )


class OthersMeter:
    """What others, neither this process nor its ended children, use of the machine from here on."""

    def __init__(self) -> None:
        self._idle, self._total = _jiffies()
        self._own = _own_cpu_s()

    def percent(self) -> float:
        """Percent of all cores."""
        idle, total = _jiffies()
        own = (_own_cpu_s() - self._own) * os.sysconf("SC_CLK_TCK")
        busy = total - self._total - (idle - self._idle)
        return round(max(0.0, 100.0 * (busy - own) / max(1, total - self._total)), 1)


def wait_until_quiet(patience: float, busy: float = 10.0) -> float:
    """Wait until others leave the machine less than `busy` percent busy, for `patience` seconds at most.

    Returns how busy it was at last [%].
    """
    end = time.monotonic() + patience
    while (found := busy_percent()) >= busy and time.monotonic() < end:
        continue
    return found


def busy_percent(seconds: float = 1.0) -> float:
    """How busy the whole machine is while this process waits [% of all cores]."""
    idle, total = _jiffies()
    time.sleep(seconds)
    idle_after, total_after = _jiffies()
    return round(100.0 * (1.0 - (idle_after - idle) / max(1, total_after - total)), 1)


def _own_cpu_s() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _jiffies() -> tuple[int, int]:
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return fields[3] + fields[4], sum(fields)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
