"""`plot`, `export` and `score` as a person and as a script call them."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sutura.record import Recording
from tests.record.conftest import teleop

__all__ = ["teleop"]  # a fixture

Sutura = Callable[..., Any]
SURGEON = Path(__file__).parents[3] / "shared" / "data" / "surgeon_psm_joints.npy"
PNG, HTML = b"\x89PNG\r\n\x1a\n", b"<html>"


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighteen seconds of the peg board, in which the scripted surgeon transfers a ring."""
    from tests.record.conftest import record_in

    return record_in(tmp_path_factory.mktemp("s"), "sim", (), 18.0, "1")


def test_plot_draws_a_picture_and_says_of_what(sutura: Sutura, teleop: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    told = sutura(
        "plot", str(teleop), "PSM1/measured_js.position", "MTMR/measured_cp.position[2]", "--from", "0.2",
        "--to", "0.4", "--out", str(tmp_path / "a.png"), "--json",
    )  # fmt: skip
    assert told.code == 0
    curves = {curve["label"]: curve for curve in told.table["curves"]}
    assert curves["PSM1/measured_js.position[2] (insertion)"]["unit"] == "rad or m"
    assert len(curves) == 7
    assert curves["MTMR/measured_cp.position[2]"]["points"] == 200
    assert (tmp_path / "a.png").read_bytes().startswith(PNG)


def test_plot_draws_a_page_that_needs_no_network(sutura: Sutura, teleop: Path, tmp_path: Path) -> None:
    pytest.importorskip("plotly")
    assert sutura("plot", str(teleop), "PSM1/tracking_error", "--out", str(tmp_path / "a.html")).code == 0
    page = (tmp_path / "a.html").read_bytes()
    assert HTML in page
    assert b"tracking_error.distance" in page
    assert b"<script src=" not in page


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("PSM1/measured_jz.position", "unknown topic 'PSM1/measured_jz'; did you mean 'PSM1/measured_js'?"),
        ("PSM1/measured_js.positon", "did you mean 'position'?"),
        ("PSM1/measured_js.position[9]", "unknown number in messages of PSM1/measured_js"),
        ("console/teleop/state.state", "unknown number in messages of console/teleop/state"),
    ],
)
def test_plot_names_what_is_nearest(sutura: Sutura, teleop: Path, tmp_path: Path, field: str, words: str) -> None:
    told = sutura("plot", str(teleop), field, "--out", str(tmp_path / "a.png"))
    assert (told.code, words in told.err) == (2, True), told.err


def test_plot_refuses_what_it_cannot_draw_to(sutura: Sutura, teleop: Path, tmp_path: Path) -> None:
    for out, words in (("a.pdf", "ends in .png or .html"), ("none/a.png", "there is no folder")):
        told = sutura("plot", str(teleop), "PSM1/measured_js.position", "--out", str(tmp_path / out))
        assert (told.code, words in told.err) == (2, True)
    assert sutura("plot", str(teleop), "PSM1/measured_js.position", "--from", "2", "--to", "1").code == 2


