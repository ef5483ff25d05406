"""Clauses about the end of motion: each category of stop, silence, and the end of the process that held it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sutura.hw_drivers.actuator import DriverState
from sutura.hw_drivers.capabilities import StopCategory
from sutura.hw_drivers.contract.clause import Broken, Clause, Figure, NotApplicable, require, within
from sutura.hw_drivers.contract.rig import Rig

_HOLDER = "sutura.hw_drivers.contract.holder"
_START_S = 20.0
_RESCUE_S = 0.1  # within which the supervisor has begun a rescue and it is over


def hold(rig: Rig) -> Figure:
    """Category 2: it stops and holds, with power, and goes on from there."""
    with rig.enabled() as driver:
        rig.set_going(driver)
        driver.stop(StopCategory.HOLD)
        rig.require_state(driver, DriverState.ENABLED)
        took = rig.time_to_rest(driver)
        if rig.device is not None:
            require(rig.truth().is_powered, "a hold has taken the power away")
        rig.go_to(driver, rig.goal(driver.read().position, 0))
    return within(took, rig.stop_bound, "s", "stop(HOLD) ends motion late")


def controlled(rig: Rig) -> Figure:
    """Category 1: it stops, then has no power."""
    return _power_off(rig, StopCategory.CONTROLLED)


def off(rig: Rig) -> Figure:
    """Category 0: no power at once. A device that does not hold unpowered may sink, but nothing drives it."""
    return _power_off(rig, StopCategory.OFF)


def closing(rig: Rig) -> Figure:
    """Closing in the middle of a motion ends it."""
    driver = rig.make()
    driver.open()
    rig.first_reading(driver)
    driver.enable()
    rig.set_going(driver)
    driver.close()
    return within(_rest_seen_by_another(rig), rig.stop_bound, "s", "close() ends motion late")


def silence(rig: Rig) -> Figure:
    """When commands stop coming, motion ends by itself as declared, and no later."""
    declared = rig.kind.capabilities.silence_stop_s
    with rig.enabled() as driver:
        rig.set_going(driver)
        took = rig.time_to_rest(driver, lambda: rig.positions(driver))
    bound = rig.stop_bound + (declared or 0.0)
    what = "without a declared silence stop" if declared is None else f"with silence_stop_s {declared:g} s"
    return within(took, bound, "s", f"motion goes on in silence, {what}")


def killed(rig: Rig) -> Figure:
    """When the process that held it is killed, motion ends: by the device itself, or by `rescue` from outside."""
    stops = rig.kind.capabilities.silence_stop_s
    if stops is None and not rig.kind.has_rescue():
        raise NotApplicable("it declares neither silence_stop_s nor a rescue")
    if rig.kind.capabilities.simulated and rig.device is None:
        raise NotApplicable("the device ends with the process that holds it")
    with _held_by_another(rig) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        begun = time.monotonic()
        if rig.kind.has_rescue():
            rig.kind.rescue(rig.options, rig.context())
        took = time.monotonic() - begun + _rest_seen_by_another(rig)
    return within(took, rig.stop_bound + max(stops or 0.0, _RESCUE_S), "s", "motion goes on after SIGKILL")


def known_state(rig: Rig) -> None:
    """After the process that held it was killed, it opens in a known state, and works again."""
    if rig.kind.capabilities.simulated and rig.device is None:
        raise NotApplicable("the device ends with the process that holds it")
    with _held_by_another(rig) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    if rig.kind.has_rescue():
        rig.kind.rescue(rig.options, rig.context())
    _rest_seen_by_another(rig)
    before = rig.device.truth().positions if rig.device is not None else None
    with rig.opened() as driver:
        rig.require_state(driver, DriverState.DISABLED)
        rig.time_to_rest(driver)
        if before is not None:
            require(rig.is_at(rig.positions(driver), before), "opening it has moved a joint")
        driver.enable()
        rig.go_to(driver, rig.goal(driver.read().position, 0))


def _power_off(rig: Rig, category: StopCategory) -> Figure:
    with rig.enabled() as driver:
        rig.set_going(driver)
        driver.stop(category)
        rig.require_state(driver, DriverState.DISABLED)
        took = rig.time_to_rest(driver)
        if rig.device is not None:
            _await_no_power(rig)
        driver.enable()
        rig.go_to(driver, rig.goal(driver.read().position, 0))
    return within(took, rig.stop_bound, "s", f"stop({category.name}) ends motion late")


def _await_no_power(rig: Rig) -> None:
    end = time.monotonic() + 1.0
    while rig.truth().is_powered:
        require(time.monotonic() < end, "the motors have power 1 s after a stop that shall take it away")
        time.sleep(rig.period)


def _rest_seen_by_another(rig: Rig) -> float:
    """How long until a device that nobody holds is at rest [s]."""
    if rig.device is not None:
        device = rig.device
        return rig.time_to_rest(rig.make(), lambda: device.truth().positions)
    with rig.opened() as onlooker:
        return rig.time_to_rest(onlooker)


@contextmanager
def _held_by_another(rig: Rig) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the device in motion. Raises Broken if it does not come so far."""
    order = {
        "driver": rig.driver,
        "options": dict(rig.options),
        "joints": _plain(rig),
        "device_dir": str(rig.device_dir),
        "period": rig.period,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", _HOLDER, json.dumps(order)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        said = process.stdout.readline() if process.stdout is not None else b""
        if said.strip() != b"moving":
            _, errors = process.communicate(timeout=_START_S)
            raise Broken(
                f"in a process of its own it did not begin to move: {errors.decode(errors='replace')[-300:]}"
            )
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _plain(rig: Rig) -> dict[str, object]:
    return {name: getattr(rig.joints, name) for name in rig.joints.__struct_fields__}


CLAUSES = (
    Clause("hold", "stop category 2: it stops, holds with power, and goes on", hold, moves=True),
    Clause("controlled", "stop category 1: it stops and then has no power", controlled, moves=True),
    Clause("off", "stop category 0: no power at once", off, moves=True),
    Clause("closing", "closing in mid-motion ends the motion", closing, moves=True),
    Clause("silence", "in silence motion ends as declared", silence, moves=True),
    Clause("killed", "when its process is killed motion ends: by itself, or by rescue", killed, moves=True),
    Clause("known_state", "after SIGKILL it opens in a known state", known_state, moves=True),
)
