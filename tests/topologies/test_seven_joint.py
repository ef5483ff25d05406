"""The shipped 7-joint arm, rehearsed: it draws its circle at 1 kHz and keeps its remote centre."""

import math

import pytest

from sutura.kinematics import open_arm
from sutura.launch.pytest_plugin import Rehearse
from sutura.launch.rehearsal import Rehearsal
from sutura.messages import JointCommand, JointState, OperatingState, Pose, RemoteCentreState, TrackingError

EARLY = (
    "master.driver.start=0.2",
    "master.driver.period=4",
    "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}]",
)
AROUND_S = 0.2 + 1.5 + 0.5 + 4.0 + 0.3  # start, to the rim, to speed, one turn, and the filter's delay
RADIUS = 0.1


def drawn(run: Rehearsal) -> list[tuple[float, float, float]]:
    """The tip, as measured, from the circle's centre."""
    x0, y0, z0 = open_arm("seven_joint").forward_pose(open_arm("seven_joint").home)[0]
    tips = [sample.message.position for sample in run.history.of("ARM1/measured_cp", Pose)]
    return [(x - x0, y - y0, z - z0) for x, y, z in tips]


@pytest.mark.parametrize(("driver", "error"), [("mujoco", 0.0015), ("kinematic", 2e-4)])
def test_a_circle_at_1_khz_with_the_remote_centre_held(rehearse: Rehearse, driver: str, error: float) -> None:
    run = rehearse("seven_joint", f"driver={driver}", *EARLY, record=False)
    run.run_for(AROUND_S)
    assert run.newest("ARM1/operating_state", OperatingState).is_busy
    deviations = [s.message.deviation for s in run.history.of("ARM1/remote_centre", RemoteCentreState)]
    assert len(deviations) > 0.9 * 1000 * AROUND_S
    assert max(deviations) < 0.5e-3, "throughout, from the start"
    errors = [sample.message.distance for sample in run.history.of("ARM1/tracking_error", TrackingError)]
    assert max(errors) < error
    rim = [tip for tip in drawn(run) if math.hypot(*tip[:2]) > 0.98 * RADIUS]
    angles = {round(math.degrees(math.atan2(y, x)) / 10.0) for x, y, _ in rim}
    assert len(angles) >= 36, "all the way round"
    assert max(abs(z) for *_, z in rim) < 1e-3
    commands = run.history.of("ARM1/servo_jp", JointCommand)
    assert len(commands) > 0.9 * 1000 * (AROUND_S - 0.2)


def test_its_joints_are_those_of_its_file(rehearse: Rehearse) -> None:
    arm = open_arm("seven_joint")
    run = rehearse("seven_joint", *EARLY, record=False)
    run.run_for(0.3)
    state = run.newest("ARM1/measured_js", JointState)
    assert state.name == arm.joint_names
    assert len(state.position) == 7
    assert state.position == pytest.approx(arm.home, abs=1e-3)
