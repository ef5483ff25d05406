"""What the figures depend on: the machine, the versions, and how busy others keep it."""

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from sutura.runtime import dispatcher

_LIBRARIES = ("pyzmq", "eclipse-zenoh", "msgspec", "numpy")


class Machine(msgspec.Struct, frozen=True):
    """Where and with what it was measured. compiled: whether the project's hot paths were."""

    platform: str
    processor: str
    cores: int
    python: str
    versions: dict[str, str]
    compiled: bool


def this_machine() -> Machine:
    """This one."""
    return Machine(
        platform=platform.platform(),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        versions={name: _version(name) for name in _LIBRARIES},
        compiled=not (dispatcher.__file__ or "").endswith(".py"),
    )


class OthersMeter:
    """What other processes than this one and its ended children use of the machine from here on.

    Summed over processes: the machine's own sum is sampled by a tick, which work on a 1 kHz grid hides from.
    """

    def __init__(self) -> None:
        self._at = time.monotonic()
        self._others = _cpu_s_of_others()

    def percent(self) -> float:
        """Percent of all cores."""
        capacity = (time.monotonic() - self._at) * len(os.sched_getaffinity(0))
        return round(max(0.0, 100.0 * (_cpu_s_of_others() - self._others) / capacity), 1)


def wait_until_quiet(patience: float, busy: float = 10.0) -> float:
    """Wait until others leave the machine less than `busy` percent busy, for `patience` seconds at most.

    Returns how busy it was at last [%].
    """
    end = time.monotonic() + patience
    while (found := _busy_percent()) >= busy and time.monotonic() < end:
        continue
    return found


def _busy_percent(seconds: float = 1.0) -> float:
    meter = OthersMeter()
    time.sleep(seconds)
    return meter.percent()


def _cpu_s_of_others() -> float:
    """Processor time of every other process, its ended children included [s]."""
    ticks = 0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


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
