"""A leader arm on an emulated bus: what a hand does to it is what it says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from sutura.hw_drivers import BadOptions, DeviceLost, DriverContext, HandSample, InputDevice, load_input
from sutura.hw_drivers.emulated import EmulatedDevice
from sutura.kinematics import UnknownArmError, open_arm

pytestmark = pytest.mark.realtime

KINDS = ("dynamixel", "feetech")
AT = (0.2, -0.3, 0.1, 0.4, -0.2, 0.5)
TICK = 2.0 * 3.1416 / 4096
BOUND_S = 5.0
Make = Callable[..., tuple[InputDevice, EmulatedDevice]]


def leader_of(options: Mapping[str, object]) -> InputDevice:
    context = DriverContext("leader", Path(), time.monotonic_ns)
    return load_input("leader")({"reply_timeout": 0.2, **options}, context)


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[tuple[InputDevice, EmulatedDevice]] = []

    def make_one(kind: str, **options: object) -> tuple[InputDevice, EmulatedDevice]:
        device = EmulatedDevice(kind, {"positions": AT})
        made.append((leader_of({**device.options, "servos": kind, **options}), device))
        return made[-1]

    yield make_one
    for leader, device in made:
        with suppress(DeviceLost):
            leader.close()
        device.close()


def reading(leader: InputDevice) -> HandSample:
    sample = leader.read(0.0)
    assert sample is not None
    return sample


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_where_the_hand_has_brought_it(make: Make, kind: str) -> None:
    leader, device = make(kind)
    leader.open()
    arm = open_arm("so101")
    for joints in (AT, (0.3, *AT[1:])):
        sample = reading(leader)
        assert sample.joints is not None
        assert sample.joints.name == arm.joint_names
        assert sample.joints.position == pytest.approx(joints[:-1], abs=TICK)
        assert sample.gripper == pytest.approx(joints[-1], abs=TICK)
        position, _ = arm.forward_pose(joints[:-1])
        assert sample.pose.position == pytest.approx(position, abs=0.002)
        device.push(0, 0.1)
    assert sample.held is True, "it has moved lately"
    assert not device.truth().is_powered, "a hand can move it"


@pytest.mark.parametrize("kind", KINDS)
def test_a_spring_opens_the_gripper_and_leaves_the_rest_to_the_hand(make: Make, kind: str) -> None:
    leader, device = make(kind, spring=0.1, spring_to=1.0)
    leader.open()
    end = time.monotonic() + BOUND_S
    while abs(device.truth().positions[-1] - 1.0) > 2 * TICK:
        assert time.monotonic() < end
    assert reading(leader).held is False
    device.push(1, 0.2)
    assert device.truth().positions[:-1] == pytest.approx((0.2, -0.1, 0.1, 0.4, -0.2), abs=1e-6)
    leader.close()
    assert not device.truth().is_powered


@pytest.mark.parametrize("kind", KINDS)
def test_unplugged_it_is_lost_and_comes_back(make: Make, kind: str) -> None:
    leader, device = make(kind)
    leader.open()
    device.unplug()
    with pytest.raises(DeviceLost, match="port"):
        leader.read(0.0)
    leader.close()
    with pytest.raises(DeviceLost):
        leader.open()
    device.plug()
    leader.open()
    assert reading(leader).gripper == pytest.approx(AT[-1], abs=TICK)


def test_signs_and_offsets_are_configuration(make: Make) -> None:
    leader, _ = make("feetech", joint_map={"sign": [-1, 1, 1, 1, 1, 1], "offset": [0.0, 0.1, 0.0, 0.0, 0.0, 0.0]})
    leader.open()
    joints = reading(leader).joints
    assert joints is not None
    assert joints.position[:2] == pytest.approx((-0.2, -0.2), abs=TICK)


def test_options_that_do_not_fit_are_refused_in_words() -> None:
    with pytest.raises(UnknownArmError, match="so102"):
        leader_of({"port": "/dev/none", "model": "so102"})
    with pytest.raises(BadOptions, match="expected 6 values"):
        leader_of({"port": "/dev/none", "joint_map": {"sign": [1]}})
    with pytest.raises(BadOptions, match="spring"):
        leader_of({"port": "/dev/none", "spring": 2.0})
