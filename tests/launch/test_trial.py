"""A whole test of a topology: what the run's own verdict and its expectations have to say to one another."""

from pathlib import Path

import msgspec
import pytest

from sutura.launch import Blueprint, TopologyError, load_topology, resolved_yaml
from sutura.launch.expect import CannotJudge, Evidence
from sutura.launch.expect.recorded import history_of
from sutura.launch.expect.window import Window
from sutura.launch.history import History
from sutura.launch.judgement import Judgement
from sutura.launch.loader import load_trial
from sutura.launch.report import Report
from sutura.launch.trial import Trial
from sutura.launch.trial_plan import DURATION_S, TrialPlan
from sutura.messages import Clutch, Frame, Message
from tests.launch.trials import ABSENT, GOOD, STOPPED, bare_report, judgement, tried, written

BRITTLE = "brittle: {node: 'own.py:Brittle'}"
CRASH = "{event: crash, node: brittle, text: lost its grip, after: 0.35 s}"


def unexpected(folder: Path, text: str, *expect: str, more: str = "") -> list[str]:
    """What is left of a run's reasons when its expectations, which all hold, have answered theirs."""
    found = judgement(tried(written(folder, text, *expect, more=more)))
    assert {each.outcome for each in found.expectations} <= {"held"}
    assert found.passed == (not found.unexpected and bool(expect))
    return found.unexpected


def test_a_trip_that_is_expected_answers_the_hold_that_comes_with_it(home: Path, tmp_path: Path) -> None:
    report = tried(written(tmp_path, ABSENT, "{trip: operator is not present}"))
    assert report.verdict == "fail", "the run's own verdict stays as it is"
    assert len(report.reasons) == 2
    assert judgement(report).unexpected == []
    assert judgement(report).passed


def test_a_trip_that_is_not_expected_fails_it_whatever_else_holds(home: Path, tmp_path: Path) -> None:
    assert unexpected(tmp_path, ABSENT, "{lost: 0}") == [
        "trip at 0.400 s: the operator is not present",
        "arm: no fresh command from ik (at 0.429 s)",
    ]


def test_a_hold_that_is_expected_does_not_answer_the_trip(home: Path, tmp_path: Path) -> None:
    left = unexpected(tmp_path, ABSENT, "{hold: no fresh command}")
    assert left == ["trip at 0.400 s: the operator is not present"]


def test_an_expected_trip_answers_no_fault_and_the_fault_can_be_expected_too(home: Path, tmp_path: Path) -> None:
    left = unexpected(tmp_path, STOPPED, "{trip: emergency stop}")
    assert left == ["arm: emergency stop (at 0.400 s)"]
    assert unexpected(tmp_path, STOPPED, "{trip: emergency stop}", "{event: fault, node: arm}") == []


def test_what_failed_answers_nothing(home: Path, tmp_path: Path) -> None:
    found = judgement(tried(written(tmp_path, ABSENT, "{trips: 2}", "{trip: present, after: 0.5 s}")))
    assert [each.outcome for each in found.expectations] == ["failed", "failed"]
    assert len(found.unexpected) == 2


def test_a_crash_is_unexpected_until_somebody_expects_it(home: Path, tmp_path: Path) -> None:
    (left,) = unexpected(tmp_path, GOOD, "{trips: 0}", more=BRITTLE)
    assert left.startswith("brittle: node brittle")
    assert unexpected(tmp_path, GOOD, CRASH, more=BRITTLE) == []


DEAF = "brittle: {node: 'own.py:BrittleReader', supervised: true, in: {pose: MTMR/measured_cp}}"
TOLD = ["{trip: 'brittle: no heartbeat'}", "{event: crash, node: brittle}"]


def test_who_has_crashed_receives_nothing_and_that_is_no_loss_of_its_own(home: Path, tmp_path: Path) -> None:
    assert unexpected(tmp_path, GOOD, *TOLD, more=DEAF) == []
    left = unexpected(tmp_path, GOOD, *TOLD[:1], more=DEAF)
    assert [line for line in left if "messages lost on MTMR/measured_cp from master to brittle" in line]


