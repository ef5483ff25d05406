from itertools import pairwise
from math import dist
from pathlib import Path

from sutura.launch.pytest_plugin import Rehearse
from sutura.messages import OperatingState, Pose

ROBOT = Path(__file__).with_name("robot.yaml")


def test_the_tool_is_never_sent_faster_than_its_limit(rehearse: Rehearse) -> None:
    run = rehearse(ROBOT, "limit.speed=0.01", "scaling.scale=1.0")
    run.run_for(4.0)
    sent = run.history.of("PSM1/limited_cp", Pose)
    speeds = [dist(b.message.position, a.message.position) / (b.at - a.at) for a, b in pairwise(sent)]
    assert 0.005 < max(speeds) < 0.0101


def test_the_arm_holds_when_the_limiter_dies(rehearse: Rehearse) -> None:
    run = rehearse(ROBOT)
    run.run_for(2.0)
    run.kill("limit")
    run.run_for(0.05)
    assert not run.newest("PSM1/operating_state", OperatingState).is_busy
    run.run_for(0.05)
    assert "limit" in run.report().trips[0].cause
