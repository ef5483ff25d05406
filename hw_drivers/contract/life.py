"""Clauses about the life of a driver: every order of calls, and as often as one likes."""

import math
import threading
from collections.abc import Callable

import psutil

from sutura.hw_drivers.actuator import ActuatorDriver, DriverState
from sutura.hw_drivers.capabilities import StopCategory
from sutura.hw_drivers.contract.clause import Broken, Clause, Figure, NotApplicable, require, within
from sutura.hw_drivers.contract.rig import Rig
from sutura.hw_drivers.errors import WrongState
from sutura.messages import JointState

_CYCLES = 10
_DISTANCE = 1e-2  # of a move: what may change without a command


def order(rig: Rig) -> None:
    """Calls that a state does not allow are refused, and change nothing."""
    driver = rig.make()
    rig.require_state(driver, DriverState.CLOSED)
    _refused(driver, "read", driver.read)
    _refused(driver, "enable", driver.enable)
    _refused(driver, "stop", lambda: driver.stop(StopCategory.HOLD))
    with rig.opened() as driver:
        rig.require_state(driver, DriverState.DISABLED)
        here = rig.goal(driver.read().position, 0, 0.0)
        _refused(driver, "write", lambda: driver.write(rig.command(here)))
        _refused(driver, "home", driver.home)
    rig.require_state(driver, DriverState.CLOSED)
    _refused(driver, "read", driver.read)


def idempotent(rig: Rig) -> None:
    """Twice is as once, and after `close` everything can begin anew."""
    driver = rig.make()
    driver.close()
    for _ in range(2):
        driver.open()
        driver.open()
        rig.first_reading(driver)
        driver.enable()
        driver.enable()
        rig.require_state(driver, DriverState.ENABLED)
        driver.stop(StopCategory.HOLD)
        driver.stop(StopCategory.HOLD)
        rig.require_state(driver, DriverState.ENABLED)
        driver.stop(StopCategory.CONTROLLED)
        driver.stop(StopCategory.CONTROLLED)
        driver.stop(StopCategory.OFF)
        rig.require_state(driver, DriverState.DISABLED)
        driver.close()
        driver.close()
        rig.require_state(driver, DriverState.CLOSED)


def readings(rig: Rig) -> None:
    """A reading has every joint in order, and finite numbers."""
    with rig.opened() as driver:
        at = rig.first_reading(driver)
        names = rig.joints.names
        require(at.name == names, f"expected the joints {', '.join(names)}, came {', '.join(at.name)}")
        for field in ("position", "velocity", "effort"):
            values: tuple[float, ...] = getattr(at, field)
            require(all(map(math.isfinite, values)), f"{field} is {values}, expected finite numbers")
        _in_range(rig, at)


def enabling(rig: Rig) -> Figure:
    """Power comes without motion, and goes without it."""
    with rig.opened() as driver:
        before = rig.positions(driver)
        driver.enable()
        rig.time_to_rest(driver)
        farthest = _moved(rig, before, rig.positions(driver))
        driver.stop(StopCategory.CONTROLLED)
        if driver.capabilities.holds_unpowered:
            rig.time_to_rest(driver)
            farthest = max(farthest, _moved(rig, before, rig.positions(driver)))
        return within(farthest, 0.2, "of a move", "joints moved though nothing was commanded")


def homing(rig: Rig) -> None:
    """A driver that is not homed homes, without blocking for it, and then says so."""
    with rig.enabled() as driver:
        if driver.is_homed:
            raise NotApplicable("its encoders are absolute: it is homed from the start")
        driver.home()
        for _ in rig.pace(rig.homing_bound):
            driver.read()
            if driver.is_homed:
                return
        raise Broken(f"it does not say that it is homed {rig.homing_bound:g} s after home()")


def leaks(rig: Rig) -> Figure:
    """Opening and closing leaves no thread, file or socket behind."""
    process = psutil.Process()
    _cycle(rig)  # what is loaded once stays
    threads, files = set(threading.enumerate()), process.num_fds()
    for _ in range(_CYCLES):
        _cycle(rig)
    left = [thread.name for thread in threading.enumerate() if thread not in threads and thread.is_alive()]
    require(not left, f"{len(left)} threads are left after {_CYCLES} cycles: {', '.join(left[:5])}")
    return within(process.num_fds() - files, 0, "files", f"files or sockets left after {_CYCLES} cycles")


def declared(rig: Rig) -> None:
    """What it declares fits together."""
    said = rig.kind.capabilities
    require(said.max_rate_hz > 0.0, f"max_rate_hz is {said.max_rate_hz}")
    silence = said.silence_stop_s
    require(silence is None or 0.0 <= silence <= 1.0, f"silence_stop_s is {silence}, expected 0 to 1 s, or None")
    stops = silence is not None or rig.kind.has_rescue() or said.simulated
    require(stops, "neither silence_stop_s nor a rescue: nothing stops the device when its process is gone")


def _refused(driver: ActuatorDriver, call: str, carry_out: Callable[[], object]) -> None:
    state = driver.state
    try:
        carry_out()
    except WrongState:
        require(driver.state is state, f"a refused {call}() has changed the state to {driver.state.value}")
        return
    raise Broken(f"{call}() is allowed in the state {state.value}, expected WrongState")


def _in_range(rig: Rig, at: JointState) -> None:
    rows = zip(rig.joints.names, at.position, rig.joints.lower, rig.joints.upper, rig.moves, strict=True)
    for name, x, low, high, slack in rows:
        require(
            low - slack <= x <= high + slack, f"{name} is read as {x:.4g}, its limits are {low:.4g} … {high:.4g}"
        )


def _moved(rig: Rig, before: tuple[float, ...], now: tuple[float, ...]) -> float:
    return max(abs(a - b) / move for a, b, move in zip(before, now, rig.moves, strict=True))


def _cycle(rig: Rig) -> None:
    with rig.enabled() as driver:
        driver.write(rig.command(rig.goal(driver.read().position, 0, 0.0)))


CLAUSES = (
    Clause("declared", "its declarations fit together", declared),
    Clause("order", "calls in a wrong order are refused and change nothing", order),
    Clause("idempotent", "every call may come twice, and after close everything begins anew", idempotent),
    Clause("readings", "readings are complete, ordered, finite and in range", readings),
    Clause("enabling", "power comes and goes without motion", enabling),
    Clause("homing", "it homes without blocking, and says when it is homed", homing, moves=True),
    Clause("leaks", "no thread, file or socket is left behind", leaks),
)
