"""What tests of hardware drivers share: the joints of a PSM, and patience with a device of another process."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from sutura.hw_drivers import ActuatedJoints, ActuatorDriver, DriverContext
from sutura.hw_drivers.cia402.can_link import BusAddress, CanLink
from sutura.hw_drivers.errors import DriverError
from sutura.kinematics import open_arm
from sutura.launch import load_topology
from sutura.messages import JointCommand

BOUND_S = 10.0
STEP_S = 0.001
_STAYS = 20  # readings
_PRIORITY = 30  # of an actuator's place

_HOLDS_AN_ARM = """
import importlib, json, sys, time
from tests.hw_drivers.devices import CONTEXT, JOINTS
arm = getattr(importlib.import_module(sys.argv[1]), sys.argv[2])(JOINTS, json.loads(sys.argv[3]), CONTEXT)
arm.open()
arm.enable()
print("enabled", flush=True)
while True:
    arm.read()
    time.sleep(0.001)
"""

_ARM = open_arm("psm_classic_lnd")
JOINTS = ActuatedJoints(
    (*_ARM.joint_names, "jaw"),
    (*_ARM.limits.lower, _ARM.jaw.lower),
    (*_ARM.limits.upper, _ARM.jaw.upper),
    (*_ARM.limits.velocity, _ARM.jaw.velocity),
    (*_ARM.home, 0.0),
)
CONTEXT = DriverContext("arm", Path(), time.monotonic_ns)


def options_of_the_arm(topology: str) -> dict[str, object]:
    """What a topology says of its arm's motors."""
    choice = load_topology(topology).nodes["arm"].driver
    assert choice is not None
    return {name: choice.options[name] for name in ("joint_map", "counts_per_turn") if name in choice.options}


@contextmanager
def promptly() -> Iterator[None]:
    """Call devices as a node does that its machine grants realtime: a drive waits 50 ms for us, and no longer."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_PRIORITY))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def pause() -> None:
    """Until the next call of a node's loop."""
    select.select([], [], [], STEP_S)


def until(is_true: Callable[[], bool], what: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Call again and again as a node does, for a bounded time."""
    end = time.monotonic() + BOUND_S
    while not is_true():
        assert time.monotonic() < end, f"in vain: {what}"
        meanwhile()
        pause()


def command(positions: tuple[float, ...]) -> JointCommand:
    return JointCommand(JOINTS.names, positions)


def away(start: tuple[float, ...], joint: int, by: float) -> tuple[float, ...]:
    return tuple(at + by * (number == joint) for number, at in enumerate(start))


def go_to(arm: ActuatorDriver, goal: tuple[float, ...], within: float) -> None:
    """Write a goal until the arm measures that it stays there."""
    stays = 0

    def step() -> None:
        arm.write(command(goal))

    def there() -> bool:
        nonlocal stays
        is_near = all(abs(a - b) < within for a, b in zip(arm.read().position, goal, strict=True))
        stays = stays + 1 if is_near else 0
        return stays > _STAYS

    until(there, f"to reach {goal}", step)


def keep_reading(arm: ActuatorDriver) -> Callable[[], bool]:
    """For `until`: read as a node does, never there; what the driver raises comes through."""

    def read() -> bool:
        arm.read()
        return False

    return read


def _no_multicast() -> str:
    """Why a CAN bus over multicast cannot be had on this machine; empty where it can."""
    address = BusAddress("udp_multicast", f"239.74.{os.getpid() % 250 + 1}.7:{20_000 + os.getpid() % 10_000}")
    try:
        one = CanLink("probe", address)
        two = CanLink("probe", address)
        one.send(one.frame(0x7F, b"?"))
        came = two.receive(0.5)
    except DriverError as error:
        return str(error)
    one.close()
    two.close()
    return "" if came is not None else "no multicast comes round on this machine"


NO_MULTICAST = _no_multicast()


def held() -> tuple[set[str], set[str]]:
    """Threads and open descriptors of this process."""
    links = (f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd"))
    files = {os.readlink(link) for link in links if os.path.lexists(link)}
    sockets = {name for name in files if name.startswith("socket:")}
    return {thread.name for thread in threading.enumerate()}, sockets


def with_options(*parts: Mapping[str, object]) -> dict[str, object]:
    """Options of several sources in one."""
    return {name: value for part in parts for name, value in part.items()}


@contextmanager
def other_process(driver: type[ActuatorDriver], options: Mapping[str, object]) -> Iterator[Callable[[], None]]:
    """A process that has enabled an arm and reads it; gives what kills it, and leaves it no time to say goodbye."""
    order = [sys.executable, "-c", _HOLDS_AN_ARM, driver.__module__, driver.__name__, json.dumps(options)]
    process = subprocess.Popen(order, stdout=subprocess.PIPE, text=True)

    def kill() -> None:
        process.kill()
        process.wait(BOUND_S)

    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "enabled\n"
        yield kill
    finally:
        kill()
        process.stdout.close()
