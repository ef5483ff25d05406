"""The drivers of serial servos on emulated buses in processes of their own, over their real protocols."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from sutura.hw_drivers import (
    ActuatedJoints,
    ActuatorDriver,
    BadOptions,
    CommandRefused,
    DeviceFault,
    DeviceLost,
    DriverContext,
    DriverState,
    StopCategory,
    load_actuator,
)
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.hw_drivers.errors import MissingExtra
from sutura.messages import JointCommand

pytestmark = pytest.mark.realtime

NAMES = ("pan", "lift", "jaw")
SPEED = 2.0
JOINTS = ActuatedJoints(NAMES, (-1.5,) * 3, (1.5,) * 3, (SPEED,) * 3, (0.0,) * 3)
START = (0.3, -0.2, 0.1)
PATIENT = {"reply_timeout": 0.2}  # a busy machine must not look like a lost device
TICK = 2.0 * 3.1416 / 4096
BOUND_S = 5.0
KINDS = ("dynamixel", "feetech")

Make = Callable[..., tuple[ActuatorDriver, EmulatedDevice]]


def driver_of(device: EmulatedDevice, options: Mapping[str, object] | None = None) -> ActuatorDriver:
    context = DriverContext("arm", Path(), time.monotonic_ns)
    patient = {**PATIENT, "bus_watchdog": 0.5} if device.kind == "dynamixel" else PATIENT
    return load_actuator(device.kind)(JOINTS, {**device.options, **patient, **(options or {})}, context)


@pytest.fixture
def make() -> Iterator[Make]:
    """A driver and its device; what is left open is closed."""
    made: list[tuple[ActuatorDriver, EmulatedDevice]] = []

    def make_one(
        kind: str, device: Mapping[str, object] | None = None, **options: object
    ) -> tuple[ActuatorDriver, EmulatedDevice]:
        emulated = EmulatedDevice(kind, {"motors": 3, "positions": START, **(device or {})})
        made.append((driver_of(emulated, options), emulated))
        return made[-1]

    yield make_one
    for driver, device in made:
        with suppress(DeviceLost, DeviceFault):
            driver.close()
        device.close()


def follow(driver: ActuatorDriver, goal: tuple[float, ...], seconds: float) -> None:
    """Command a goal again and again, as a pipeline does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        driver.write(JointCommand(NAMES, goal))
        time.sleep(0.005)


def arrive(driver: ActuatorDriver, device: EmulatedDevice, goal: tuple[float, ...]) -> bool:
    """Command a goal until the arm is there; whether it came."""

    def is_there() -> bool:
        driver.write(JointCommand(NAMES, goal))
        return is_near(device, goal)

    return until(is_there)


def until(what: Callable[[], bool]) -> bool:
    """Whether it became true within a bound that no machine needs."""
    end = time.monotonic() + BOUND_S
    while not what():
        if time.monotonic() > end:
            return False
    return True


