"""Hands as input devices: the scripted one, and recordings with everything that can be wrong with their file."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sutura.errors import SuturaError
from sutura.hw_drivers import BadOptions, DriverContext, HandSample
from sutura.kinematics import load_arm
from sutura.kinematics.rotations import angle_between, multiply, rotate
from sutura.sim_driver.recording_hand import RecordingHand
from sutura.sim_driver.script_hand import ScriptHand
from sutura.sim_driver.surgeon import RingTransfer

Array = NDArray[np.float64]
ARM = load_arm("psm_classic_lnd")
CONTEXT = DriverContext("master", Path(), lambda: 0, seed=7)


def poses(times: list[float], gripper: bool = False) -> Array:
    """A smooth hand: a helix that turns about z."""
    rows = []
    for t in times:
        turn = (0.0, 0.0, math.sin(0.4 * t), math.cos(0.4 * t))
        rows.append([t, math.sin(t), math.cos(t), 0.1 * t, *turn, *([0.5 * t] if gripper else [])])
    return np.array(rows)


def recording(path: Path, **options: object) -> RecordingHand:
    hand = RecordingHand({"file": str(path), "start": 0.0, **options}, CONTEXT)
    hand.open()
    return hand


def saved(folder: Path, table: Array, name: str = "hand.npy") -> Path:
    path = folder / name
    if path.suffix == ".npy":
        np.save(path, table)
    else:
        np.savetxt(path, table, delimiter=",", fmt="%.17g")
    return path


def at(hand: RecordingHand | ScriptHand, elapsed: float) -> HandSample:
    sample = hand.read(elapsed)
    assert sample is not None
    return sample


# Recordings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["hand.npy", "hand.csv"])
@pytest.mark.parametrize("gripper", [False, True])
def test_poses_are_played_through_their_samples(tmp_path: Path, name: str, gripper: bool) -> None:
    times = [0.0, 0.04, 0.07, 0.11, 0.2, 0.21]
    table = poses(times, gripper)
    hand = recording(saved(tmp_path, table, name), gripper=0.3)
    for t, row in zip(times, table.tolist(), strict=True):
        sample = at(hand, t)
        assert sample.pose.position == pytest.approx(row[1:4])
        assert angle_between(sample.pose.orientation, tuple(row[4:8])) < 1e-7
        assert sample.gripper == pytest.approx(row[8] if gripper else 0.3)


def test_a_csv_may_have_a_line_of_names(tmp_path: Path) -> None:
    path = saved(tmp_path, poses([0.0, 1.0]), "hand.csv")
    path.write_text("t,x,y,z,qx,qy,qz,qw\n" + path.read_text())
    assert at(recording(path), 0.0).pose.position == pytest.approx((0.0, 1.0, 0.0))


@pytest.mark.parametrize("columns", [6, 7])
def test_joints_become_poses_of_their_arm_at_their_rate(tmp_path: Path, columns: int) -> None:
    rows = [[0.1 * k, 0.0, 0.12, 0.05 * k, 0.0, 0.1, *([0.2 * k] if columns == 7 else [])] for k in range(5)]
    hand = recording(saved(tmp_path, np.array(rows)), rate=20.0, gripper=0.4)
    for k, row in enumerate(rows):
        position, orientation = ARM.forward_pose(row[:6])
        sample = at(hand, k / 20.0)
        assert sample.pose.position == pytest.approx(position)
        assert angle_between(sample.pose.orientation, orientation) < 1e-7
        assert sample.gripper == pytest.approx(row[6] if columns == 7 else 0.4)


@given(st.lists(st.floats(0.005, 0.2), min_size=4, max_size=15), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_between_the_samples_the_velocity_is_continuous(
    tmp_path_factory: pytest.TempPathFactory, steps: list[float], seed: int
) -> None:
    times = np.concatenate(([0.0], np.cumsum(steps)))
    table = poses(times.tolist())
    table[:, 1:4] = np.random.default_rng(seed).normal(size=(len(times), 3))
    hand = recording(saved(tmp_path_factory.mktemp("hand"), table))
    h = 1e-6
    for t in times[1:-1].tolist():
        before, here, after = (np.array(at(hand, t + d).pose.position) for d in (-h, 0.0, h))
        scale = 1.0 + np.abs(np.diff(table[:, 1:4], axis=0)).max() / min(steps)
        np.testing.assert_allclose(
            (here - before) / h, (after - here) / h, atol=1e-3 * scale * (1 + 1 / min(steps))
        )


@given(t=st.floats(0.0, 2.0))
@settings(max_examples=50, deadline=None)
def test_a_smooth_motion_sampled_at_30_hz_is_met_between_its_samples(
    tmp_path_factory: pytest.TempPathFactory, t: float
) -> None:
    hand = recording(saved(tmp_path_factory.mktemp("hand"), poses([k / 30.0 for k in range(61)])))
    sample = at(hand, t)
    assert sample.pose.position == pytest.approx((math.sin(t), math.cos(t), 0.1 * t), abs=1e-3)
    assert math.hypot(*sample.pose.orientation) == pytest.approx(1.0, abs=1e-12)
    assert angle_between(sample.pose.orientation, (0.0, 0.0, math.sin(0.4 * t), math.cos(0.4 * t))) < 1e-3


def test_a_quaternion_whose_sign_flips_turns_nothing(tmp_path: Path) -> None:
    table = poses([k / 30.0 for k in range(31)])
    flipped = table.copy()
    flipped[1::2, 4:8] *= -1.0
    plain = recording(saved(tmp_path, table, "a.npy"))
    other = recording(saved(tmp_path, flipped, "b.npy"))
    for k in range(100):
        assert angle_between(at(plain, k / 100).pose.orientation, at(other, k / 100).pose.orientation) < 1e-7


def test_it_rests_before_its_start_and_after_its_end_or_begins_again(tmp_path: Path) -> None:
    path = saved(tmp_path, poses([5.0, 5.5, 6.0]))
    once, again = recording(path, start=2.0), recording(path, start=2.0, loop=True)
    first, last = poses([5.0, 6.0])[:, 1:4].tolist()
    assert at(once, 0.0).pose.position == at(once, 2.0).pose.position == pytest.approx(first)
    assert at(once, 3.0).pose.position == at(once, 99.0).pose.position == pytest.approx(last)
    assert at(again, 4.25).pose.position == pytest.approx(at(once, 2.25).pose.position)


GOOD = poses([0.0, 0.1, 0.2])


def _with(row: int, column: int, value: float) -> Array:
    table = GOOD.copy()
    table[row, column] = value
    return table


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (GOOD[:1], "at least 2 rows"),
        (GOOD[:0], "at least 2 rows"),
        (_with(1, 2, math.nan), "finite numbers"),
        (_with(1, 2, math.inf), "finite numbers"),
        (_with(1, 0, 0.0), "growing times"),
        (_with(1, 0, 0.3), "growing times"),
        (_with(1, 7, 0.0), "unit quaternions"),
        (GOOD[:, :5], "6, 7, 8 or 9 columns, .* has 5"),
        (np.zeros((3, 12)), "6, 7, 8 or 9 columns, .* has 12"),
        (np.zeros((3, 6)), "needs the option rate"),
        (np.zeros((0, 6)), "at least 2 rows"),
        (np.zeros(8), "has 1 dimensions"),
        (np.zeros((2, 2, 8)), "has 3 dimensions"),
        (GOOD.astype(complex), "real numbers"),
        (GOOD.astype(str), "real numbers"),
    ],
)
def test_a_table_that_is_no_recording_is_refused_in_words(tmp_path: Path, table: Array, says: str) -> None:
    with pytest.raises(BadOptions, match=rf"options of driver 'recording': .*{says}") as caught:
        recording(saved(tmp_path, table))
    assert "it takes: file, rate, arm, start, gripper, loop" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("hand.npy", b"", "EOF"),
        ("hand.npy", b"not numpy", "magic string"),
        ("hand.npy", b"PK\x03\x04 no real archive", "magic string"),
        ("hand.csv", b"a,b\n1,two\n", "two"),
        ("hand.csv", b"1,2\n1,2,3\n", "column"),
        ("hand.csv", b"\xff\xfe\xff", "decode"),
        ("hand.txt", b"1,2", "expected a .npy or .csv file, came hand.txt"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadOptions, match=says) as caught:
        recording(tmp_path / name)
    assert "hand." in str(caught.value)


def test_an_archive_is_no_table(tmp_path: Path) -> None:
    np.savez(tmp_path / "hand.npz", a=GOOD)
    (tmp_path / "hand.npz").rename(tmp_path / "hand.npy")
    with pytest.raises(BadOptions, match="magic string"):
        recording(tmp_path / "hand.npy")


@pytest.mark.filterwarnings("ignore:.*no data")
@pytest.mark.parametrize("content", ["", "t,x,y\n"])
def test_an_empty_csv_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "hand.csv").write_text(content)
    with pytest.raises(BadOptions, match="at least 2 rows"):
        recording(tmp_path / "hand.csv")


def test_a_file_that_is_not_there_and_an_arm_that_is_unknown_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadOptions, match=r"no such file: .*nowhere\.npy"):
        recording(tmp_path / "nowhere.npy")
    with pytest.raises(BadOptions, match="no such file"):
        recording(tmp_path)
    with pytest.raises(SuturaError, match="psm_clasic_lnd"):
        recording(saved(tmp_path, np.zeros((3, 6))), rate=30.0, arm="psm_clasic_lnd")


@pytest.mark.parametrize("options", [{}, {"file": "x.npy", "rate": 0.0}, {"file": "x.npy", "start": -1.0}])
def test_bad_options_are_refused_before_any_file_is_looked_at(options: dict[str, object]) -> None:
    with pytest.raises(BadOptions):
        RecordingHand(options, CONTEXT)


# The script -----------------------------------------------------------------------------------------------------


def script(**options: object) -> ScriptHand:
    hand = ScriptHand(options, CONTEXT)
    hand.open()
    return hand


@pytest.mark.parametrize("scale", [0.1, 0.2, 1.0])
def test_the_scripted_hand_moves_one_over_scale_as_far_in_aligned_axes(scale: float) -> None:
    alignment = (0.0, 0.0, math.sin(0.35), math.cos(0.35))
    hand = script(scale=scale, alignment=list(alignment), tremor=0.0, start=1.0)
    path = RingTransfer("ring_transfer")
    home = path.tip_at(0.0)[0]
    for t in (0.0, 2.0, 4.5, 9.0):
        position, orientation, jaw = path.tip_at(t)
        sample = at(hand, t + 1.0)
        tool = rotate(alignment, sample.pose.position)
        assert tuple(scale * c for c in tool) == pytest.approx(
            tuple(p - h for p, h in zip(position, home, strict=True)), abs=1e-12
        )
        assert angle_between(multiply(alignment, sample.pose.orientation), orientation) < 1e-7
        assert sample.gripper == jaw


def test_it_rests_but_for_its_tremor_until_it_begins() -> None:
    still, trembling = script(tremor=0.0), script(tremor=0.0001)
    assert {at(still, k / 100).pose.position for k in range(200)} == {(0.0, 0.0, 0.0)}
    swings = [math.hypot(*at(trembling, k / 100).pose.position) for k in range(200)]
    assert 0.00002 < max(swings) <= 0.0001 * math.sqrt(3.0)


def test_equal_seeds_tremble_equally_and_others_otherwise() -> None:
    def track(seed: int) -> list[HandSample]:
        hand = ScriptHand({}, DriverContext("master", Path(), lambda: 0, seed=seed))
        hand.open()
        return [at(hand, k / 50) for k in range(50)]

    assert track(1) == track(1)
    assert track(1) != track(2)


def test_an_unknown_script_is_named() -> None:
    with pytest.raises(SuturaError, match="ring_transfre"):
        script(script="ring_transfre")