def test_where_nothing_is_expected_nothing_passes(home: Path, tmp_path: Path) -> None:
    report = tried(written(tmp_path, GOOD))
    assert report.verdict == "pass"
    assert not judgement(report).passed


def test_two_expectations_of_one_name_are_told_apart(home: Path, tmp_path: Path) -> None:
    found = judgement(tried(written(tmp_path, GOOD, "{trips: 0}", "{lost: 0}", "{trips: 0}")))
    assert [each.name for each in found.expectations] == ["trips: 0 (line 8)", "lost: 0", "trips: 0 (line 10)"]
    assert [each.line for each in found.expectations] == [8, 9, 10]


def test_the_report_on_disk_has_the_test_in_it(home: Path, tmp_path: Path) -> None:
    topology = load_trial(str(written(tmp_path, GOOD, "{trips: 0}")))
    file = tmp_path / "report.json"
    report = Trial(topology=topology).run(note=lambda text: None, update=lambda run: None, report_file=file)
    (folder,) = (home / "runs").iterdir()
    for path in (file, folder / "report.json"):
        assert msgspec.json.decode(path.read_bytes(), type=Report) == report
    assert report.test is not None


# The test block ---------------------------------------------------------------------------------------------------


def test_a_run_is_as_its_test_block_says_unless_somebody_says_otherwise(home: Path, tmp_path: Path) -> None:
    topology = load_trial(str(written(tmp_path, GOOD, "{trips: 0}", duration=0.3)))
    assert topology.trial == TrialPlan(0.3, 7)
    ran = Trial(topology=topology).run(note=lambda text: None, update=lambda run: None).ran
    assert (ran.duration_s, ran.seed) == (0.3, 7)
    other = Trial(topology=topology, duration=0.1, seed=3).run(note=lambda text: None, update=lambda run: None).ran
    assert (other.duration_s, other.seed) == (0.1, 3)


def test_its_settings_come_before_those_of_a_person_and_count_in_a_test_only(tmp_path: Path) -> None:
    path = tmp_path / "top.yaml"
    path.write_text(
        "sutura: 1\nargs: {arm: {type: string}}\ninclude: [{file: teleop, args: {arm: $(arm)}}]\n"
        "test: {set: [arm=PSM7, scaling.scale=0.1]}\n"
    )
    assert load_trial(str(path)).args["arm"] == "PSM7"
    assert load_trial(str(path), ["arm=PSM8"]).args["arm"] == "PSM8"
    loaded = load_topology(str(path), ["arm=PSM9"])
    assert loaded.nodes["scaling"].params["scale"] == 0.2
    assert loaded.trial.duration == DURATION_S


def test_a_resolved_topology_keeps_how_it_is_tested(tmp_path: Path) -> None:
    topology = load_trial(str(written(tmp_path, GOOD, "{trips: 0}", duration=0.3)))
    path = tmp_path / "resolved.yaml"
    path.write_text(resolved_yaml(topology))
    assert load_topology(str(path)).trial == topology.trial


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("7", "test: expected a map"),
        ("{durance: 1 s}", "unknown key in test: 'durance'; did you mean 'duration'?"),
        ("{duration: 5}", "duration of test: expected a quantity such as `5 ms`"),
        ("{duration: 0 s}", "duration of test: expected a time above 0 s, came 0 s"),
        ("{seed: -1}", "seed of test: expected a whole number, 0 or more, came -1"),
        ("{seed: true}", "seed of test: expected a whole number, 0 or more, came true"),
        ("{set: arm=PSM2}", "set of test: expected a list"),
        ("{set: [7]}", "setting in test: expected a text"),
    ],
)
def test_a_test_block_that_cannot_be(tmp_path: Path, block: str, says: str) -> None:
    path = tmp_path / "top.yaml"
    path.write_text(f"sutura: 1\nnodes: {{}}\ntest: {block}\n")
    with pytest.raises(TopologyError) as caught:
        load_topology(str(path))
    assert caught.value.reason.startswith(says)
    assert caught.value.mark.line == 3
    with pytest.raises(TopologyError):
        load_trial(str(path))


