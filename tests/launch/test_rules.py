"""Every rule of the checker: it fires on its own broken topology, on no shipped one, and is written down."""

from pathlib import Path

import pytest

from sutura.launch import RULES, Problem, examine, load_topology
from tests.launch.broken import BROKEN, found

ROOT = Path(__file__).parents[2]
LOADING = {
    *("unknown-topology", "unreadable-file", "bad-value", "missing-value", "unknown-name", "unknown-argument"),
    *("include-cycle", "node-clash", "bad-place"),
}
SHIPPED = [
    ("sim", ()),
    ("teleop", ()),
    ("teleop", ("arm_at_start=true",)),
    ("sim", ("driver=canopen",)),
    ("sim", ("arm.driver=dynamixel",)),
    ("sim", ("driver=feetech",)),
    ("sim", ("driver=dvrk", "arm_at_start=false")),
    ("sim_cart", ()),
    ("seven_joint", ()),
    ("leader_follower", ()),
    ("real", ()),
    ("real", ("arm.driver=dvrk",)),
    ("real", ("arm.driver=kinematic", "device=recording", "master.driver.file=hand.npy")),
    (str(ROOT / "bench" / "topologies" / "chain.yaml"), ()),
    (str(ROOT / "examples" / "my_robot.yaml"), ()),
]


def test_every_rule_has_a_topology_that_breaks_it() -> None:
    assert set(BROKEN) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_fires_on_what_breaks_it_and_no_other_does(tmp_path: Path, rule: str) -> None:
    broken = BROKEN[rule]
    problems = found(tmp_path, broken.text, *broken.sets, files=broken.files).problems
    # a silence that is badly said leaves its problem as it was
    extra = ["unconnected-input"] if rule == "bad-silence" else []
    assert sorted(problem.rule for problem in problems) == sorted([rule, *extra])
    problem = next(problem for problem in problems if problem.rule == rule)
    assert problem.message
    assert problem.file.startswith((str(tmp_path), "--set "))
    assert (problem.line > 0) == (not problem.file.startswith("--set "))


@pytest.mark.parametrize(("name", "settings"), SHIPPED)
def test_no_rule_fires_on_what_is_shipped(name: str, settings: tuple[str, ...]) -> None:
    findings = examine(load_topology(name, settings))
    assert findings.problems == []
    assert findings.silenced == []


@pytest.mark.parametrize("rule", [rule.id for rule in RULES.values() if rule.silenceable])
def test_a_rule_may_be_silenced_with_a_reason(tmp_path: Path, rule: str) -> None:
    text = BROKEN[rule].text + f"silence: [{{rule: {rule}, reason: it is meant so}}]\n"
    findings = found(tmp_path, text, *BROKEN[rule].sets)
    assert findings.problems == []
    assert [(each.problem.rule, each.reason) for each in findings.silenced] == [(rule, "it is meant so")]


@pytest.mark.parametrize("rule", sorted({r.id for r in RULES.values() if not r.silenceable} - LOADING))
def test_a_rule_that_must_be_heard_cannot_be_silenced(tmp_path: Path, rule: str) -> None:
    silence = f"{{rule: {rule}, reason: it is meant so}}"
    text = BROKEN[rule].text
    text = (
        text.replace("silence: [", f"silence: [{silence}, ")
        if "silence:" in text
        else text + f"silence: [{silence}]\n"
    )
    problems = found(tmp_path, text).problems
    assert rule in [problem.rule for problem in problems]
    refusals = [problem.message for problem in problems if problem.rule == "bad-silence"]
    assert any("expected a rule that may be silenced" in message and repr(rule) in message for message in refusals)


def test_safety_and_what_could_not_start_must_be_heard() -> None:
    must = {"no-permit", "latched-level", "unsupervised-actuator", "no-safe-silence", "armed-at-start"}
    must |= {"watchdog-with-actuator", "two-writers", "type-mismatch", "unit-mismatch", "bad-param", "bad-silence"}
    assert not any(RULES[rule].silenceable for rule in must | LOADING)


def test_the_page_on_checks_has_one_line_for_each_rule() -> None:
    page = (ROOT / "docs" / "checks.md").read_text().splitlines()
    rows = [line for line in page if line.startswith("| `")]
    assert rows == [f"| `{r.id}` | {r.finds} | {'yes' if r.silenceable else 'no'} |" for r in RULES.values()]


def test_a_problem_of_a_rule_that_is_not_listed_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="no rule 'no-such-rule'"):
        Problem("top.yaml", 1, 1, "no-such-rule", "never")
