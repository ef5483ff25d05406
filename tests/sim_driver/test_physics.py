"""The simulated arm does what it is told, and rings move by contact alone: everything here runs MuJoCo directly."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import mujoco
import numpy as np
import pytest
from numpy.typing import NDArray

from sutura.kinematics import load_arm
from sutura.kinematics.rotations import Vector3, conjugate, multiply, rotate
from sutura.sim_driver.errors import ArmDisabledError, ArmNotSimulatedError, BadTargetError, SceneError, SimError
from sutura.sim_driver.physics import Physics
from sutura.sim_driver.referee import Referee, peg_around
from sutura.sim_driver.scene import PEGS, PLACEMENTS, build_scene
from sutura.sim_driver.surgeon import RingTransfer

RECORDING = Path(__file__).resolve().parents[3] / "shared" / "data" / "surgeon_psm_joints.npy"
JAW_RATE = 2.0  # [rad/s] the chain before the arm opens and closes the jaw no faster
MM = 1000.0
ARM = load_arm("psm_classic_lnd")
SCRIPT = RingTransfer()


class Outcome(NamedTuple):
    transferred: int
    drops: int
    errors: NDArray[np.float64]  # [mm] distance of the true tip from the command, each step
    final_pegs: tuple[int | None, ...]


class Upset(NamedTuple):
    """What a chain of processes may do to the surgeon's path."""

    offset: Vector3 = (0.0, 0.0, 0.0)  # [m]
    lag: float = 0.0  # [s]
    jitter: float = 0.0  # [s] of further lag, at most
    missing: float = 0.0  # share of the commands


CALM = Upset()


def perform(jaw: Callable[[float, float], float] | None = None, upset: Upset = CALM, seed: int = 0) -> Outcome:
    """Drive the arm along the script by inverse kinematics; `jaw` may replace the jaw's angle at (t, scripted)."""
    physics = Physics(seed=seed)
    referee = Referee(physics)
    physics.enable("PSM1")
    random = Random(seed)
    joints, opening = ARM.home, 0.0
    errors = []
    for tick in range(round((SCRIPT.duration + 1.0) / 0.001)):
        t = tick * 0.001
        (x, y, z), quaternion, scripted = SCRIPT.tip_at(t - upset.lag - random.uniform(0.0, upset.jitter))
        position = (x + upset.offset[0], y + upset.offset[1], z + upset.offset[2])
        wanted = jaw(t, scripted) if jaw else scripted
        opening += max(-JAW_RATE * 0.001, min(JAW_RATE * 0.001, wanted - opening))
        joints = ARM.inverse_pose(position, quaternion, joints)
        if random.random() >= upset.missing:
            physics.command("PSM1", joints, opening)
        physics.step()
        if tick % 10 == 0:
            referee.watch()
        errors.append(math.dist(physics.tip("PSM1")[0], position) * MM)
    return Outcome(referee.rings_transferred, referee.drops, np.array(errors), referee.pegs)


def run(physics: Physics, seconds: float) -> Iterator[int]:
    for tick in range(round(seconds / 0.001)):
        yield tick
        physics.step()


def advance(physics: Physics, seconds: float) -> None:
    for _ in run(physics, seconds):
        pass


@pytest.fixture(scope="module")
def transfer() -> Outcome:
    return perform()


def test_the_script_transfers_one_ring(transfer: Outcome) -> None:
    assert (transfer.transferred, transfer.drops) == (1, 0)
    assert transfer.final_pegs == (PEGS.index((0.012, 0.024)), 1)


def test_the_tip_follows_the_script_closely(transfer: Outcome) -> None:
    assert np.quantile(transfer.errors, 0.95) < 0.25
    assert transfer.errors.max() < 0.5


@pytest.mark.parametrize(
    "upset",
    [
        Upset((0.0003, 0.0003, 0.0003), lag=0.05, jitter=0.005, missing=0.02),
        Upset((-0.0003, -0.0003, -0.0003), lag=0.05, jitter=0.005, missing=0.1),
    ],
)
def test_the_grasp_survives_what_a_chain_of_processes_does(upset: Upset) -> None:
    outcome = perform(upset=upset, seed=7)
    assert (outcome.transferred, outcome.drops) == (1, 0)


def test_jaws_that_never_close_transfer_nothing() -> None:
    outcome = perform(jaw=lambda t, scripted: 0.6)
    assert (outcome.transferred, outcome.drops) == (0, 0)
    assert outcome.final_pegs == (0, 1)


def test_a_ring_let_go_in_mid_air_is_a_drop() -> None:
    outcome = perform(jaw=lambda t, scripted: 0.6 if t > 9.6 else scripted)
    assert (outcome.transferred, outcome.drops) == (0, 1)


