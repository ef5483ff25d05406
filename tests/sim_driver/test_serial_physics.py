"""A serial arm under physics: its drives, its brakes, and what the world refuses."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from sutura.kinematics.serial import SerialArm, load_serial_arm
from sutura.sim_driver.errors import ArmDisabledError, ArmNotSimulatedError, BadTargetError, SceneError
from sutura.sim_driver.make_world import make_world
from sutura.sim_driver.physics import Physics
from sutura.sim_driver.serial_physics import SerialPhysics
from tests.kinematics import serial_arms


@pytest.fixture(params=["seven_joint", "six.urdf"])
def arm(request: pytest.FixtureRequest, tmp_path: Path) -> SerialArm:
    """One from MJCF, one from URDF."""
    return load_serial_arm("seven_joint" if request.param == "seven_joint" else serial_arms.write(tmp_path))


def after(world: SerialPhysics, seconds: float) -> tuple[float, ...]:
    for _ in range(round(seconds * 1000)):
        world.step()
    return world.joints("R")[0]


def test_it_holds_its_weight_at_home_with_the_brakes_on(arm: SerialArm) -> None:
    world = SerialPhysics(("R",), arm)
    assert after(world, 0.5) == pytest.approx(arm.home, abs=1e-4)
    assert world.time == pytest.approx(0.5)
    with pytest.raises(ArmDisabledError):
        world.command("R", arm.home, 0.0)


def test_every_joint_goes_where_it_is_told_and_holds(arm: SerialArm) -> None:
    world = SerialPhysics(("R",), arm)
    world.enable("R")
    target = tuple(q + 0.05 for q in arm.home)
    world.command("R", target, 0.1)
    assert after(world, 0.3) == pytest.approx(target, abs=1e-3)
    assert world.joints("R")[1] == 0.1
    assert math.dist(world.tip("R")[0], arm.forward_pose(target)[0]) < 1e-3
    world.hold("R")
    held = world.joints("R")[0]
    assert after(world, 0.3) == pytest.approx(held, abs=1e-3)
    world.disable("R")
    with pytest.raises(ArmDisabledError):
        world.command("R", target, None)


def test_all_joints_lag_alike(arm: SerialArm) -> None:
    """So that an arm that is late is still where it was a moment ago, its shaft through the remote centre."""
    world = SerialPhysics(("R",), arm)
    world.enable("R")
    for k in range(300):
        world.command("R", tuple(q + 0.2e-3 * k for q in arm.home), None)
        world.step()
    lags = [(0.2e-3 * 300 + q - at) / 0.2 for q, at in zip(arm.home, world.joints("R")[0], strict=True)]
    assert max(lags) < 0.008
    assert max(lags) - min(lags) < 0.002


def test_what_it_refuses_changes_nothing(arm: SerialArm) -> None:
    world = SerialPhysics(("R",), arm)
    world.enable("R")
    for bad in (arm.home[1:], (*arm.home[1:], math.nan)):
        with pytest.raises(BadTargetError, match=f"{len(arm.home)} finite joint positions"):
            world.command("R", bad, 0.5)
    with pytest.raises(BadTargetError, match="jaw"):
        world.command("R", arm.home, math.inf)
    with pytest.raises(ArmNotSimulatedError, match="available: R"):
        world.hold("S")
    assert world.joints("R")[1] == 0.0


def test_the_world_that_fits_an_arm_file() -> None:
    assert isinstance(make_world(("PSM1",), "psm_classic_lnd"), Physics)
    assert isinstance(make_world(("R",), "seven_joint"), SerialPhysics)
    with pytest.raises(SceneError, match="rings beside a serial arm to be 0, got 2"):
        make_world(("R",), "seven_joint", rings=2)
    with pytest.raises(SceneError, match="beside a serial one"):
        make_world(("R", "S"), "seven_joint")
