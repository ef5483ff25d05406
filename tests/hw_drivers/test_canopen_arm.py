"""The driver of CiA 402 drives against emulated ones in a process of their own, over multicast CAN."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from sutura.hw_drivers import CommandRefused, DeviceFault, DeviceLost, DriverState, StopCategory
from sutura.hw_drivers.cia402.canopen_arm import CanopenArm
from sutura.hw_drivers.emulated import EmulatedDevice
from tests.hw_drivers.devices import (
    CONTEXT,
    JOINTS,
    NO_MULTICAST,
    away,
    command,
    go_to,
    held,
    keep_reading,
    options_of_the_arm,
    other_process,
    pause,
    promptly,
    until,
    with_options,
)

pytestmark = [pytest.mark.realtime, pytest.mark.skipif(bool(NO_MULTICAST), reason=NO_MULTICAST)]

MAP = options_of_the_arm("real")
PATIENCE = 0.2  # [s] with a device on a machine that does other work too
CLOSE = 2e-3  # [rad, m]


@pytest.fixture(autouse=True)
def prompt() -> Iterator[None]:
    with promptly():
        yield


@pytest.fixture(scope="module")
def bus() -> Iterator[EmulatedDevice]:
    device = EmulatedDevice("can", MAP)
    yield device
    device.close()


@pytest.fixture
def device(bus: EmulatedDevice) -> EmulatedDevice:
    bus.plug()
    bus.repair()
    return bus


@pytest.fixture
def options(device: EmulatedDevice) -> dict[str, object]:
    return with_options(MAP, device.options, {"velocity": True, "following_error": 20.0, "lost_after": PATIENCE})


@pytest.fixture
def arm(options: dict[str, object]) -> Iterator[CanopenArm]:
    made = CanopenArm(JOINTS, options, CONTEXT)
    made.open()
    made.enable()
    yield made
    made.close()


@pytest.mark.parametrize("joint", range(7))
def test_a_joint_moves_by_what_it_was_told_and_no_other_does(
    arm: CanopenArm, device: EmulatedDevice, joint: int
) -> None:
    start = arm.read().position
    by = 0.02 if joint == 2 else 0.2
    if joint == 6:
        by = 0.1
    goal = away(start, joint, by if start[joint] + by < JOINTS.upper[joint] else -by)
    go_to(arm, goal, CLOSE)
    assert device.truth().positions == pytest.approx(goal, abs=CLOSE)
    go_to(arm, start, CLOSE)


def test_what_moves_has_a_velocity_of_the_right_sign(arm: CanopenArm) -> None:
    start = arm.read().position
    speeds: list[float] = []

    def step() -> None:
        arm.write(command(away(start, 0, -0.3)))
        speeds.append(arm.read().velocity[0])

    until(lambda: bool(speeds) and min(speeds) < -0.5, "it to be fast", step)
    assert max(speeds) < 0.1
    go_to(arm, start, CLOSE)


def test_enabling_moves_nothing_and_both_ends_of_life_may_be_asked_for_twice(
    options: dict[str, object], device: EmulatedDevice
) -> None:
    before = device.truth().positions
    arm = CanopenArm(JOINTS, options, CONTEXT)
    for call in (arm.open, arm.open, arm.enable, arm.enable):
        call()
    assert device.truth().is_powered
    for _ in range(20):
        arm.read()
        pause()
    assert device.truth().positions == pytest.approx(before, abs=1e-3)
    for _ in range(2):
        arm.close()
    assert arm.state is DriverState.CLOSED
    assert not device.truth().is_powered


@pytest.mark.parametrize("bad", [math.nan, math.inf, 9.0])
def test_what_must_not_reach_a_motor_does_not(arm: CanopenArm, device: EmulatedDevice, bad: float) -> None:
    start = arm.read().position
    with pytest.raises(CommandRefused):
        arm.write(command((bad, *start[1:])))
    for _ in range(20):
        arm.read()
        pause()
    assert device.truth().positions == pytest.approx(start, abs=CLOSE)


@pytest.mark.parametrize(
    ("category", "has_power"),
    [(StopCategory.HOLD, True), (StopCategory.CONTROLLED, False), (StopCategory.OFF, False)],
)
def test_a_stop_ends_motion_and_keeps_power_only_in_a_hold(
    arm: CanopenArm, device: EmulatedDevice, category: StopCategory, has_power: bool
) -> None:
    start = arm.read().position
    until(
        lambda: abs(arm.read().position[0] - start[0]) > 0.05,
        "it to move",
        lambda: arm.write(command(away(start, 0, 0.5))),
    )
    arm.stop(category)
    until(lambda: not device.truth().is_moving, "it to rest", arm.read)
    rests = arm.read().position
    assert abs(rests[0] - start[0]) < 0.4, "it did not go on to the goal"
    assert device.truth().is_powered == has_power
    arm.enable()
    go_to(arm, start, CLOSE)


def test_a_bus_that_is_cut_is_lost_by_name_and_its_drives_stop_by_themselves(
    arm: CanopenArm, device: EmulatedDevice
) -> None:
    start = arm.read().position
    go_to(arm, away(start, 1, 0.1), CLOSE)
    device.unplug()
    with pytest.raises(DeviceLost, match=r"drive \d on udp_multicast .* is silent for \d+ ms"):
        until(keep_reading(arm), "the loss to be seen")
    until(lambda: not device.truth().is_powered, "the drives to stop by themselves")
    with pytest.raises(DeviceLost, match="drive 1 does not answer"):
        CanopenArm(JOINTS, with_options(MAP, device.options), CONTEXT).open()
    device.plug()
    arm.close()
    arm.open()
    arm.enable()
    go_to(arm, start, CLOSE)


def test_a_fault_is_told_in_words_and_only_a_repaired_drive_is_enabled_again(
    arm: CanopenArm, device: EmulatedDevice
) -> None:
    device.fail(2)
    with pytest.raises(DeviceFault, match=r"drive 3 .*0x2320 \(short circuit or earth leakage"):
        until(keep_reading(arm), "the fault to be seen")
    arm.stop(StopCategory.CONTROLLED)
    with pytest.raises(DeviceFault, match="drive 3 is in state 'fault', and no reset clears it"):
        arm.enable()
    assert arm.read().position, "an arm without power may be read in a fault"
    device.repair()
    arm.enable()
    arm.read()


def test_a_joint_that_is_pushed_away_is_a_following_error(arm: CanopenArm, device: EmulatedDevice) -> None:
    device.push(0, 1.0)
    with pytest.raises(DeviceFault, match=r"drive 1 .*0x8611 \(following error\)"):
        until(keep_reading(arm), "the fault to be seen")
    device.push(0, -1.0)


def test_silence_stops_the_drives_and_is_told_afterwards(arm: CanopenArm, device: EmulatedDevice) -> None:
    until(lambda: not device.truth().is_powered, "the drives to stop by themselves")
    with pytest.raises(DeviceFault, match="heartbeat of the master missed"):
        until(keep_reading(arm), "it to be told")
    arm.stop(StopCategory.CONTROLLED)
    arm.enable()
    arm.read()


def test_a_rescue_from_outside_takes_the_power(
    arm: CanopenArm, device: EmulatedDevice, options: dict[str, object]
) -> None:
    start = arm.read().position
    until(
        lambda: abs(arm.read().position[0] - start[0]) > 0.05,
        "it to move",
        lambda: arm.write(command(away(start, 0, 0.4))),
    )
    CanopenArm.rescue(options, CONTEXT)
    assert not device.truth().is_powered
    with pytest.raises(DeviceFault, match=r"quick stop active|switch on disabled"):
        until(keep_reading(arm), "it to be told")


def test_a_rescue_needs_no_node_numbers(arm: CanopenArm, device: EmulatedDevice) -> None:
    arm.read()
    CanopenArm.rescue(device.options, CONTEXT)
    assert not device.truth().is_powered


def test_a_process_that_is_killed_leaves_drives_that_stop_and_can_be_taken_anew(
    device: EmulatedDevice, options: dict[str, object]
) -> None:
    with other_process(CanopenArm, options) as kill:
        assert device.truth().is_powered
        kill()
    until(lambda: not device.truth().is_powered, "the drives to stop by themselves")
    arm = CanopenArm(JOINTS, options, CONTEXT)
    arm.open()
    assert not device.truth().is_powered
    arm.enable()
    arm.read()
    arm.close()


def test_nothing_of_it_is_left_behind(options: dict[str, object]) -> None:
    before = held()
    for _ in range(3):
        arm = CanopenArm(JOINTS, options, CONTEXT)
        arm.open()
        arm.enable()
        assert held()[0] == before[0], "it has no thread"
        arm.read()
        arm.close()
    assert held() == before