def test_a_ring_that_no_jaw_touched_is_neither_transferred_nor_dropped() -> None:
    physics = Physics(rings=1)
    referee = Referee(physics)
    start = physics.model.joint("ring0").qposadr[0]
    for x, y, z in ((0.0, 0.012, 0.03), (*PEGS[6], 0.005)):  # through the air, then around another peg
        physics.data.qpos[start : start + 3] = (x, y, z)
        for tick in run(physics, 0.3):
            if tick % 10 == 0:
                referee.watch()
    assert (referee.rings_transferred, referee.drops) == (0, 0)
    assert peg_around(physics.rings()[0]) == 6


def test_equal_seeds_give_equal_states_and_others_do_not() -> None:
    def state(seed: int) -> bytes:
        physics = Physics(seed=seed)
        physics.enable("PSM1")
        for tick in run(physics, 0.3):
            physics.command("PSM1", [0.0005 * tick, 0.0, 0.12, 0.0, 0.0, 0.0], 0.3)
        return bytes(physics.data.qpos.tobytes() + physics.data.qvel.tobytes())

    assert state(3) == state(3)
    assert state(3) != state(4)


def test_the_arm_starts_at_home_with_closed_jaws_at_rest() -> None:
    physics = Physics()
    joints, jaw = physics.joints("PSM1")
    assert joints == pytest.approx(ARM.home, abs=1e-5)
    assert jaw == pytest.approx(0.0, abs=1e-3)
    assert physics.velocities("PSM1")[0] == pytest.approx([0.0] * 6, abs=1e-3)
    assert physics.time == 0.0
    assert [peg_around(ring) for ring in physics.rings()] == [0, 1]


def test_tip_is_the_pose_of_the_simulated_bodies() -> None:
    """The scene's chain of bodies, and the closed form, agree on where the tip is: two ways to the same pose."""
    physics = Physics(("PSM1", "PSM2"), rings=0)
    for arm, joints in (("PSM1", (0.3, -0.2, 0.15, 0.5, 0.4, -0.3)), ("PSM2", (-0.4, 0.3, 0.1, -1.0, -0.6, 0.5))):
        physics.enable(arm)
        physics.command(arm, joints, 0.4)
    advance(physics, 0.5)
    mujoco.mj_kinematics(physics.model, physics.data)
    for arm in physics.arms:
        position, quaternion = physics.tip(arm)
        place = PLACEMENTS[arm]
        world = np.add(rotate(place.quaternion, position), place.position)
        assert physics.data.site(f"{arm}/wrist").xpos == pytest.approx(world, abs=1e-9)
        fingers = [physics.data.body(f"{arm}/{jaw}").xmat.reshape(3, 3)[:, 1] for jaw in ("jaw_a", "jaw_b")]
        along = np.sum(fingers, axis=0) / np.linalg.norm(np.sum(fingers, axis=0))
        tool = rotate(multiply(place.quaternion, quaternion), (0.0, 0.0, 1.0))
        assert along == pytest.approx(tool, abs=1e-9)


@pytest.mark.parametrize("joint", range(6))
def test_a_command_moves_its_joint_by_its_size_and_no_other(joint: int) -> None:
    physics = Physics(rings=0)
    physics.enable("PSM1")
    wanted = list(ARM.home)
    wanted[joint] += 0.02 if joint == 2 else 0.2
    physics.command("PSM1", wanted, None)
    advance(physics, 0.3)
    assert physics.joints("PSM1")[0] == pytest.approx(wanted, abs=2e-3)


def test_the_jaw_opens_to_its_command_about_the_wrist() -> None:
    physics = Physics(rings=0)
    physics.enable("PSM1")
    physics.command("PSM1", None, 0.8)
    advance(physics, 0.5)
    joints, jaw = physics.joints("PSM1")
    assert jaw == pytest.approx(0.8, abs=0.01)
    assert joints == pytest.approx(ARM.home, abs=1e-3)
    openings = [float(physics.data.joint(f"PSM1/{name}").qpos[0]) - joints[5] for name in ("jaw_a", "jaw_b")]
    assert openings == pytest.approx([0.4, -0.4], abs=0.01)


def test_hold_stops_a_moving_arm_and_keeps_it() -> None:
    physics = Physics()
    physics.enable("PSM1")
    for tick in run(physics, 0.2):
        physics.command("PSM1", [0.0002 * tick, 0.0, 0.12, 0.0, 0.0, 0.0], 0.5)  # 0.2 rad/s: 20 mm/s at the tip
    before = physics.tip("PSM1")[0]
    physics.hold("PSM1")
    worst = 0.0
    for _ in run(physics, 1.0):
        worst = max(worst, math.dist(before, physics.tip("PSM1")[0]) * MM)
    assert worst < 0.5
    assert physics.joints("PSM1")[1] == pytest.approx(0.5, abs=0.01)