def test_csv_has_every_message_and_every_value(sutura: Sutura, teleop: Path, tmp_path: Path) -> None:
    out = tmp_path / "tables"
    told = sutura("export", str(teleop), "--to", "csv", "--out", str(out), "--topic", "PSM1/servo_jp", "--json")
    assert told.table["written"] == {"PSM1/servo_jp": str(out / "PSM1.servo_jp.csv")}
    with (out / "PSM1.servo_jp.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    kept = list(Recording(teleop).messages({"PSM1/servo_jp"}))
    assert len(rows) == len(kept)
    for row, message in zip(rows, kept, strict=True):
        payload: Any = message.frame.payload
        assert (int(row["stamp"]), int(row["seq"])) == (message.frame.stamp, message.frame.seq)
        assert [float(row[f"position[{n}]"]) for n in range(6)] == list(payload.position)
        assert [row[f"name[{n}]"] for n in range(6)] == list(payload.name)


def test_parquet_has_typed_columns_for_every_topic(sutura: Sutura, teleop: Path, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    assert sutura("export", str(teleop), "--to", "parquet", "--out", str(tmp_path / "p")).code == 0
    recording = Recording(teleop)
    assert len(list((tmp_path / "p").iterdir())) == len(recording.topics)
    state = pq.read_table(tmp_path / "p" / "console.teleop.state.parquet")
    kinds = {field.name: str(field.type) for field in state.schema}
    assert (kinds["time"], kinds["stamp"], kinds["writer"]) == ("double", "int64", "string")
    assert (kinds["state"], kinds["scale"], kinds["rotation_locked"]) == ("string", "double", "bool")
    kept = [m.frame.payload for m in recording.messages({"console/teleop/state"})]
    assert state["state"].to_pylist() == [payload.state for payload in kept]  # type: ignore[attr-defined]


def test_export_refuses_unknown_topics_and_to_write_over(sutura: Sutura, teleop: Path, tmp_path: Path) -> None:
    told = sutura("export", str(teleop), "--to", "csv", "--out", str(tmp_path), "--topic", "PSM1/servo_jq")
    assert (told.code, "did you mean 'PSM1/servo_jp'?" in told.err) == (2, True)
    (tmp_path / "there.mcap").write_text("mine")
    told = sutura("export", str(teleop), "--to", "foxglove", "--out", str(tmp_path / "there.mcap"))
    assert (told.code, "never overwritten" in told.err) == (2, True)
    assert (tmp_path / "there.mcap").read_text() == "mine"


@pytest.mark.parametrize(
    ("library", "extra", "arguments"),
    [
        ("matplotlib", "plot", ("plot", "PSM1/measured_js.position", "--out", "a.png")),
        ("foxglove", "foxglove", ("export", "--to", "foxglove", "--out", "f.mcap")),
        ("pyarrow", "parquet", ("export", "--to", "parquet", "--out", "p")),
    ],
)
def test_a_missing_extra_is_named(
    sutura: Sutura, teleop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str, extra: str,
    arguments: tuple[str, ...],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    for name in [
        n for n in sys.modules if n.partition(".")[0] == library or n.startswith("sutura.launch.foxglove")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if "site-packages" not in path])
    told = sutura(arguments[0], str(teleop), *arguments[1:])
    assert (told.code, f"pip install 'sutura[{extra}]'" in told.err) == (1, True), told.err


def test_score_measures_the_hand_the_tool_and_the_exercise(sutura: Sutura, moved: Path) -> None:
    told = sutura("score", str(moved), "--json")
    assert told.code == 0
    hand = told.table["hands"][0]
    assert (hand["name"], hand["topic"], hand["clutches"]) == ("scaling", "MTMR/measured_cp", 0)
    assert hand["hand"]["path"] > hand["tool"]["path"] > 0.01
    assert hand["tool"]["movements"] >= 1
    assert hand["tool"]["economy"] > 0.95
    # the script moves with minimum jerk, and the tool without the tremor that was added to the hand
    assert hand["tool"]["sparc"] == pytest.approx(-1.41, abs=0.1)
    assert hand["tool"]["log_jerk"] > hand["hand"]["log_jerk"]
    assert told.table["exercise"]["figures"] == {"rings_transferred": 1, "drops": 0}
    assert 10.0 < told.table["exercise"]["first_at"]["rings_transferred"] < 18.0
    assert "collisions" in told.table["exercise"]["absent"]


def test_score_shows_runs_side_by_side_and_draws_them(
    sutura: Sutura, moved: Path, teleop: Path, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib")
    told = sutura("score", str(moved), "--beside", str(teleop), "--plot", str(tmp_path / "s.png"))
    assert told.code == 0
    row = next(line.split() for line in told.out.splitlines() if line.startswith("scaling: tool path"))
    assert len(row) == 6
    assert float(row[4]) > float(row[5])
    assert "not told by this world: collisions, force_on_tissue" in told.out
    assert (tmp_path / "s.png").read_bytes().startswith(PNG)


@pytest.mark.skipif(not SURGEON.is_file(), reason=f"no {SURGEON.name} in ../shared/data beside the repository")
def test_a_recorded_surgeon_is_scored_and_plotted(
    sutura: Sutura, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pytest.importorskip("matplotlib")
    from tests.record.conftest import record_in

    hand = ("master.driver=recording", f"master.driver.file={SURGEON}", "master.driver.rate=30")
    settings = ("arm_at_start=true", *hand, "master.driver.start=0.5")
    surgeon = record_in(tmp_path_factory.mktemp("h"), "teleop", settings, 8.0, "1")
    told = sutura("score", str(surgeon), "--json").table
    measured = told["hands"][0]["hand"]
    assert measured["movements"] >= 2
    assert measured["sparc"] < -1.45  # a person moves less smoothly than minimum jerk, and less directly
    assert measured["economy"] < 0.95
    assert told["exercise"] is None
    picture = tmp_path / "hand.png"
    assert sutura("plot", str(surgeon), "MTMR/measured_cp.position", "--out", str(picture)).code == 0
    assert picture.read_bytes().startswith(PNG)


def test_score_finds_earlier_runs_of_the_same_topology(sutura: Sutura, home: Path) -> None:
    for seed in ("1", "2"):
        made = sutura(
            "launch", "teleop", "--lockstep", "--duration", "3", "--seed", seed, "--set", "arm_at_start=true"
        )
        assert made.code == 0
    newest, older = sorted(home.glob("runs/*/recording.mcap"), reverse=True)
    told = sutura("score", str(newest), "--earlier", "5", "--json").table
    assert [other["file"] for other in told["beside"]] == [str(older)]


def test_what_was_cut_off_is_used_as_far_as_it_goes_and_told(sutura: Sutura, moved: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mcap"
    cut.write_bytes(moved.read_bytes()[:-200_000])
    for arguments in (("score",), ("export", "--to", "csv", "--topic", "world/task", "--out", str(tmp_path / "t"))):
        told = sutura(arguments[0], str(cut), *arguments[1:])
        assert (told.code, "is not whole: cut off" in told.err) == (0, True)


def test_score_says_why_there_is_nothing_to_score(sutura: Sutura, tmp_path: Path) -> None:
    from tests.record.conftest import write

    told = sutura("score", str(write(tmp_path / "a.mcap", [])))
    assert (told.code, "no hand is known" in told.err) == (2, True)


def test_a_press_of_the_clutch_is_counted_and_what_the_hand_does_meanwhile_is_not(
    sutura: Sutura, tmp_path: Path
) -> None:
    from tests.record.conftest import record_in

    script = (
        "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.2, clutch: false}, "
        "{at: 1.5, clutch: true}, {at: 2.5, clutch: false}]"
    )
    settings = ("arm_at_start=true", "master.driver.start=0.3", script)
    clutched = record_in(tmp_path, "teleop", settings, 4.0, "1")
    hand = sutura("score", str(clutched), "--json").table["hands"][0]
    assert hand["clutches"] == 1
    assert hand["time"] == pytest.approx(3.8, abs=0.2)
    assert hand["hand"]["time"] == pytest.approx(2.8, abs=0.2)
