"""The fixture `rehearse`, as a test of a user's sees it."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sutura.launch.history import NotInHistory
from sutura.launch.pytest_plugin import Rehearse, UnsoundTopology
from sutura.launch.rehearsal import ConditionNotMet, NotInRun, Rehearsal
from sutura.messages import Clutch, EmergencyStop, JointCommand, OperatingState, Pose, WatchdogState
from sutura.nodes import RequestRefused
from sutura.nodes.stock.inverse_kinematics import InverseKinematics
from sutura.nodes.stock.watchdog import Watchdog

ROOT = Path(__file__).parents[2]
EARLY = (
    "arm_at_start=true",
    "master.driver.start=0.15",
    "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}]",
)
STATE = "PSM1/operating_state"


def moving(rehearse: Rehearse, seed: int = 7) -> Rehearsal:
    """A teleoperation that follows its hand."""
    run = rehearse("teleop", *EARLY, seed=seed)
    run.until(lambda: run.now > 0.05 and run.newest(STATE, OperatingState).is_busy, within=5.0)
    return run


def test_the_arm_holds_when_the_filter_dies_and_moves_again_after_reset_and_re_clutch(rehearse: Rehearse) -> None:
    run = moving(rehearse)
    run.kill("tremor")
    died = run.now
    run.run_for(0.2)
    assert run.history.newest("PSM1/servo_jp", JointCommand).at < died + 0.05
    assert not run.newest(STATE, OperatingState).is_busy
    run.restart("tremor")
    run.run_for(0.1)
    assert not run.newest(STATE, OperatingState).is_busy
    run.command("watchdog", "reset")
    run.command("operator", "press_clutch")
    run.run_for(0.1)
    run.command("operator", "release_clutch")
    run.until(lambda: run.newest(STATE, OperatingState).is_busy, within=1.0)
    report = run.report()
    assert "tremor" in report.trips[0].cause
    assert report.nodes["tremor"].restarts == 1


def test_equal_rehearsals_say_equal_things(rehearse: Rehearse) -> None:
    runs = [moving(rehearse, seed) for seed in (3, 3, 4)]
    for run in runs:
        run.run_until(0.5)
    said = [[sample.message for sample in run.history.of("MTMR/measured_cp", Pose)] for run in runs]
    assert said[0] == said[1] != said[2]
    hashes = [run.report().recording_hash for run in runs]
    assert hashes[0] == hashes[1] != hashes[2]


def test_what_a_test_says_is_heard_as_if_the_writer_had_said_it(rehearse: Rehearse) -> None:
    run = moving(rehearse)
    run.say("console/estop", EmergencyStop(True))
    assert run.newest(STATE, OperatingState).cause == "emergency stop"
    run.run_for(0.02)
    assert "emergency stop" in run.newest("watchdog/state", WatchdogState).cause
    assert run.report().verdict == "fail"


def test_a_frozen_node_goes_on_when_it_is_thawed(rehearse: Rehearse) -> None:
    run = moving(rehearse)
    run.freeze("ik")
    frozen = run.now
    run.run_for(0.1)
    assert run.history.newest("PSM1/servo_jp", JointCommand).at <= frozen
    run.thaw("ik")
    run.run_for(0.1)
    assert run.history.newest("PSM1/servo_jp", JointCommand).at > frozen + 0.1


def test_nodes_are_given_as_what_they_are(rehearse: Rehearse) -> None:
    run = rehearse("teleop")
    assert run.node("ik", InverseKinematics).params.model == "psm_classic_lnd"
    with pytest.raises(NotInRun, match="is a InverseKinematics, not a Watchdog"):
        run.node("ik", Watchdog)
    with pytest.raises(NotInRun, match="did you mean 'tremor'"):
        run.kill("tremr")


def test_whatever_does_not_come_ends_in_an_error_that_says_so(rehearse: Rehearse) -> None:
    run = rehearse("teleop")
    with pytest.raises(ConditionNotMet, match=r"within 0.05 s, it did not until 0.050 s"):
        run.until(lambda: False, within=0.05)
    with pytest.raises(NotInHistory, match="carries Clutch"):
        run.newest("console/clutch", Pose)
    with pytest.raises(RequestRefused, match="nobody reads"):
        run.say("nowhere/at_all", Clutch(True))
    with pytest.raises(RequestRefused, match="reset"):
        run.command("watchdog", "no_such_command")


def test_a_topology_with_a_mistake_is_not_started(rehearse: Rehearse, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("sutura: 1\nnodes:\n  ik: {node: inverse_kinematic}\n")
    with pytest.raises(UnsoundTopology, match=r"wrong.yaml:3.*inverse_kinematics"):
        rehearse(file)


FAILING = """
from sutura.messages import OperatingState


def test_that_fails(rehearse):
    run = rehearse("sim", seed=1)
    run.run_for(0.2)
    assert run.newest("PSM1/operating_state", OperatingState).cause == "no such cause"


def test_that_passes(rehearse):
    rehearse("teleop").run_for(0.1)
"""


def test_a_failure_keeps_the_recording_and_names_it_in_output_and_junit(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(FAILING)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "2", "--junitxml=junit.xml"]
    command += ["test_mine.py", f"--basetemp={tmp_path / 'tmp'}", f"--rootdir={tmp_path}"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "1 failed, 1 passed" in ended.stdout
    named = re.search(r"^recording: (.*recording\.mcap)$", ended.stdout, re.MULTILINE)
    assert named, ended.stdout
    assert Path(named[1]).read_bytes().startswith(b"\x89MCAP0\r\n")
    properties = ElementTree.parse(tmp_path / "junit.xml").iterfind(".//testcase/properties/property")
    assert {p.get("name"): p.get("value") for p in properties}["recording"] == named[1]