def test_a_held_jaw_keeps_its_grip() -> None:
    """Held for three seconds with the ring in the air, the ring stays in the jaws."""
    physics = Physics()
    physics.enable("PSM1")
    joints = ARM.home
    for tick in run(physics, 8.5):
        position, quaternion, jaw = SCRIPT.tip_at(tick * 0.001)
        joints = ARM.inverse_pose(position, quaternion, joints)
        physics.command("PSM1", joints, jaw)
    height = physics.rings()[0].centre[2]
    physics.hold("PSM1")
    advance(physics, 3.0)
    ring = physics.rings()[0]
    assert ring.touched
    assert ring.centre[2] == pytest.approx(height, abs=0.0005)
    assert height > 0.02


def test_a_disabled_arm_holds_and_refuses_commands() -> None:
    physics = Physics()
    with pytest.raises(ArmDisabledError, match=r"'PSM1'.*enable it first"):
        physics.command("PSM1", ARM.home, 0.0)
    physics.enable("PSM1")
    physics.command("PSM1", [0.3, *ARM.home[1:]], 0.0)
    advance(physics, 0.02)
    physics.disable("PSM1")
    before = physics.joints("PSM1")[0]
    advance(physics, 0.5)
    assert not physics.enabled("PSM1")
    assert physics.joints("PSM1")[0][0] < 0.29  # it never went on to its target
    assert physics.joints("PSM1")[0] == pytest.approx(before, abs=0.05)


def test_a_bad_target_is_refused_and_changes_nothing() -> None:
    physics = Physics(rings=0)
    physics.enable("PSM1")
    before = physics.data.ctrl.copy()
    for joints, jaw in (([0.0] * 5, 0.1), ([math.nan] * 6, 0.1), ([0.1] * 6, math.inf)):
        with pytest.raises(BadTargetError, match="finite"):
            physics.command("PSM1", joints, jaw)
    assert (physics.data.ctrl == before).all()


def test_targets_beyond_a_limit_stop_at_the_limit() -> None:
    physics = Physics(rings=0)
    physics.enable("PSM1")
    physics.command("PSM1", [*ARM.home[:3], 100.0, *ARM.home[4:]], None)
    advance(physics, 1.5)
    assert physics.joints("PSM1")[0][3] == pytest.approx(ARM.limits.upper[3], abs=0.02)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: Physics(("PSM9",)), ArmNotSimulatedError, "'PSM9'; available: ECM, PSM1, PSM2, PSM3"),
        (lambda: Physics().joints("PSM2"), ArmNotSimulatedError, "'PSM2'; available: PSM1"),
        (lambda: Physics(rings=7), SceneError, "0 to 6, got 7"),
        (lambda: Physics(timestep=0.01), SceneError, "0.002 s"),
        (lambda: build_scene([PLACEMENTS["PSM1"]] * 2), SceneError, "different from one another"),
    ],
)
def test_mistakes_say_what_was_expected(build: Callable[[], object], error: type[SimError], message: str) -> None:
    with pytest.raises(error, match=message):
        build()


def test_six_rings_and_two_arms_stand_still() -> None:
    physics = Physics(("PSM1", "PSM2"), rings=6)
    advance(physics, 0.3)
    assert [peg_around(ring) for ring in physics.rings()] == list(range(6))
    assert all(ring.speed < 0.001 and not ring.touched for ring in physics.rings())


@pytest.mark.skipif(not RECORDING.exists(), reason="needs the recorded surgeon motion beside the repository")
def test_the_tip_follows_recorded_surgeon_motion() -> None:
    """Displacement scaled by 0.2 about home, orientation turned as the surgeon turned it."""
    recording = np.load(RECORDING)
    times = np.arange(len(recording)) / 30.0
    grid = np.stack([np.interp(np.arange(8000) * 0.001, times, column) for column in recording.T], axis=1)
    origin, first = ARM.forward_pose(grid[0].tolist())
    home, upright = ARM.forward_pose(ARM.home)
    physics = Physics()
    physics.enable("PSM1")
    joints = ARM.home
    errors = []
    for row in grid:
        position, quaternion = ARM.forward_pose(row.tolist())
        x, y, z = (h + 0.2 * (p - o) for h, p, o in zip(home, position, origin, strict=True))
        turned = multiply(quaternion, multiply(conjugate(first), upright))
        joints = ARM.inverse_pose((x, y, z), turned, joints)
        physics.command("PSM1", joints, None)
        physics.step()
        errors.append(math.dist(physics.tip("PSM1")[0], (x, y, z)) * MM)
    assert np.quantile(errors, 0.95) < 0.25