def test_the_test_block_of_an_included_file_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text("sutura: 1\nnodes: {}\ntest: {duration: 3 s}\n")
    (tmp_path / "top.yaml").write_text("sutura: 1\ninclude: [{file: part.yaml}]\n")
    assert load_trial(str(tmp_path / "top.yaml")).trial == TrialPlan()


# The real clock ---------------------------------------------------------------------------------------------------

REAL = [
    "{path: [master, arm], latency_p50: 20 ms}",
    "{path: [tremor, arm], latency_p50: 20 ms}",
    "{rate: MTMR/measured_cp, min: 50 Hz, max: 1100 Hz}",
    "{rate: watchdog/permit, min: 1 Hz, max: 110 Hz}",
    "{state: watchdog/state, reaches: granting}",
    "{topic: PSM1/measured_cp, field: 'position[2]', min: -0.2, max: -0.1, from: 0.1 s}",
]


@pytest.mark.realtime
def test_on_the_real_clock_the_recording_says_what_was_said(home: Path, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD, *REAL, more="recorder: {node: recorder}", duration=1.5)
    trial = Trial(topology=load_trial(str(path)), realtime=True)
    found = judgement(trial.run(note=lambda text: None, update=lambda run: None))
    assert [(each.name, each.reason) for each in found.expectations if each.outcome != "held"] == []


@pytest.mark.realtime
def test_without_a_recording_nothing_that_needs_one_passes(home: Path, tmp_path: Path) -> None:
    trial = Trial(topology=load_trial(str(written(tmp_path, GOOD, *REAL, duration=0.5))), realtime=True)
    found = judgement(trial.run(note=lambda text: None, update=lambda run: None))
    assert [each.outcome for each in found.expectations] == ["held", *["not evaluated"] * 5]
    assert all(each.reason.startswith("the run was not recorded") for each in found.expectations[1:])
    assert not found.passed


def test_where_the_recording_misses_messages_nothing_is_said_of_all_of_them(tmp_path: Path) -> None:
    topology = load_trial(str(written(tmp_path, GOOD)))
    history = History(0)
    for seq in (1, 2, 4, 5):
        frame: Frame[Message] = Frame("console/clutch", "Clutch", "op@1", seq, seq * 10**8, 0, 0, Clutch(False))
        history.add(frame)
    report = bare_report(Judgement(False, [], []))
    evidence = Evidence(report, Blueprint.of(topology), [], [], [], history)
    with pytest.raises(CannotJudge, match="1 messages on console/clutch in the run are not in the recording"):
        evidence.samples("console/clutch", Clutch)
    assert [s.seq for s in evidence.samples("console/clutch", Clutch, whole=False)] == [1, 2, 4, 5]
    assert [s.seq for s in evidence.samples("console/clutch", Clutch, Window(0.4))] == [4, 5]


def test_a_recording_that_is_none_is_no_pass(tmp_path: Path) -> None:
    broken = tmp_path / "recording.mcap"
    broken.write_bytes(b"no recording")
    assert "it is no recording" in str(history_of(str(broken), 0, ["a"]))
    assert "No such file" in str(history_of(str(tmp_path / "gone.mcap"), 0, ["a"]))


def test_bad_settings_in_the_block_are_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "top.yaml"
    path.write_text("sutura: 1\ninclude: [{file: teleop}]\ntest: {set: [scaling.scale]}\n")
    with pytest.raises(TopologyError, match=r"top.yaml:3: setting: expected .* came 'scaling\.scale'"):
        load_trial(str(path))
