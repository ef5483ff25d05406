"""What fault scripts do to sensors, and that the drivers' own checks meet it."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from sutura.hw_drivers import (
    ActuatedJoints,
    ActuatorDriver,
    Capabilities,
    DeviceFault,
    Disturbance,
    DriverContext,
    HandSample,
    InputDevice,
    SensorFault,
    StopCategory,
)
from sutura.messages import JointState, Pose

JOINTS = ActuatedJoints(("yaw", "jaw"), (-1.0, 0.0), (1.0, 0.2), (2.0, 1.0), (0.0, 0.1))


class Hand(InputDevice):
    """Moves by a metre a nanosecond."""

    def _open(self) -> None: ...

    def _read(self, elapsed: float) -> HandSample | None:
        return HandSample(Pose((elapsed, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)), 0.5)


class Arm(ActuatorDriver):
    """Its yaw goes up by one with every reading."""

    capabilities: ClassVar[Capabilities] = Capabilities(simulated=True)
    at = 0.0

    def _open(self) -> None: ...

    def _enable(self) -> None: ...

    def _read(self) -> JointState:
        self.at += 1.0
        return JointState(self.joints.names, (self.at, 0.1), (0.0, 0.0))

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        return positions

    def _stop(self, category: StopCategory) -> None: ...

    def _close(self) -> None: ...


def context(now: Callable[[], int], *faults: SensorFault) -> DriverContext:
    return DriverContext("arm", Path(), now, disturbance=Disturbance("arm", faults, now))


def hand_with(*faults: SensorFault) -> Callable[[int], HandSample]:
    """Reads a hand at a time."""
    clock = [0]
    hand = Hand({}, context(lambda: clock[0], *faults))
    hand.open()

    def read(at: int) -> HandSample:
        clock[0] = at
        sample = hand.read(float(at))
        assert sample is not None
        return sample

    return read


def arm_with(*faults: SensorFault) -> Callable[[int], JointState]:
    """Reads an arm at a time."""
    clock = [0]
    arm = Arm(JOINTS, {}, context(lambda: clock[0], *faults))
    arm.open()

    def read(at: int) -> JointState:
        clock[0] = at
        return arm.read()

    return read


def test_a_frozen_sensor_repeats_the_first_reading_of_the_fault() -> None:
    read = hand_with(SensorFault(kind="freeze", number=1, at=10, until=20))
    assert [read(at).pose.position[0] for at in (9, 10, 15, 19, 20)] == [9.0, 10.0, 10.0, 10.0, 20.0]


def test_a_bias_is_added_to_its_element_only_and_only_while_it_lasts() -> None:
    read = arm_with(SensorFault(kind="bias", field="position", index=1, by=0.05, number=1, at=10, until=20))
    assert [read(at).position for at in (9, 10, 20)] == [(1.0, 0.1), (2.0, pytest.approx(0.15)), (3.0, 0.1)]
    gripper = hand_with(SensorFault(number=1, at=0, kind="bias", field="gripper", by=-0.2))
    assert gripper(5).gripper == pytest.approx(0.3)
    assert gripper(5).pose.position == (5.0, 0.0, 0.0)


def test_biases_add_up_in_their_order() -> None:
    twice = [SensorFault(number=n, at=0, kind="bias", field="position", index=0, by=1.0) for n in (1, 2)]
    assert hand_with(*twice)(3).pose.position == (5.0, 0.0, 0.0)


def test_what_is_no_number_meets_the_check_of_the_base() -> None:
    read = arm_with(SensorFault(kind="nan", field="position", index=0, number=1, at=10, until=20))
    assert read(9).position[0] == 1.0
    with pytest.raises(DeviceFault, match=r"not finite: \(nan, 0.1\)"):
        read(10)
    assert read(20).position[0] == 3.0


def test_a_broken_sensor_may_say_what_no_message_may() -> None:
    sample = hand_with(SensorFault(number=1, at=0, kind="nan", field="orientation"))(1)
    assert all(map(math.isnan, sample.pose.orientation))
    assert sample.pose.position == (1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("field", "index", "says"),
    [("position", 2, r"position\[2\]"), ("torque", None, "torque"), ("position", 7, r"position\[7\]")],
)
def test_a_fault_that_speaks_of_what_a_reading_has_not_says_so(field: str, index: int | None, says: str) -> None:
    read = arm_with(SensorFault(number=4, at=0, kind="bias", field=field, index=index, by=1.0))
    with pytest.raises(DeviceFault, match=rf"fault 4 speaks of {says}, the reading has name, position, velocity"):
        read(1)


def test_without_a_disturbance_nothing_is_changed() -> None:
    hand = Hand({}, DriverContext("master", Path(), lambda: 0))
    hand.open()
    assert hand.read(3.0) == HandSample(Pose((3.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)), 0.5)
