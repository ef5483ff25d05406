"""The scripted surgeon: paths and tremor are pure functions of time."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.kinematics import load_arm
from sutura.kinematics.rotations import rotate
from sutura.sim_driver.errors import ArmNotSimulatedError, ScriptError
from sutura.sim_driver.scene import FINGER_LENGTH, PLACEMENTS
from sutura.sim_driver.surgeon import RingTransfer, Tremor

ARM = load_arm("psm_classic_lnd")
SCRIPT = RingTransfer()
UM = 1e-6


def test_the_script_starts_at_home_with_closed_jaws_and_takes_a_surgeons_time() -> None:
    position, quaternion, jaw = SCRIPT.tip_at(0.0)
    home, upright = ARM.forward_pose(ARM.home)
    assert position == pytest.approx(home, abs=1e-12)
    assert quaternion == pytest.approx(upright, abs=1e-12)
    assert jaw == 0.0
    assert 15.0 <= SCRIPT.duration <= 20.0


def test_it_rests_before_the_start_and_after_the_end() -> None:
    assert SCRIPT.tip_at(-1.0) == SCRIPT.tip_at(0.0)
    assert SCRIPT.tip_at(SCRIPT.duration) == SCRIPT.tip_at(SCRIPT.duration + 10.0)


@given(st.floats(min_value=-1.0, max_value=20.0))
def test_the_path_is_smooth_reachable_and_no_faster_than_a_hand(t: float) -> None:
    (position, quaternion, jaw), (later, _, jaw_later) = SCRIPT.tip_at(t), SCRIPT.tip_at(t + 0.001)
    assert math.dist(position, later) / 0.001 < 0.06  # [m/s]
    assert abs(jaw_later - jaw) / 0.001 < 2.0  # [rad/s]
    assert math.hypot(*quaternion) == pytest.approx(1.0, abs=1e-9)
    assert ARM.limits.contains(ARM.inverse_pose(position, quaternion, ARM.home))


def test_each_way_point_is_reached_at_rest() -> None:
    for point in SCRIPT.waypoints:
        position, _, jaw = SCRIPT.tip_at(point.at)
        assert position == pytest.approx(point.position, abs=1e-12)
        assert jaw == pytest.approx(point.jaw, abs=1e-12)
        assert math.dist(SCRIPT.tip_at(point.at - 1e-4)[0], position) < 1e-9
        assert math.dist(SCRIPT.tip_at(point.at + 1e-4)[0], position) < 1e-9


def test_the_median_speed_is_a_surgeons() -> None:
    times = np.arange(0.0, SCRIPT.duration, 0.01)
    points = np.array([SCRIPT.tip_at(float(t))[0] for t in times])
    speeds = np.linalg.norm(np.diff(points, axis=0), axis=1) / 0.01
    moving = speeds[speeds > 1e-4]
    assert 0.005 < np.median(moving) < 0.02


def test_points_are_where_the_finger_tips_meet() -> None:
    """At the grip the finger tips stand at the ring's tube, 0.9 mm above the board, in the world frame."""
    place = PLACEMENTS[SCRIPT.arm]
    position, quaternion, _ = SCRIPT.tip_at(6.0)
    finger = np.add(position, rotate(quaternion, (0.0, 0.0, FINGER_LENGTH)))
    world = np.add(rotate(place.quaternion, tuple(finger.tolist())), place.position)
    assert world == pytest.approx([-0.004, 0.0, 0.0009], abs=1e-9)


def test_a_script_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "short.yaml"
    file.write_text("arm: PSM2\nwaypoints:\n  - {point: [0, 0, 0.03], jaw: 0.5, seconds: 2}\n")
    script = RingTransfer(file)
    assert (script.arm, script.duration, len(script.waypoints)) == ("PSM2", 2.0, 2)
    assert script.tip_at(1.0)[2] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("arm: [", "expected YAML"),
        ("arm: PSM1", "arm and waypoints"),
        ("{arm: PSM1, waypoints: []}", "a list of way-points"),
        ("{arm: PSM1, waypoints: [{point: [0, 0, 0]}]}", "way-point 1 to have point and seconds"),
        ("{arm: PSM1, waypoints: [{point: [0, 0, 0], seconds: 1, speed: 2}]}", "of .*'orientation'.* only"),
        ("{arm: PSM1, waypoints: [{point: [0, 0], seconds: 1}]}", "3 finite number"),
        ("{arm: PSM1, waypoints: [{name: up, point: [0, 0, .nan], seconds: 1}]}", "as point of 'up'"),
        ("{arm: PSM1, waypoints: [{point: [0, 0, 0], orientation: [0, 0, 0, 0], seconds: 1}]}", "orientation"),
        ("{arm: PSM1, waypoints: [{point: [0, 0, 0], seconds: 0}]}", "seconds above 0"),
    ],
)
def test_a_bad_script_says_what_was_expected(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text)
    with pytest.raises(ScriptError, match=message):
        RingTransfer(file)


def test_unknown_scripts_and_arms_are_named() -> None:
    with pytest.raises(ScriptError, match=r"'suture'.*ring_transfer"):
        RingTransfer("suture")
    with pytest.raises(ArmNotSimulatedError, match="'PSM1'; available: PSM2"):
        RingTransfer(placements={"PSM2": PLACEMENTS["PSM2"]})


def test_tremor_is_the_same_for_the_same_seed_only() -> None:
    assert Tremor(1).at(0.37) == Tremor(1).at(0.37)
    assert Tremor(1).at(0.37) != Tremor(2).at(0.37)


@given(st.integers(), st.floats(min_value=0.0, max_value=1e4))
def test_tremor_stays_within_its_amplitude(seed: int, t: float) -> None:
    assert all(abs(value) <= 80 * UM * (1.0 + 1e-9) for value in Tremor(seed, 80 * UM).at(t))


@pytest.mark.parametrize("seed", range(3))
def test_tremor_lies_in_its_band(seed: int) -> None:
    tremor = Tremor(seed, 100 * UM, band=(8.0, 12.0))
    signal = np.array([tremor.at(0.01 * i) for i in range(4000)])
    assert (signal.std(axis=0) > 15 * UM).all()
    power = np.abs(np.fft.rfft(signal * np.hanning(4000)[:, None], axis=0)) ** 2
    frequency = np.fft.rfftfreq(4000, 0.01)
    inside = power[(frequency > 7.8) & (frequency < 12.2)].sum(axis=0)
    assert (inside / power.sum(axis=0) > 0.99).all()


def test_tremor_axes_differ() -> None:
    assert len(set(itertools.chain(Tremor(5).at(0.2)))) == 3
