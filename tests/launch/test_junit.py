"""JUnit XML as a CI system reads it."""

from pathlib import Path
from xml.etree import ElementTree as Xml

from hypothesis import given
from hypothesis import strategies as st

from sutura.launch.judgement import Judged, Judgement, Outcome
from sutura.launch.junit import RUN, Suite, junit_xml
from sutura.launch.report import Report
from tests.launch.trials import ABSENT, bare_report, tried, written

ENTRIES = ["{trip: present}", "{holds: 0, name: calm}", "{rate: watchdog/permit, min: 1 Hz, until: 9 s}"]


def parsed(*suites: Suite) -> Xml.Element:
    return Xml.fromstring(junit_xml(suites))


def suite_of(report: Report) -> Suite:
    return Suite("tried", "tried.yaml", 1.5, report)


def test_every_expectation_is_a_case_with_its_place_and_what_came_of_it(home: Path, tmp_path: Path) -> None:
    path = written(tmp_path, ABSENT, *ENTRIES)
    report = tried(path)
    root = parsed(suite_of(report))
    (suite,) = root
    assert {key: root.get(key) for key in ("tests", "failures", "errors")} == {
        "tests": "4",
        "failures": "1",
        "errors": "1",
    }
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert list(cases) == ["trip: present", "calm", "rate: watchdog/permit, min: 1 Hz, until: 9 s", RUN]
    assert {case.get("classname") for case in cases.values()} == {"tried"}
    assert [(case.get("file"), case.get("line")) for case in cases.values()][:2] == [
        (str(path), "8"),
        (str(path), "9"),
    ]
    assert all(float(case.get("time", "")) >= 0.0 for case in cases.values())
    failure = cases["calm"].find("failure")
    assert failure is not None
    assert str(failure.get("message")).startswith("expected 0: arm at 429 ms: no fresh command from ik")
    assert "measured: 1 holds" in str(failure.text)
    error = cases["rate: watchdog/permit, min: 1 Hz, until: 9 s"].find("error")
    assert error is not None
    assert str(error.get("message")).startswith("not evaluated: the run ended at 600 ms")
    assert cases["trip: present"].findtext("system-out", "").startswith("trip at 400 ms")
    assert "recording: none" in suite.findtext("system-out", "")


def test_what_nobody_expected_fails_the_run_itself(home: Path, tmp_path: Path) -> None:
    root = parsed(suite_of(tried(written(tmp_path, ABSENT, "{lost: 0}"))))
    (failure,) = root.iter("failure")
    assert "trip at 0.400 s" in str(failure.get("message"))


def test_where_nothing_is_expected_the_run_itself_fails(home: Path, tmp_path: Path) -> None:
    (failure,) = parsed(suite_of(tried(written(tmp_path, ABSENT)))).iter("failure")
    assert failure.get("message") == "nothing is expected of it"


def test_a_run_that_did_not_start_is_an_error(home: Path, tmp_path: Path) -> None:
    report = tried(written(tmp_path, ABSENT, *ENTRIES[:1]))
    root = parsed(suite_of(report), Suite("other", "other.yaml", 0.1, None, "place arm did not come up"))
    assert [suite.get("errors") for suite in root] == ["0", "1"]
    assert root.get("tests") == "3"
    (error,) = root.iter("error")
    assert error.get("message") == "place arm did not come up"


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, st.sampled_from(["held", "failed", "not evaluated"]))
def test_any_text_makes_xml_that_parses_back(name: str, figure: str, reason: str, outcome: Outcome) -> None:
    judged = Judged(name, "trip", "f.yaml", 3, outcome, figure, reason, 0.0)
    root = parsed(Suite(name, reason, 0.0, bare_report(Judgement(False, [judged], [reason]))))
    case = next(root.iter("testcase"))
    if name.isprintable():
        assert case.get("name") == name
    assert (case.find("failure") is not None) == (outcome == "failed")
    assert (case.find("error") is not None) == (outcome == "not evaluated")


def test_control_characters_are_written_out() -> None:
    root = parsed(Suite("a\x1b[31m", "f\x00", 0.0, bare_report(Judgement(False, [], ["bell \x07 \ufffe"]))))
    (suite,) = root
    assert suite.get("name") == "a\\x1b[31m"
    assert suite.get("file") == "f\\x00"
