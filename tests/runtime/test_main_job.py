"""The main job in simulated physics, whole, in virtual time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sutura.messages import TaskState
from sutura.nodes.stock.world import World
from sutura.runtime.status import ConnectionStatus, place_status

if TYPE_CHECKING:
    from tests.runtime.conftest import MakeSession, Session

MS = 1_000_000
RECORDING = Path(__file__).parents[3] / "shared" / "data" / "surgeon_psm_joints.npy"
ARM = "PSM1"
EARLY = (
    "master.driver.start=0.15",
    "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}]",
)


def connections(s: Session) -> list[ConnectionStatus]:
    return [link for host in s.lockstep.hosts.values() for link in place_status(host).connections]


def tip(s: Session) -> tuple[float, float, float]:
    """Where the tool really is, by the physics."""
    world = s.node("world")
    assert isinstance(world, World)
    return world.physics.tip(ARM)[0]


def tip_error_p95(s: Session) -> float:
    summary = s.node("fk").figures["tip_error"].summary()
    assert summary.count > 500
    assert summary.p95 is not None
    return summary.p95


def assert_nothing_lost(s: Session) -> None:
    for link in connections(s):
        c = link.counters
        assert (c.lost, c.stale, c.rejected) == (0, 0, 0), f"{link.topic} to {link.reader}: {c}"
        at_limits_only = link.topic.endswith("/saturated_cp")
        assert c.received > 0 or link.reader == "recorder" or at_limits_only, (
            f"{link.topic} to {link.reader} was never said"
        )


def test_the_scripted_surgeon_carries_a_ring_from_peg_to_peg(session: MakeSession) -> None:
    s = session("sim")
    s.keep.add("world/task")
    s.run_until(20.0)
    assert s.of("world/task")[-1] == TaskState(rings_transferred=1, drops=0)
    assert s.told("trip") + s.told("hold") + s.told("fault") + s.told("rejected") == []
    assert_nothing_lost(s)
    assert tip_error_p95(s) < 0.001


@pytest.mark.skipif(not RECORDING.is_file(), reason=f"no {RECORDING.name} in ../shared/data beside the repository")
def test_recorded_surgeon_motion_drives_the_simulated_arm(session: MakeSession) -> None:
    s = session("sim", "master.driver=recording", f"master.driver.file={RECORDING}", "master.driver.rate=30")
    s.keep.add(f"{ARM}/measured_cp")
    s.run_until(10.0)
    assert s.told("trip") + s.told("hold") + s.told("fault") + s.told("rejected") == []
    assert_nothing_lost(s)
    assert tip_error_p95(s) < 0.001
    first, last = s.of(f"{ARM}/measured_cp")[0], s.of(f"{ARM}/measured_cp")[-1]
    assert first != last


def test_equal_seeds_give_equal_runs(session: MakeSession) -> None:
    runs = [session("sim", *EARLY) for _ in range(2)]
    for s in runs:
        s.run_until(0.6)
    assert tip(runs[0]) == tip(runs[1])


@pytest.mark.parametrize("node", ["arm", "watchdog", "ik"])
@pytest.mark.parametrize("how", ["kill", "freeze"])
def test_the_world_holds_the_arm_when_its_driver_or_its_leave_is_gone(
    session: MakeSession, node: str, how: str
) -> None:
    s = session("sim", *EARLY)
    s.run_until(0.7)
    before = tip(s)
    s.run_for(0.02)
    at = tip(s)
    assert math.dist(before, at) > 1e-5, "it moves"
    (s.kill if how == "kill" else s.freeze)(node)
    s.run_for(0.05)
    held = tip(s)
    s.run_for(0.95)
    assert math.dist(held, tip(s)) < 0.5e-3
    assert math.dist(at, tip(s)) < 1.5e-3


def test_a_held_simulated_arm_moves_again_after_reset_and_re_clutch(session: MakeSession) -> None:
    s = session("sim", *EARLY)
    s.run_until(0.7)
    s.kill("arm")
    s.run_for(0.2)
    s.restart("arm")
    s.run_for(0.3)
    held = tip(s)
    s.re_clutch()
    s.command("watchdog", "reset")
    s.run_for(0.3)
    assert math.dist(held, tip(s)) < 0.2e-3
    s.re_clutch()
    s.run_for(0.3)
    assert math.dist(held, tip(s)) > 1e-3
    assert s.told("crash") == []
