"""What `sutura doctor` looks at: the machine, its permissions, and where runs are kept."""

import os
import platform
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from sutura.cli.finding import Finding, missing, notice, ok
from sutura.cli.probes_heavy import physics, zeromq
from sutura.launch.run_dir import live_runs, runs_home
from sutura.runtime.errors import SocketRefused
from sutura.runtime.zmq_bus import control_address

_PYTHON = (3, 11)
_MEMLOCK = 256 * 1024 * 1024
_LATE_S = 1e-3
_RUN_NAME = len("20260101-000000-") + 24 + len("-0000")  # the longest that a run's directory gets
_PLACE_NAME = 16  # characters that the name of a place should have room for
_REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)\s*(?:>=\s*([0-9.]+))?")


def probes(*, quick: bool) -> Iterator[Callable[[], Finding]]:
    """The probes in the order in which they are told."""
    yield from (python, system, libraries, cores, scheduling, memory_lock, run_home, socket_paths, runs)
    if not quick:
        yield from (timer, zeromq, physics)


def python() -> Finding:
    """The interpreter."""
    found = f"{platform.python_implementation()} {platform.python_version()}"
    if sys.version_info < _PYTHON:
        return missing("python", found, f"Python {'.'.join(map(str, _PYTHON))} or newer is needed")
    return ok("python", found)


def system() -> Finding:
    """Sutura asks Linux for the death signal of parents, boot ids and scheduling."""
    if sys.platform != "linux":
        return missing("system", platform.platform(), "runs need Linux")
    return ok("system", platform.platform())


def libraries() -> Finding:
    """Everything that the package says it needs, with its version."""
    try:
        needed = [_REQUIREMENT.match(line) for line in requires("sutura") or () if "extra ==" not in line]
    except PackageNotFoundError:
        return notice("libraries", "sutura is not installed, only found", "pip install -e .")
    good: list[str] = []
    bad: list[str] = []
    for match in needed:
        if match is None:
            continue
        name, least = match[1], match[2] or "0"
        try:
            found = version(name)
        except PackageNotFoundError:
            bad.append(f"{name} is not installed")
            continue
        (good if _numbers(found) >= _numbers(least) else bad).append(f"{name} {found}")
    if bad:
        return missing("libraries", "; ".join(bad), "pip install --upgrade sutura")
    return ok("libraries", ", ".join(good))


def cores() -> Finding:
    """Processors that this process may use."""
    count = len(os.sched_getaffinity(0))
    if count < 4:
        return notice("cores", str(count), "every node is a process: fewer than 4 cores cost latency under load")
    return ok("cores", str(count))


def scheduling() -> Finding:
    """Whether SCHED_FIFO is allowed; tried, and given back at once."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except OSError as error:
        hint = (
            "allow it with `rtprio 99` for your user in /etc/security/limits.conf; without, runs are less punctual"
        )
        return notice("SCHED_FIFO", f"refused: {error.strerror}", hint)
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return ok("SCHED_FIFO", "allowed")


def memory_lock() -> Finding:
    """How much memory a place may keep from being paged out."""
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if soft == resource.RLIM_INFINITY or soft >= _MEMLOCK:
        return ok("memory lock", "unlimited" if soft == resource.RLIM_INFINITY else f"{soft >> 20} MiB")
    hint = "allow it with `memlock unlimited` for your user in /etc/security/limits.conf"
    return notice("memory lock", f"{soft >> 10} KiB", hint)


def run_home() -> Finding:
    """Whether runs can keep their directories."""
    home = runs_home()
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return ok("run home", str(home))
    except OSError as error:
        return missing("run home", f"{home}: {error.strerror}", "set SUTURA_HOME to a folder of yours")


def socket_paths() -> Finding:
    """The system bounds the length of a socket's path."""
    sockets = runs_home() / ("r" * _RUN_NAME) / "s"
    try:
        control_address(sockets, "p" * _PLACE_NAME)
    except SocketRefused as refusal:
        return missing("socket paths", str(refusal), "set SUTURA_HOME to a folder with a shorter path")
    return ok("socket paths", f"short enough for places with names of {_PLACE_NAME} characters")


def runs() -> Finding:
    """What runs already; two runs share the processors."""
    live = [run.path.name for run in live_runs()]
    if live:
        return notice("live runs", ", ".join(live), "they share the processors with whatever is started next")
    return ok("live runs", "none")


def timer() -> Finding:
    """How late a 1 kHz grid comes."""
    late = []
    start = time.monotonic() + 0.01
    for tick in range(300):
        at = start + tick * 1e-3
        time.sleep(max(0.0, at - time.monotonic()))
        late.append(time.monotonic() - at)
    late.sort()
    p50, p99 = statistics.median(late), late[int(0.99 * len(late))]
    resolution = time.get_clock_info("monotonic").resolution
    detail = f"1 kHz grid late by p50 {p50 * 1e6:.0f} µs, p99 {p99 * 1e6:.0f} µs, max {late[-1] * 1e6:.0f} µs"
    detail += f"; resolution {resolution * 1e9:.0f} ns"
    if p99 > _LATE_S:
        return notice("timer", detail, "something else uses the processors, or this is a virtual machine")
    return ok("timer", detail)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])
