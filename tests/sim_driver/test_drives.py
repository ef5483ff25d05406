"""The simulated drives over the wire: drivers, world and bus without any node."""

from __future__ import annotations

import math
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutura.hw_drivers import (
    ActuatedJoints,
    DeviceFault,
    DeviceLost,
    DriverContext,
    DriverError,
    DriverState,
    StopCategory,
)
from sutura.kinematics import load_arm
from sutura.messages import JointCommand
from sutura.runtime.clock import VirtualClock
from sutura.sim_driver.drives import Drives
from sutura.sim_driver.errors import BusAddressError
from sutura.sim_driver.kinematic_arm import KinematicArm
from sutura.sim_driver.mujoco_arm import MujocoArm
from sutura.sim_driver.physics import Physics
from sutura.sim_driver.wire import Act, DriveCommand, WorldEnd, world_path

MS = 1_000_000
ARM = load_arm("psm_classic_lnd")
JOINTS = ActuatedJoints(
    (*ARM.joint_names, "jaw"),
    (*ARM.limits.lower, ARM.jaw.lower),
    (*ARM.limits.upper, ARM.jaw.upper),
    (*ARM.limits.velocity, ARM.jaw.velocity),
    (*ARM.home, 0.0),
    dict.fromkeys(ARM.joint_names, math.inf),
)


