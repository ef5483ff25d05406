"""JUnit XML of tested topologies, as CI systems read it: a suite a topology, a case an expectation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Xml

from sutura.launch.judgement import Judged
from sutura.launch.report import Report

RUN = "the run itself"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Suite:
    """One tested topology. file: it stands in; seconds: real time that it took; report: with its `test`, None where
    the run did not come to its end, which `error` then says."""

    topology: str
    file: str
    seconds: float
    report: Report | None = None
    error: str = ""

    @property
    def interrupted(self) -> bool:
        """Whether somebody ended the run before its time."""
        return self.report is not None and self.report.test is not None and self.report.test.interrupted

    @property
    def passed(self) -> bool:
        """Whether everything was as it was expected."""
        return self.report is not None and self.report.test is not None and self.report.test.passed


def write_junit(path: Path, suites: Sequence[Suite]) -> None:
    """Write the suites to a file. Raises OSError."""
    path.write_bytes(junit_xml(suites))


def junit_xml(suites: Sequence[Suite]) -> bytes:
    """The suites as an XML document in UTF-8."""
    root = Xml.Element("testsuites", name="sutura test")
    made = [_suite(suite) for suite in suites]
    root.extend(made)
    for count in ("tests", "failures", "errors"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in made)))
    root.set("time", f"{sum(suite.seconds for suite in suites):.3f}")
    Xml.indent(root)
    data: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def _suite(suite: Suite) -> Xml.Element:
    element = Xml.Element("testsuite", name=_clean(suite.topology), file=_clean(suite.file), skipped="0")
    judged = suite.report.test.expectations if suite.report is not None and suite.report.test is not None else []
    cases = [*(_case(suite, each) for each in judged), _run_case(suite)]
    element.extend(cases)
    element.set("tests", str(len(cases)))
    element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    element.set("errors", str(sum(case.find("error") is not None for case in cases)))
    element.set("time", f"{suite.seconds:.3f}")
    if suite.report is not None:
        _add_text(element, "system-out", "\n".join(_said(suite.report)))
    return element


def _case(suite: Suite, judged: Judged) -> Xml.Element:
    case = Xml.Element(
        "testcase",
        classname=_clean(suite.topology),
        name=_clean(judged.name),
        file=_clean(judged.file),
        line=str(judged.line),
        time=f"{judged.judging_s:.6f}",
    )
    if judged.outcome == "failed":
        _add_trouble(case, "failure", judged.kind, judged.reason, f"measured: {judged.figure}")
    elif judged.outcome == "not evaluated":
        _add_trouble(case, "error", judged.kind, f"not evaluated: {judged.reason}", "")
    else:
        _add_text(case, "system-out", judged.figure)
    return case


def _run_case(suite: Suite) -> Xml.Element:
    """What failed beside the expectations: the run's start, or a reason of its verdict that nobody expected."""
    case = Xml.Element(
        "testcase",
        classname=_clean(suite.topology),
        name=RUN,
        file=_clean(suite.file),
        line="1",
        time=f"{suite.seconds:.3f}",
    )
    test = suite.report.test if suite.report is not None else None
    if test is None:
        _add_trouble(case, "error", "run", suite.error, "")
    elif not test.expectations:
        _add_trouble(case, "failure", "run", "nothing is expected of it", "say what, in the topology's `expect`")
    elif test.unexpected:
        _add_trouble(case, "failure", "run", "; ".join(test.unexpected), "\n".join(test.unexpected))
    return case


def _said(report: Report) -> list[str]:
    ran = report.ran
    recorded = f"recording: {ran.recording}" if ran.recording else "recording: none"
    return [f"ran {ran.duration_s:g} s, seed {ran.seed}, verdict {report.verdict}", recorded]


def _add_trouble(case: Xml.Element, tag: str, kind: str, message: str, text: str) -> None:
    trouble = Xml.SubElement(case, tag, type=_clean(kind), message=_clean(message))
    trouble.text = _clean("\n".join(part for part in (message, text) if part))


def _add_text(element: Xml.Element, tag: str, text: str) -> None:
    Xml.SubElement(element, tag).text = _clean(text)


def _clean(text: str) -> str:
    """The text with what XML cannot hold written as Python would."""
    return _NOT_IN_XML.sub(lambda found: ascii(found.group())[1:-1], text)
