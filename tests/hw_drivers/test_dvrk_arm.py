"""The driver of a dVRK arm against an emulated one in a process of its own, over UDP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sutura.hw_drivers import CommandRefused, DeviceFault, DeviceLost, StopCategory
from sutura.hw_drivers.dvrk.dvrk_arm import DvrkArm
from sutura.hw_drivers.emulated import EmulatedDevice
from tests.hw_drivers.devices import (
    CONTEXT,
    JOINTS,
    away,
    command,
    go_to,
    held,
    keep_reading,
    other_process,
    pause,
    promptly,
    until,
    with_options,
)

pytestmark = pytest.mark.realtime

PATIENCE = 0.2  # [s] with a device on a machine that does other work too
CLOSE = 1e-3  # [rad, m]


@pytest.fixture(autouse=True)
def prompt() -> Iterator[None]:
    with promptly():
        yield


@pytest.fixture(scope="module")
def streamer() -> Iterator[EmulatedDevice]:
    device = EmulatedDevice("dvrk", {})
    yield device
    device.close()


@pytest.fixture
def device(streamer: EmulatedDevice) -> EmulatedDevice:
    streamer.plug()
    streamer.repair()
    return streamer


def options_of(device: EmulatedDevice) -> dict[str, object]:
    return with_options(device.options, {"lost_after": PATIENCE})


@pytest.fixture
def arm(device: EmulatedDevice) -> Iterator[DvrkArm]:
    made = DvrkArm(JOINTS, options_of(device), CONTEXT)
    made.open()
    made.enable()
    yield made
    made.close()


@pytest.mark.parametrize("joint", range(7))
def test_a_joint_moves_by_what_it_was_told_and_no_other_does(
    arm: DvrkArm, device: EmulatedDevice, joint: int
) -> None:
    start = arm.read().position
    goal = away(start, joint, 0.02 if joint == 2 else 0.2)
    go_to(arm, goal, CLOSE)
    assert device.truth().positions == pytest.approx(goal, abs=CLOSE)
    go_to(arm, start, CLOSE)


def test_signs_of_the_map_turn_a_joint_round(device: EmulatedDevice) -> None:
    signs = (-1, 1, 1, 1, 1, 1, 1)
    arm = DvrkArm(JOINTS, with_options(options_of(device), {"joint_map": {"sign": signs}}), CONTEXT)
    arm.open()
    arm.enable()
    start = arm.read().position
    go_to(arm, away(start, 0, 0.2), CLOSE)
    assert device.truth().positions[0] == pytest.approx(-(start[0] + 0.2), abs=CLOSE)
    go_to(arm, start, CLOSE)
    arm.close()


def test_it_says_that_it_is_homed_and_powered_as_the_dvrk_says(arm: DvrkArm, device: EmulatedDevice) -> None:
    assert arm.is_homed
    assert device.truth().is_powered
    arm.stop(StopCategory.CONTROLLED)
    until(lambda: not device.truth().is_powered, "the arm to be disabled", arm.read)


def test_what_must_not_reach_a_motor_does_not(arm: DvrkArm, device: EmulatedDevice) -> None:
    start = arm.read().position
    with pytest.raises(CommandRefused):
        arm.write(command((float("nan"), *start[1:])))
    assert device.truth().positions == pytest.approx(start, abs=CLOSE)


def test_a_hold_keeps_power_and_place(arm: DvrkArm, device: EmulatedDevice) -> None:
    start = arm.read().position
    until(
        lambda: abs(arm.read().position[0] - start[0]) > 0.05,
        "it to move",
        lambda: arm.write(command(away(start, 0, 0.5))),
    )
    arm.stop(StopCategory.HOLD)
    until(lambda: not device.truth().is_moving, "it to rest", arm.read)
    assert device.truth().is_powered
    go_to(arm, start, CLOSE)


def test_silence_ends_motion_at_the_last_goal(arm: DvrkArm, device: EmulatedDevice) -> None:
    start = arm.read().position
    sent = start[0]

    def step() -> None:
        nonlocal sent
        sent = arm.write(command(away(start, 0, 0.5))).position[0]

    until(lambda: abs(arm.read().position[0] - start[0]) > 0.05, "it to move", step)
    until(lambda: not device.truth().is_moving, "it to rest")
    assert device.truth().positions[0] == pytest.approx(sent, abs=CLOSE)


def test_a_stream_that_falls_silent_is_a_lost_device(arm: DvrkArm, device: EmulatedDevice) -> None:
    device.unplug()
    with pytest.raises(DeviceLost, match=r"the stream to 127\.0\.0\.1:\d+ is silent for \d+ ms"):
        until(keep_reading(arm), "the loss to be seen")
    arm.close()
    with pytest.raises(DeviceLost, match="no measured_js and jaw/measured_js came"):
        arm.open()
    device.plug()
    arm.open()
    arm.enable()
    go_to(arm, arm.read().position, CLOSE)


def test_a_fault_is_told_and_only_a_repaired_arm_is_enabled_again(arm: DvrkArm, device: EmulatedDevice) -> None:
    device.fail(0)
    with pytest.raises(DeviceFault, match="the dVRK arm is FAULT"):
        until(keep_reading(arm), "the fault to be seen")
    arm.stop(StopCategory.CONTROLLED)
    with pytest.raises(DeviceFault, match="the dVRK arm is FAULT"):
        arm.enable()
    device.repair()
    arm.enable()
    arm.read()


def test_an_arm_that_was_just_disabled_is_enabled_for_good(arm: DvrkArm, device: EmulatedDevice) -> None:
    for _ in range(5):
        arm.stop(StopCategory.CONTROLLED)
        arm.enable()
        for _ in range(8):
            arm.read()
            pause()


def test_after_its_process_was_killed_a_rescue_disables_it_and_it_can_be_taken_anew(
    device: EmulatedDevice,
) -> None:
    with other_process(DvrkArm, options_of(device)) as kill:
        assert device.truth().is_powered
        kill()
    assert device.truth().is_powered, "the dVRK watches nobody but itself"
    DvrkArm.rescue(device.options, CONTEXT)
    until(lambda: not device.truth().is_powered, "the arm to be disabled")
    arm = DvrkArm(JOINTS, options_of(device), CONTEXT)
    arm.open()
    arm.enable()
    arm.read()
    arm.close()


def test_an_address_that_is_taken_is_named(arm: DvrkArm, device: EmulatedDevice) -> None:
    with pytest.raises(DeviceLost, match=r"cannot listen on 127\.0\.0\.1:\d+: Address already in use"):
        DvrkArm(JOINTS, options_of(device), CONTEXT).open()


def test_nothing_of_it_is_left_behind(device: EmulatedDevice) -> None:
    before = held()
    for _ in range(3):
        arm = DvrkArm(JOINTS, options_of(device), CONTEXT)
        arm.open()
        arm.enable()
        assert held()[0] == before[0], "it has no thread"
        arm.close()
    assert held() == before


@pytest.mark.parametrize("told", ["event", "never"])
def test_an_arm_that_its_console_enables_needs_no_state_command(told: str) -> None:
    device = EmulatedDevice("dvrk", {"state_command": False, "operating_state": told, "starts": "ENABLED"})
    arm = DvrkArm(JOINTS, options_of(device), CONTEXT)
    arm.open()
    arm.enable()
    assert arm.is_homed
    start = arm.read().position
    go_to(arm, away(start, 0, 0.1), CLOSE)
    arm.stop(StopCategory.CONTROLLED)
    pause()
    assert device.truth().is_powered, "without a state_command power stays on, as its page says"
    arm.close()
    device.close()


def test_an_arm_that_its_console_has_not_enabled_is_refused() -> None:
    device = EmulatedDevice("dvrk", {"state_command": False, "starts": "DISABLED"})
    arm = DvrkArm(JOINTS, options_of(device), CONTEXT)
    arm.open()
    until(lambda: arm.is_homed, "its state to be heard", arm.read)
    with pytest.raises(DeviceFault, match="the dVRK arm is DISABLED: enable it at its console"):
        arm.enable()
    arm.close()
    device.close()