class Table:
    """A world with one arm, and the clock that drives it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = VirtualClock()
        self.physics = Physics(("PSM1",), rings=0)
        self.bus = WorldEnd(folder)
        self.drives = Drives(self.physics, self.bus)
        self.reader: MujocoArm | None = None

    def driver(self, name: str = "arm") -> MujocoArm:
        return MujocoArm(JOINTS, {"arm": "PSM1"}, DriverContext(name, self.folder, self.clock))

    def enabled(self) -> MujocoArm:
        arm = self.driver()
        arm.open()
        self.run(2)
        arm.enable()
        self.reader = arm
        self.run(60)
        return arm

    def run(self, milliseconds: int) -> None:
        for _ in range(milliseconds):
            self.clock.advance_to(self.clock() + MS)
            self.drives.listen(self.clock())
            self.physics.step()
            self.drives.report(self.clock())
            if self.reader is not None:
                self.reader.read()  # a socket keeps few datagrams for who does not read

    def send(self, data: bytes) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(data, str(world_path(self.folder)))

    @property
    def yaw(self) -> float:
        return self.physics.joints("PSM1")[0][0]


@pytest.fixture
def table() -> Iterator[Table]:
    folder = Path(tempfile.mkdtemp(prefix="sutura-", dir="/tmp"))
    made = Table(folder)
    yield made
    made.bus.close()
    shutil.rmtree(folder)


def to(yaw: float, jaw: float = 0.0) -> JointCommand:
    return JointCommand(JOINTS.names, (yaw, *ARM.home[1:], jaw))


def sweep(table: Table, arm: MujocoArm, milliseconds: int, speed: float = 0.3) -> None:
    """Move the yaw at a steady speed."""
    start = arm.read().position[0]
    for k in range(milliseconds):
        arm.write(to(start + speed * k * 1e-3))
        table.run(1)


def test_an_arm_follows_its_commands(table: Table) -> None:
    arm = table.enabled()
    sweep(table, arm, 300)
    assert arm.read().position[0] == pytest.approx(0.09, abs=0.01)
    assert arm.read().name == JOINTS.names
    assert len(arm.read().velocity) == len(arm.read().effort) == 7


def test_thirty_milliseconds_of_silence_hold_the_arm_until_it_is_enabled_anew(table: Table) -> None:
    arm = table.enabled()
    sweep(table, arm, 200)
    table.run(29)
    with pytest.raises(DeviceFault, match=r"held by itself after 31 ms of silence"):
        table.run(3)
    table.reader = None
    held = table.yaw
    for _ in range(50):
        arm.write(to(held + 0.01))
        table.run(1)
    assert table.yaw == pytest.approx(held, abs=2e-3), "commands after the silence move nothing"
    arm.stop(StopCategory.OFF)
    table.run(1)
    arm.read()
    table.run(1)
    arm.enable()
    table.reader = arm
    table.run(60)
    sweep(table, arm, 100)
    assert abs(table.yaw - held) > 0.01


def test_a_hold_is_no_silence(table: Table) -> None:
    arm = table.enabled()
    sweep(table, arm, 100)
    arm.stop(StopCategory.HOLD)
    table.run(1)
    held = table.yaw
    table.run(500)
    assert table.yaw == pytest.approx(held, abs=5e-3)
    assert arm.read().position[0] == pytest.approx(table.yaw)
    sweep(table, arm, 50)


def test_a_drive_with_its_brakes_on_moves_nothing(table: Table) -> None:
    arm = table.enabled()
    arm.stop(StopCategory.CONTROLLED)
    table.run(5)
    before = table.yaw
    table.send(msgspec.msgpack.encode(DriveCommand("PSM1", Act.WRITE, (0.5, *ARM.home[1:], 0.0))))
    table.run(100)
    assert table.yaw == pytest.approx(before, abs=1e-3)


def test_the_jaw_keeps_its_grip_in_a_hold(table: Table) -> None:
    arm = table.enabled()
    for _ in range(200):
        arm.write(to(0.0, 0.5))
        table.run(1)
    arm.stop(StopCategory.HOLD)
    table.run(300)
    assert arm.read().position[-1] == pytest.approx(0.5, abs=0.05)


def test_a_rescue_from_outside_puts_the_brakes_on(table: Table) -> None:
    arm = table.enabled()
    sweep(table, arm, 50)
    assert MujocoArm.has_rescue()
    MujocoArm.rescue({"arm": "PSM1"}, DriverContext("arm", table.folder, table.clock))
    table.run(2)
    assert not table.physics.enabled("PSM1")
    with pytest.raises(DriverError):
        table.run(200)


def test_a_world_that_falls_silent_is_lost_and_found_again(table: Table) -> None:
    arm = table.enabled()
    arm.read()
    for _ in range(9):
        table.clock.advance_to(table.clock() + 10 * MS)
        arm.read()
    table.clock.advance_to(table.clock() + 20 * MS)
    with pytest.raises(DeviceLost, match="'PSM1' from the simulated world"):
        arm.read()
    table.run(2)
    assert arm.read().position


def test_a_driver_that_was_away_itself_does_not_blame_the_world(table: Table) -> None:
    arm = table.enabled()
    arm.read()
    table.clock.advance_to(table.clock() + 300 * MS)
    assert arm.read().position, "the states on the bus are old because nobody read them"


def test_without_a_world_a_driver_says_so(table: Table) -> None:
    arm = table.enabled()
    table.bus.close()
    with pytest.raises(DeviceLost, match="there is no simulated world"):
        arm.write(to(0.0))
    with pytest.raises(DeviceLost, match="there is no simulated world"):
        arm.close()
    assert arm.state is DriverState.CLOSED
    arm.close()


def test_a_driver_that_went_away_does_not_trouble_the_world(table: Table) -> None:
    arm = table.enabled()
    sweep(table, arm, 20)
    arm.close()
    table.reader = None
    table.run(50)
    again = table.driver()
    again.open()
    table.run(2)
    assert again.read().position[0] == pytest.approx(table.yaw)


@given(data=st.one_of(st.binary(max_size=100), st.binary(max_size=5000)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_bad_datagrams_are_counted_and_dropped(table: Table, data: bytes) -> None:
    before = table.yaw
    table.send(data)
    table.run(2)
    assert table.bus.refused + table.drives.refused > 0
    assert table.yaw == pytest.approx(before, abs=1e-3)


@pytest.mark.parametrize("bad", [("PSM9", (0.0,) * 7), ("PSM1", (0.0,) * 3)])
def test_a_command_for_no_arm_or_of_the_wrong_length_is_refused(
    table: Table, bad: tuple[str, tuple[float, ...]]
) -> None:
    table.send(msgspec.msgpack.encode(DriveCommand(bad[0], Act.WRITE, bad[1])))
    table.run(1)
    assert table.drives.refused == 1


# The arm without physics ----------------------------------------------------------------------------------------


def kinematic(clock: VirtualClock, **options: object) -> KinematicArm:
    arm = KinematicArm(JOINTS, options, DriverContext("arm", Path(), clock))
    arm.open()
    arm.enable()
    return arm


def test_a_kinematic_arm_is_where_it_was_told_to_be() -> None:
    clock = VirtualClock()
    arm = kinematic(clock)
    arm.write(to(0.01))
    assert arm.read().position[0] == 0.01


def test_with_a_lag_it_follows_as_first_order_systems_do() -> None:
    clock = VirtualClock()
    arm = kinematic(clock, lag=0.05)
    arm.write(to(0.01))
    for after_ms in (10, 40, 50, 100):
        start = clock()
        clock.advance_to(start + after_ms * MS)
    total = (10 + 40 + 50 + 100) * 1e-3
    assert arm.read().position[0] == pytest.approx(0.01 * (1.0 - math.exp(-total / 0.05)))


@given(st.lists(st.integers(1, 100), min_size=1, max_size=10))
def test_how_often_it_is_read_changes_nothing(pauses: list[int]) -> None:
    clock = VirtualClock()
    arm = kinematic(clock, lag=0.05)
    arm.write(to(0.01))
    for pause in pauses:
        clock.advance_to(clock() + pause * MS)
        got = arm.read().position[0]
    assert got == pytest.approx(0.01 * (1.0 - math.exp(-sum(pauses) * 1e-3 / 0.05)))


def test_stopped_it_stays_where_it_is() -> None:
    clock = VirtualClock()
    arm = kinematic(clock, lag=0.05)
    arm.write(to(0.01))
    clock.advance_to(clock() + 20 * MS)
    arm.stop(StopCategory.HOLD)
    held = arm.read().position
    clock.advance_to(clock() + 1000 * MS)
    assert arm.read().position == held


def test_a_world_that_is_late_costs_writes_and_no_fault(table: Table) -> None:
    arm = table.enabled()
    for step in range(200):
        arm.write(to(0.0001 * step))
    table.run(1)
    arm.write(to(0.02))
    table.run(5)
    assert arm.read().position


def test_a_bus_that_stays_full_is_a_lost_device_for_all_but_writes(table: Table) -> None:
    arm = table.enabled()
    for _ in range(200):
        arm.write(to(0.0))
    with pytest.raises(DeviceLost, match="full"):
        arm.stop(StopCategory.HOLD)


def test_a_folder_too_deep_for_sockets_is_named(tmp_path: Path) -> None:
    with pytest.raises(BusAddressError, match="SUTURA_HOME"):
        WorldEnd(tmp_path / ("x" * 100))
