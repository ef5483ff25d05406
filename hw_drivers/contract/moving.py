"""Clauses about motion: units, signs, limits, and what must never reach a motor."""

import math
import time

from sutura.hw_drivers.actuator import ActuatorDriver
from sutura.hw_drivers.contract.clause import Broken, Clause, Figure, require, within
from sutura.hw_drivers.contract.rig import Rig
from sutura.hw_drivers.errors import CommandRefused
from sutura.messages import JointCommand

_AGO_NS = 1_000_000_000


def units(rig: Rig) -> Figure:
    """A commanded move shows up in that joint's feedback, right way and right size, and in no other."""
    worst = 0.0
    with rig.enabled() as driver:
        start = rig.goal(driver.read().position, 0, 0.0)
        rig.go_to(driver, start)
        for joint in range(len(rig.joints.names)):
            goal = rig.goal(start, joint)
            said = rig.go_to(driver, goal).position
            worst = max(worst, _off(rig, said, goal))
            if rig.device is not None:
                worst = max(worst, _truth_off(rig, goal))
            rig.go_to(driver, start)
    return within(worst, 0.25, "of a move", "the device is not where its driver says")


def returns_sent(rig: Rig) -> None:
    """`write` returns what was really sent: limited to what the joints may do, and then it is there."""
    with rig.enabled() as driver:
        start = rig.goal(driver.read().position, 0, 0.0)
        rig.go_to(driver, start)
        goal = rig.far_goal(start, 0)
        sent = driver.write(rig.command(goal))
        require(sent.name == rig.joints.names, f"write returned the joints {sent.name}")
        step = abs(sent.position[0] - start[0])
        most = 0.2 * rig.moves[0] + rig.joints.velocity[0] * 0.01
        require(step <= most, f"the first step towards a far goal is {step:.4g}, at most {most:.4g} was to be sent")
        for _ in rig.pace(0.4):
            sent = driver.write(rig.command(goal))
        for _ in rig.pace(1.0):
            driver.write(rig.command(sent.position))
            if rig.is_at(rig.positions(driver), sent.position):
                break
        else:
            raise Broken(f"write returned {sent.position[0]:.4g} for {rig.joints.names[0]}, but it is not there")
        rig.go_to(driver, start)


def speed(rig: Rig) -> Figure:
    """However far a goal lies, no joint exceeds its speed."""
    with rig.enabled() as driver:
        start = rig.goal(driver.read().position, 0, 0.0)
        goal, most = rig.far_goal(start, 0), 0.0
        before, at = start[0], time.monotonic()
        for _ in rig.pace(0.5):
            driver.write(rig.command(goal))
            now = time.monotonic()
            if now - at > 0.1:
                here = rig.positions(driver)[0]
                most = max(most, abs(here - before) / (time.monotonic() - at))
                before, at = here, time.monotonic()
        rig.go_to(driver, start)
    return within(most / rig.joints.velocity[0], 1.3, "of the limit", f"{rig.joints.names[0]} is too fast")


def not_finite(rig: Rig) -> None:
    """NaN and infinities are refused, and nothing moves."""
    with rig.enabled() as driver:
        for bad in (math.nan, math.inf, -math.inf):
            for joint in (0, len(rig.joints.names) - 1):
                here = rig.goal(driver.read().position, 0, 0.0)
                _refuses(rig, driver, (*here[:joint], bad, *here[joint + 1 :]), f"{bad}")


def out_of_limits(rig: Rig) -> None:
    """Positions beyond a joint's limits are refused, and nothing moves."""
    with rig.enabled() as driver:
        for joint, name in enumerate(rig.joints.names):
            here = rig.goal(driver.read().position, 0, 0.0)
            for beyond in (rig.joints.upper[joint] + rig.moves[joint], rig.joints.lower[joint] - rig.moves[joint]):
                _refuses(rig, driver, (*here[:joint], beyond, *here[joint + 1 :]), f"{name} at {beyond:.4g}")


def other_joints(rig: Rig) -> None:
    """A command that names other joints is refused."""
    with rig.enabled() as driver:
        here = rig.goal(driver.read().position, 0, 0.0)
        for names in (rig.joints.names[::-1], (*rig.joints.names[:-1], "another")):
            try:
                driver.write(JointCommand(names, here))
            except CommandRefused:
                continue
            raise Broken(f"a command to the joints {', '.join(names)} was taken")


def stale(rig: Rig) -> None:
    """A command that belongs to a gesture of long ago is refused."""
    with rig.enabled() as driver:
        goal = rig.goal(driver.read().position, 0)
        for _ in rig.pace(0.1):
            try:
                driver.write(rig.command(goal), time.monotonic_ns() - _AGO_NS)
            except CommandRefused:
                continue
            raise Broken("a command that was made 1 s ago was taken")


def _refuses(rig: Rig, driver: ActuatorDriver, positions: tuple[float, ...], what: str) -> None:
    before = rig.positions(driver)
    try:
        driver.write(rig.command(positions))
    except CommandRefused:
        pass
    else:
        raise Broken(f"a command with {what} was taken")
    rig.time_to_rest(driver)
    off = _off(rig, rig.positions(driver), before)
    require(off <= 0.2, f"a refused command with {what} has moved a joint by {off:.2g} of a move")


def _off(rig: Rig, positions: tuple[float, ...], goal: tuple[float, ...]) -> float:
    return max(abs(x - g) / move for x, g, move in zip(positions, goal, rig.moves, strict=True))


def _truth_off(rig: Rig, goal: tuple[float, ...]) -> float:
    """How far the device is from a goal once it is at rest, in moves."""
    end = time.monotonic() + 0.5
    while (off := _off(rig, rig.truth().positions, goal)) > 0.1 and time.monotonic() < end:
        time.sleep(rig.period)
    return off


CLAUSES = (
    Clause("units", "a commanded move is seen in that joint, right way and right size", units, moves=True),
    Clause("returns_sent", "write returns what was really sent", returns_sent, moves=True),
    Clause("speed", "no joint exceeds its speed, however far the goal", speed, moves=True, is_timed=True),
    Clause("not_finite", "NaN and infinities are refused, and nothing moves", not_finite),
    Clause("out_of_limits", "positions beyond the limits are refused, and nothing moves", out_of_limits),
    Clause("other_joints", "commands to other joints are refused", other_joints),
    Clause("stale", "commands of a gesture of long ago are refused", stale),
)
