"""The shipped teleoperation, rehearsed: it follows, holds when anything falls silent, never starts by itself."""

import pytest

from sutura.launch.pytest_plugin import Rehearse
from sutura.launch.rehearsal import Rehearsal
from sutura.messages import JointCommand, OperatingState, TeleopState, WatchdogState

EARLY = (
    "master.driver.start=0.15",
    "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}]",
)
STATE = "PSM1/operating_state"
BOUND_S = 0.05
"""From the moment something falls silent until the last command that is applied."""


def is_following(run: Rehearsal) -> bool:
    return run.newest(STATE, OperatingState).is_busy


def following(rehearse: Rehearse, seed: int) -> Rehearsal:
    """A teleoperation in which the arm follows the hand."""
    run = rehearse("teleop", "arm_at_start=true", *EARLY, seed=seed, record=False)
    run.run_for(0.05)
    run.until(lambda: is_following(run), within=2.0)
    run.run_for(0.1)
    return run


@pytest.mark.parametrize("seed", [0, 1])
def test_it_follows_its_hand_without_a_loss(rehearse: Rehearse, seed: int) -> None:
    run = following(rehearse, seed)
    run.run_for(0.5)
    report = run.report()
    assert report.verdict == "pass", report.reasons
    assert sum(link.lost + link.rejected for link in report.connections) == 0


def test_unarmed_it_never_moves(rehearse: Rehearse) -> None:
    run = rehearse("teleop", *EARLY, record=False)
    run.run_for(0.5)
    assert not any(sample.message.is_busy for sample in run.history.of(STATE, OperatingState))
    assert "reset" in run.newest("watchdog/state", WatchdogState).cause


@pytest.mark.parametrize("breaking", ["kill", "freeze"])
@pytest.mark.parametrize("node", ["operator", "master", "tremor", "scaling", "ik", "fk", "watchdog"])
def test_whoever_falls_silent_the_arm_holds_in_time_and_names_the_cause(
    rehearse: Rehearse, node: str, breaking: str
) -> None:
    run = following(rehearse, seed=2)
    getattr(run, breaking)(node)
    silent = run.now
    run.run_for(0.3)
    assert not is_following(run)
    held = next(s for s in run.history.of(STATE, OperatingState, since=silent) if not s.message.is_busy)
    assert held.at <= silent + BOUND_S
    assert held.message.cause
    assert run.report().verdict == "fail"


def test_a_clutched_arm_rests_and_goes_on_without_a_jump(rehearse: Rehearse) -> None:
    run = following(rehearse, seed=3)
    run.command("operator", "press_clutch")
    run.run_for(0.1)
    assert run.newest("console/teleop/state", TeleopState).state == "clutched"
    rest = run.newest("PSM1/servo_jp", JointCommand).position
    run.run_for(0.2)
    assert run.newest("PSM1/servo_jp", JointCommand).position == rest
    released = run.now
    run.command("operator", "release_clutch")
    run.run_for(0.02)
    first = run.history.of("PSM1/servo_jp", JointCommand, since=released)[0].message.position
    assert first == pytest.approx(rest, abs=1e-4)
    assert is_following(run)
