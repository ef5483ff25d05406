"""What a topology may silence, how narrowly, and that no silence outlives its cause."""

from pathlib import Path

import pytest

from sutura.launch import load_topology, resolved_yaml
from tests.launch.broken import arm, found, nodes, only

TWO = nodes(
    "first: {node: ME:Reader, in: {pose: open/first}}", "second: {node: ME:Reader, in: {pose: open/second}}"
)


def silencing(text: str, *entries: str) -> str:
    return text + "silence:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries)


@pytest.mark.parametrize("about", ["topic: open/first", "node: first", "node: first, topic: open/first"])
def test_a_silence_holds_for_what_it_names(tmp_path: Path, about: str) -> None:
    findings = found(tmp_path, silencing(TWO, f"rule: unwritten-topic, {about}, reason: fed by hand"))
    assert [problem.node for problem in findings.problems] == ["second"]
    assert [(each.problem.node, each.reason) for each in findings.silenced] == [("first", "fed by hand")]
    assert str(findings.silenced[0]).endswith("[unwritten-topic] silenced: fed by hand")


def test_a_silence_that_names_nothing_holds_for_all(tmp_path: Path) -> None:
    findings = found(tmp_path, silencing(TWO, "rule: unwritten-topic, reason: a bench"))
    assert (findings.problems, len(findings.silenced)) == ([], 2)


def test_a_problem_is_silenced_once(tmp_path: Path) -> None:
    entries = ["rule: unwritten-topic, reason: a bench", "rule: unwritten-topic, node: first, reason: by hand"]
    findings = found(tmp_path, silencing(TWO, *entries))
    assert (findings.problems, len(findings.silenced)) == ([], 2)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (
            "rule: unwritten-topc, reason: x",
            "unknown rule in silence: 'unwritten-topc'; did you mean 'unwritten-topic'?",
        ),
        ("rule: no-permit, reason: x", "rule of silence: expected a rule that may be silenced (needless-driver, "),
        ("rule: unwritten-topic", "entry of silence: `reason` is missing"),
        ("rule: unwritten-topic, reason: ''", "reason of silence: expected a text, came ''"),
        ("rule: unwritten-topic, reason: ' '", "reason of silence: expected why it is no problem, came ' '"),
        ("reason: x", "entry of silence: `rule` is missing"),
        (
            "rule: unwritten-topic, reason: x, topc: a",
            "unknown key in entry of silence: 'topc'; did you mean 'topic'?",
        ),
        (
            "rule: unwritten-topic, reason: x, node: frist",
            "unknown node in silence: 'frist'; did you mean 'first'?",
        ),
    ],
)
def test_a_silence_that_is_badly_said_silences_nothing(tmp_path: Path, entry: str, says: str) -> None:
    problems = found(tmp_path, silencing(TWO, entry)).problems
    assert [problem.rule for problem in problems] == ["unwritten-topic", "unwritten-topic", "bad-silence"]
    assert problems[-1].message.startswith(says)
    assert problems[-1].line == 6


def test_a_silence_that_silences_nothing_says_what_it_could(tmp_path: Path) -> None:
    entry = "rule: unwritten-topic, topic: open/thrid, reason: x"
    problem = found(tmp_path, silencing(TWO, entry)).problems[-1]
    assert (problem.rule, problem.line) == ("idle-silence", 6)
    assert problem.message == (
        "unwritten-topic finds nothing about topic 'open/thrid'; delete this entry of silence, or correct it "
        "(found about: open/first, open/second)"
    )


def test_a_silence_is_not_idle_while_a_class_is_unknown(tmp_path: Path) -> None:
    text = silencing(nodes("first: {node: nosuch, in: {pose: open/first}}"), "rule: unwritten-topic, reason: x")
    assert only(tmp_path, text).rule == "unknown-node"


def test_a_permit_comes_from_a_node_and_not_from_a_person(tmp_path: Path) -> None:
    text = silencing(arm(permit="open/permit"), "rule: unwritten-topic, topic: open/permit, reason: by hand")
    problems = found(tmp_path, text).problems
    assert [problem.rule for problem in problems] == ["no-permit", "idle-silence"]
    assert problems[0].message.startswith("actuator 'arm' gets no permit: nobody writes open/permit")


def test_silences_of_an_included_file_do_not_count(tmp_path: Path) -> None:
    part = {"part.yaml": silencing(TWO, "rule: unwritten-topic, reason: x")}
    findings = found(tmp_path, "include: [{file: part.yaml}]\n", files=part)
    assert (len(findings.problems), findings.silenced) == (2, [])


def test_a_resolved_topology_keeps_its_silences(tmp_path: Path) -> None:
    text = silencing(TWO, "rule: unwritten-topic, reason: a bench")
    assert found(tmp_path, text).problems == []
    again = tmp_path / "again.yaml"
    again.write_text(resolved_yaml(load_topology(str(tmp_path / "top.yaml"))))
    assert found(tmp_path, again.read_text().partition("\n")[2]).problems == []


def test_silence_is_a_list(tmp_path: Path) -> None:
    problem = only(tmp_path, TWO + "silence: {unwritten-topic: x}\n")
    assert (problem.rule, problem.message) == ("bad-value", "silence: expected a list, came a map")