def is_near(device: EmulatedDevice, goal: tuple[float, ...], by: float = 2 * TICK) -> bool:
    return all(abs(a - b) <= by for a, b in zip(device.truth().positions, goal, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_life_takes_power_only_between_enable_and_stop_and_moves_nothing_by_itself(make: Make, kind: str) -> None:
    driver, device = make(kind)
    driver.open()
    assert driver.read().position == pytest.approx(START, abs=TICK)
    assert not device.truth().is_powered
    driver.enable()
    assert device.truth().is_powered
    device.push(0, 0.1)
    assert until(lambda: is_near(device, START)), "a powered arm goes back"
    driver.stop(StopCategory.HOLD)
    assert device.truth().is_powered
    driver.stop(StopCategory.OFF)
    assert not device.truth().is_powered
    driver.enable()
    driver.close()
    assert not device.truth().is_powered
    assert is_near(device, START)
    driver.open()
    assert driver.state is DriverState.DISABLED


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_is_followed_the_right_way_by_the_right_amount(make: Make, kind: str) -> None:
    joint_map = {
        "motors": [7, 4, 9],
        "joints": ["lift", "jaw", "pan"],
        "sign": [-1, 1, 1],
        "gear_ratio": [1.5, 1.0, 0.5],
        "offset": [0.1, 0.0, -0.2],
    }
    plain = {"motors": [7, 4, 9]}
    driver, device = make(kind, {"joint_map": plain, "positions": (0.0, 0.0, 0.0)}, joint_map=joint_map)
    driver.open()
    driver.enable()
    goal = (0.4, -0.2, 0.6)
    motors = (-1.5 * (-0.2 - 0.1), 0.6, 0.5 * (0.4 + 0.2))

    def is_there() -> bool:
        driver.write(JointCommand(NAMES, goal))
        return is_near(device, motors)

    assert until(is_there)
    assert driver.read().position == pytest.approx(goal, abs=4 * TICK)


@pytest.mark.parametrize("kind", KINDS)
def test_speeds_are_measured_the_right_way(make: Make, kind: str) -> None:
    driver, _ = make(kind, {"speed": 0.3})
    driver.open()
    driver.enable()

    def goes_both_ways() -> bool:
        driver.write(JointCommand(NAMES, (1.4, -1.4, 0.1)))
        pan, lift, _ = driver.read().velocity
        return lift < -0.2 < 0.2 < pan

    assert until(goes_both_ways)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("goal", [(float("nan"), 0.0, 0.0), (1.6, 0.0, 0.0), (0.0, float("inf"), 0.0)])
def test_a_refused_command_moves_nothing(make: Make, kind: str, goal: tuple[float, ...]) -> None:
    driver, device = make(kind)
    driver.open()
    driver.enable()
    with pytest.raises(CommandRefused):
        driver.write(JointCommand(NAMES, goal))
    driver.read()
    assert is_near(device, START)


@pytest.mark.parametrize("kind", KINDS)
def test_unplugged_it_is_lost_at_once_and_comes_back_by_closing_and_opening(make: Make, kind: str) -> None:
    driver, device = make(kind)
    driver.open()
    driver.enable()
    device.unplug()
    with pytest.raises(DeviceLost, match="port"):
        driver.read()
    with pytest.raises(DeviceLost, match="port"):
        driver.write(JointCommand(NAMES, START))
    with suppress(DeviceLost):
        driver.close()
    with pytest.raises(DeviceLost, match="cannot be opened"):
        driver.open()
    device.plug()
    driver.open()
    driver.enable()
    assert arrive(driver, device, (0.4, -0.2, 0.1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_motor_is_told_in_words_and_cleared_once_it_is_repaired(make: Make, kind: str) -> None:
    driver, device = make(kind)
    driver.open()
    driver.enable()
    device.fail(1)
    with pytest.raises(DeviceFault, match="motor 2: overload"):
        driver.read()
    driver.stop(StopCategory.CONTROLLED)
    assert not device.truth().is_powered
    assert driver.read().position == pytest.approx(START, abs=TICK), "an arm without power is measured all the same"
    with pytest.raises(DeviceFault, match="motor 2"):
        driver.enable()
    device.repair()
    driver.enable()
    assert arrive(driver, device, (0.4, -0.2, 0.1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_noisy_line_is_asked_again(make: Make, kind: str) -> None:
    driver, _ = make(kind, {"spoil_every": 7})
    driver.open()
    driver.enable()
    for _ in range(40):
        assert driver.read().position == pytest.approx(START, abs=TICK)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stop_ends_a_long_way_where_the_arm_is(make: Make, kind: str) -> None:
    driver, device = make(kind, {"speed": 0.2})
    driver.open()
    driver.enable()
    follow(driver, (1.4, -0.2, 0.1), 0.7)
    driver.stop(StopCategory.HOLD)
    assert until(lambda: not device.truth().is_moving)
    assert device.truth().is_powered
    assert device.truth().positions[0] < 1.0, "it stopped on its way"


@pytest.mark.parametrize("kind", KINDS)
def test_one_port_has_one_owner(make: Make, kind: str) -> None:
    driver, device = make(kind)
    driver.open()
    with pytest.raises(DeviceLost, match="cannot be opened"):
        driver_of(device).open()


@pytest.mark.parametrize("kind", KINDS)
def test_a_motor_that_is_not_there_is_named(make: Make, kind: str) -> None:
    driver, _ = make(kind, joint_map={"motors": [1, 2, 9]})
    with pytest.raises(DeviceLost, match="motor 9"):
        driver.open()


def test_joints_that_motors_cannot_turn_so_far_are_refused(make: Make) -> None:
    driver, _ = make("feetech", joint_map={"gear_ratio": [1.0, 3.0, 1.0]})
    with pytest.raises(BadOptions, match=r"motor 2 would have to go from -4.5 to 4.5 rad"):
        driver.open()
    driver, _ = make("dynamixel", operating_mode="position", joint_map={"gear_ratio": [1.0, 3.0, 1.0]})
    with pytest.raises(BadOptions, match=r"motor 2 would have to go from -4.5 to 4.5 rad"):
        driver.open()


@pytest.mark.parametrize("kind", KINDS)
def test_ids_that_are_none_are_refused(make: Make, kind: str) -> None:
    with pytest.raises(BadOptions, match="ids of 0 to 252, came 1, x, 300"):
        make(kind, joint_map={"motors": [1, "x", 300]})


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_behind(make: Make, kind: str) -> None:
    driver, device = make(kind)
    driver.open()
    driver.close()  # what libraries open once stays
    files, threads = len(os.listdir("/proc/self/fd")), threading.active_count()
    for _ in range(3):
        driver.open()
        driver.enable()
        driver.read()
        driver.close()
        device.unplug()
        with suppress(DeviceLost):
            driver.open()
        device.plug()
    assert len(os.listdir("/proc/self/fd")) == files
    assert threading.active_count() == threads


# When the process that held it is gone ------------------------------------------------------------------------

HOLDER = """
import sys, time, msgspec
from pathlib import Path
from sutura.hw_drivers import ActuatedJoints, DriverContext, load_actuator
from sutura.messages import JointCommand

kind, options = sys.argv[1], msgspec.json.decode(sys.argv[2])
names = ("pan", "lift", "jaw")
joints = ActuatedJoints(names, (-1.5,) * 3, (1.5,) * 3, (2.0,) * 3, (0.0,) * 3)
driver = load_actuator(kind)(joints, options, DriverContext("arm", Path(), time.monotonic_ns))
driver.open()
driver.enable()
for _ in range(140):
    driver.write(JointCommand(names, (1.4, -0.2, 0.1)))
    time.sleep(0.005)
print("on its way", flush=True)
while True:
    driver.write(JointCommand(names, (1.4, -0.2, 0.1)))
    time.sleep(0.005)
"""


def leave_on_its_way(device: EmulatedDevice) -> None:
    """Another process sends the arm on a long way, and is killed."""
    options = msgspec.json.encode({**device.options, **PATIENT}).decode()
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, device.kind, options], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"on its way\n"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()


def test_dynamixels_stop_by_themselves_when_the_bus_falls_silent(make: Make) -> None:
    driver, device = make("dynamixel", {"speed": 0.2})
    leave_on_its_way(device)
    assert until(lambda: not device.truth().is_moving)
    assert device.truth().positions[0] < 1.0
    assert device.truth().is_powered, "they hold"
    driver.open()
    assert not device.truth().is_powered, "a driver begins in a known state"
    driver.enable()
    driver.read()


def test_dynamixels_that_have_stopped_say_so_until_they_are_enabled_again(make: Make) -> None:
    driver, device = make("dynamixel", bus_watchdog=0.04)
    driver.open()
    driver.enable()
    time.sleep(0.5)  # the silence itself
    with pytest.raises(DeviceFault, match=r"motor 1 has stopped by itself: the bus was silent for 0.04 s"):
        driver.read()
    driver.stop(StopCategory.CONTROLLED)
    driver.enable()
    driver.read()
    assert device.truth().is_powered


@pytest.mark.parametrize(("on_loss", "holds"), [("hold", True), ("off", False)])
@pytest.mark.parametrize("named", [True, False])
def test_feetechs_are_stopped_by_a_rescue(make: Make, on_loss: str, holds: bool, named: bool) -> None:
    driver, device = make("feetech", {"speed": 0.2})
    leave_on_its_way(device)
    assert device.truth().is_moving, "no watchdog is in them"
    options = {**device.options, **PATIENT, "on_loss": on_loss}
    if named:
        options["joint_map"] = {"motors": [1, 2, 3]}
    type(driver).rescue(options, DriverContext("arm", Path(), time.monotonic_ns))
    assert until(lambda: not device.truth().is_moving)
    assert device.truth().positions[0] < 1.0
    assert device.truth().is_powered is holds
    driver.open()
    assert not device.truth().is_powered


def test_a_rescue_of_what_is_not_there_says_so(make: Make) -> None:
    driver, device = make("feetech")
    device.unplug()
    with pytest.raises(DeviceLost, match="cannot be opened"):
        type(driver).rescue({**device.options}, DriverContext("arm", Path(), time.monotonic_ns))


@pytest.mark.parametrize(("kind", "module"), [("dynamixel", "dynamixel_sdk"), ("feetech", "scservo_sdk")])
@pytest.mark.parametrize("missing", ["sdk", "serial"])
def test_without_its_library_a_driver_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, kind: str, module: str, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, module if missing == "sdk" else "serial", None)
    with pytest.raises(MissingExtra, match=rf"pip install 'sutura\[{kind}\]'"):
        load_actuator(kind)(JOINTS, {"port": "/dev/none"}, DriverContext("arm", Path(), time.monotonic_ns))
