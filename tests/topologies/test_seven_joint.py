"""The shipped 7-joint arm, rehearsed: it draws its circle at 1 kHz and keeps its remote centre."""

import math
from pathlib import Path

import pytest

from sutura.kinematics import open_arm
from sutura.launch.pytest_plugin import Rehearse
from sutura.launch.rehearsal import Rehearsal
from sutura.messages import JointCommand, JointState, OperatingState, Pose, RemoteCentreState, TrackingError
from tests.kinematics import serial_arms

EARLY = (
    "master.driver.start=0.2",
    "master.driver.period=2.5",
    "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}]",
)
AROUND_S = 0.2 + 1.5 + 0.5 + 2.5 + 0.2  # start, to the rim, to speed, one turn, and the filter's delay
RADIUS = 0.1


def drawn(run: Rehearsal) -> list[tuple[float, float, float]]:
    """The tip, as measured, from the circle's centre."""
    x0, y0, z0 = open_arm("seven_joint").forward_pose(open_arm("seven_joint").home)[0]
    tips = [sample.message.position for sample in run.history.of("ARM1/measured_cp", Pose)]
    return [(x - x0, y - y0, z - z0) for x, y, z in tips]


@pytest.mark.parametrize(("driver", "error"), [("mujoco", 0.002), ("kinematic", 3e-4)])
def test_a_circle_at_1_khz_with_the_remote_centre_held(rehearse: Rehearse, driver: str, error: float) -> None:
    run = rehearse("seven_joint", f"driver={driver}", *EARLY, record=False)
    run.run_for(AROUND_S)
    assert run.newest("ARM1/operating_state", OperatingState).is_busy
    deviations = [s.message.deviation for s in run.history.of("ARM1/remote_centre", RemoteCentreState)]
    assert len(deviations) > 0.9 * 500 * AROUND_S
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
    run.run_for(0.2)  # the hand rests until then
    state = run.newest("ARM1/measured_js", JointState)
    assert state.name == arm.joint_names
    assert len(state.position) == 7
    assert state.position == pytest.approx(arm.home, abs=1e-3)


def test_a_six_joint_urdf_goes_through_the_same_nodes(rehearse: Rehearse, tmp_path: Path) -> None:
    model = f"model={serial_arms.write(tmp_path)}"
    circle = ("device=circle", "master.driver.radius=0.02", "master.driver.start=0.2", "scale=1.0")
    run = rehearse("teleop", model, *circle, EARLY[-1], "arm_at_start=true", record=False)
    run.run_for(1.5)
    assert run.newest("PSM1/operating_state", OperatingState).is_busy
    errors = [sample.message.distance for sample in run.history.of("PSM1/tracking_error", TrackingError)]
    assert max(errors) < 1e-3
    assert run.newest("PSM1/servo_jp", JointCommand).name == tuple(name for name, *_ in serial_arms.JOINTS)
