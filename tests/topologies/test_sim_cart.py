"""The shipped cart, rehearsed: two hands, three instrument arms, a camera."""

import math
from pathlib import Path

import pytest

from sutura.kinematics.capsules import Capsule, Placement, gap
from sutura.kinematics.rotations import conjugate, multiply, normalise, rotate, to_matrix
from sutura.launch.pytest_plugin import Rehearse
from sutura.messages import JointState, MotionLimits, Pose, TeleopState, TrackingError
from sutura.sim_driver.scene import PLACEMENTS

RECORDING = Path(__file__).parents[3] / "shared" / "data" / "surgeon_psm_joints.npy"
ARMS = ("PSM1", "PSM2", "PSM3", "ECM")
BEGIN = "{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}"
BASES = {arm: Placement(PLACEMENTS[arm].position, PLACEMENTS[arm].quaternion) for arm in ARMS}


def early(*steps: str, start: float = 0.15) -> tuple[str, ...]:
    script = f"operator.script=[{', '.join((BEGIN, *steps))}]"
    return (script, *(f"{hand}/master.driver.start={start}" for hand in ("left", "right")))


def gestures(folder: Path, hand: str, rows: str) -> str:
    (folder / f"{hand}.yaml").write_text(rows)
    return f"{hand}/master.driver.script={folder / hand}.yaml"


def rest(x: float) -> str:
    return f"- {{point: [{x}, 0, 0], seconds: 0.05}}\n"


def test_pedal_and_swap_lead_on_without_a_jump_and_the_same_again(rehearse: Rehearse) -> None:
    hashes = []
    for _ in range(2):
        steps = ("{at: 0.4, camera: true}", "{at: 0.7, camera: false}", "{at: 0.8, right: PSM3}")
        run = rehearse("sim_cart", *early(*steps), seed=5)
        run.run_for(0.6)
        states = {arm: run.newest(f"{arm}/teleop/state", TeleopState).state for arm in ARMS}
        assert states == {"PSM1": "clutched", "PSM2": "clutched", "PSM3": "clutched", "ECM": "following"}
        run.run_for(0.5)
        states = {arm: run.newest(f"{arm}/teleop/state", TeleopState).state for arm in ARMS}
        assert states == {"PSM1": "clutched", "PSM2": "following", "PSM3": "following", "ECM": "clutched"}
        for arm in ARMS[:3]:
            tips = [s.message.position for s in run.history.of(f"{arm}/servo_cp", Pose)]
            assert max(map(math.dist, tips, tips[1:])) < 0.5 * 0.001, "never faster than 0.5 m/s"
        report = run.report()
        assert report.verdict == "pass", report.reasons
        hashes.append(report.recording_hash)
    assert hashes[0] == hashes[1]


def test_the_tip_goes_in_the_image_as_the_hand_goes_in_the_view(rehearse: Rehearse, tmp_path: Path) -> None:
    """To the right and up, after the camera was panned and rolled: so it is the image that counts, not the base."""
    left = f"{rest(-0.1)}- {{point: [-0.08, -0.03, 0], seconds: 0.6}}\n- {{point: [-0.08, -0.03, 0], seconds: 2}}\n"
    right = f"{rest(0.1)}- {{point: [0.12, 0.03, 0], seconds: 0.6}}\n- {{point: [0.12, 0.03, 0], seconds: 0.4}}\n"
    right += "- {point: [0.17, 0.09, 0], turn: [0, 0, 0.3], seconds: 0.6}\n"
    run = rehearse(
        "sim_cart",
        *early("{at: 0.2, camera: true}", "{at: 1.1, camera: false}", start=0.25),
        gestures(tmp_path, "left", left),
        gestures(tmp_path, "right", right),
        *(f"{hand}/master.driver.tremor=0.0" for hand in ("left", "right")),
        record=False,
    )
    run.run_for(1.25)
    camera = run.newest("ECM/measured_js", JointState).position
    assert camera[0] < -0.03, "the scene goes with the hands, so the camera looks to the left"
    assert camera[3] > 0.2, "the scene turns with the hands, so the camera turns the other way"
    before = run.newest("PSM1/measured_cp", Pose)
    run.run_for(1.0)
    after, eye = run.newest("PSM1/measured_cp", Pose), run.newest("ECM/measured_cp", Pose).orientation
    image_R_base = multiply(conjugate(multiply(BASES["ECM"].orientation, eye)), BASES["PSM1"].orientation)
    moved = [b - a for a, b in zip(before.position, after.position, strict=True)]
    x, y, z = rotate(image_R_base, (moved[0], moved[1], moved[2]))
    assert (x, y, z) == pytest.approx((0.2 * 0.05, -0.2 * 0.06, 0.0), abs=3e-4), "x right, y down in the image"
    turned = multiply(
        multiply(image_R_base, multiply(after.orientation, conjugate(before.orientation))), conjugate(image_R_base)
    )
    matrix = to_matrix(normalise(turned))
    assert math.atan2(matrix[1][0], matrix[0][0]) == pytest.approx(-0.3, abs=0.01), "against the clock, as the hand"


def test_arms_that_are_driven_into_one_another_keep_their_distance(rehearse: Rehearse, tmp_path: Path) -> None:
    run = rehearse(
        "sim_cart",
        *early(),
        gestures(tmp_path, "left", f"{rest(-0.1)}- {{point: [0.2, 0, 0], seconds: 1}}\n"),
        gestures(tmp_path, "right", f"{rest(0.1)}- {{point: [-0.2, 0, 0], seconds: 1}}\n"),
        record=False,
    )
    run.run_for(0.1)
    nearest = math.inf
    for _ in range(110):
        run.run_for(0.01)
        shafts = [
            Capsule(BASES[arm].position, BASES[arm].place(run.newest(f"{arm}/measured_cp", Pose).position), 0.005)
            for arm in ARMS
        ]
        nearest = min([nearest, *(gap(a, b).distance for i, a in enumerate(shafts) for b in shafts[:i])])
    assert 0.0 < nearest < 0.0055, "they met, and did not touch"
    said = [run.newest(f"{arm}/teleop/limits", MotionLimits) for arm in ("PSM1", "PSM2")]
    assert {row.reason for one in said for row in one.limits} == {"clearance"}


def test_recorded_surgery_goes_through_the_cart(rehearse: Rehearse) -> None:
    if not RECORDING.is_file():
        pytest.skip(f"no recording at {RECORDING}")
    example = Path(__file__).parents[2] / "examples" / "recorded_cart.yaml"
    run = rehearse(example, f"file={RECORDING}", early()[0], "right/master.driver.start=0.2", record=False)
    run.run_for(3.0)
    errors = sorted(s.message.distance for s in run.history.of("PSM1/tracking_error", TrackingError))
    assert errors[int(0.95 * len(errors))] <= 0.0005
    assert not run.newest("PSM1/teleop/limits", MotionLimits).limits
