"""Drivers by name."""

from pathlib import Path

import pytest

from sutura.hw_drivers import (
    ActuatorDriver,
    BadDriver,
    DriverContext,
    HandSample,
    InputDevice,
    UnknownDriver,
    WrongState,
    installed,
    load_actuator,
    load_input,
)
from sutura.messages import Pose


class Hand(InputDevice):
    """A hand that does not move."""

    closed = 0

    def _open(self) -> None: ...

    def _read(self, elapsed: float) -> HandSample | None:
        return HandSample(Pose((elapsed, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)), 0.0)

    def _close(self) -> None:
        self.closed += 1


def test_ours_are_installed_and_of_their_kind() -> None:
    assert {"mujoco", "kinematic", "script", "recording"} <= set(installed())
    for name in ("mujoco", "kinematic"):
        assert issubclass(load_actuator(name), ActuatorDriver)
    for name in ("script", "recording"):
        assert issubclass(load_input(name), InputDevice)


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(UnknownDriver, match=r"no actuator driver 'mujoko' is installed; did you mean 'mujoco'"):
        load_actuator("mujoko")
    with pytest.raises(UnknownDriver, match=r"no input driver 'zzz' is installed \(installed: .*kinematic.*script"):
        load_input("zzz")


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("no.such.module:Class", "no"),
        ("sutura.sim_driver.kinematic_arm:NoClass", "NoClass"),
        ("sutura.sim_driver.script_hand:ScriptHand", "expected an actuator driver"),
        ("sutura.messages:Pose", "expected an actuator driver"),
    ],
)
def test_what_is_no_driver_is_refused_with_its_target(target: str, says: str) -> None:
    with pytest.raises(BadDriver, match=says):
        load_actuator(target)


def test_a_driver_of_ones_own_is_named_by_module_and_class() -> None:
    assert load_input(f"{__name__}:Hand") is Hand


def test_a_hand_is_read_only_while_it_is_open() -> None:
    hand = Hand({}, DriverContext("master", Path(), lambda: 0))
    with pytest.raises(WrongState, match=r"'Hand of master': read\(\) needs the state open, it is closed"):
        hand.read(0.0)
    hand.open()
    hand.open()
    sample = hand.read(1.5)
    assert sample is not None
    assert sample.pose.position[0] == 1.5
    hand.close()
    hand.close()
    assert hand.closed == 1
    with pytest.raises(WrongState):
        hand.read(2.0)
