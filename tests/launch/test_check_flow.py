"""What a topology expects of paths, and cycles that never rest."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutura.launch import load_topology
from sutura.launch.expect import PathExpectation, read_expectations
from sutura.launch.yaml_source import write_yaml
from sutura.messages import Pose
from sutura.nodes import Input, Node, Output
from tests.launch.broken import SOURCE, found, nodes, only, rules

HERE = __name__


class FeedbackRelay(Node):
    pose = Input(Pose, feedback=True)
    answer = Output(Pose)

    def on_pose(self, pose: Pose) -> None: ...


class Merger(Node):
    """Answers its first input only, and keeps what it hears at the second."""

    pose = Input(Pose)
    kept = Input(Pose, required=False)
    answer = Output(Pose, rate="pose")

    def on_pose(self, pose: Pose) -> None: ...

    def on_kept(self, pose: Pose) -> None: ...


def relay(name: str, topic: str, kind: str = "ME:Relay", more: str = "") -> str:
    return f"{name}: {{node: {kind}, in: {{pose: {topic}}}{more}}}"


def timed(name: str, topic: str, rate: float) -> str:
    return relay(name, topic, "ME:TimedRelay", f", params: {{rate: {rate}}}")


def expecting(path: str, limits: str, *entries: str) -> str:
    return nodes(SOURCE, *entries) + f"expect: [{{path: [{path}], {limits}}}]\n"


END = "end: {node: ME:Reader, in: {pose: %s}}"

# Paths ----------------------------------------------------------------------------------------------------------


def test_stages_that_answer_at_once_add_nothing(tmp_path: Path) -> None:
    stages = [relay("a", "source/pose"), relay("b", "a/answer"), END % "b/answer"]
    assert rules(tmp_path, expecting("source, end", "latency_max: 1 us", *stages)) == []


@pytest.mark.parametrize(
    ("limit", "fires"),
    [
        ("latency_p99: 29 ms", True),
        ("latency_p99: 31 ms", False),
        ("latency_max: 0.029 s", True),
        ("latency_p50: 16 ms", False),
        ("latency_p50: 14000 us", True),
    ],
)
def test_stages_on_timers_add_their_periods(tmp_path: Path, limit: str, fires: bool) -> None:
    stages = [timed("a", "source/pose", 50), relay("b", "a/answer"), timed("c", "b/answer", 100), END % "c/answer"]
    assert rules(tmp_path, expecting("source, end", limit, *stages)) == ["late-by-design"] * fires


def test_the_message_names_the_stages(tmp_path: Path) -> None:
    text = expecting("source, end", "latency_p99: 5 ms", timed("a", "source/pose", 50), END % "a/answer")
    assert only(tmp_path, text).message == (
        "latency_p99 of source → end may be 0.005 s, but messages wait 0.02 s by design: in a (0.02 s, 50 Hz, set "
        f"by parameter 'rate' of node 'a' ({tmp_path / 'top.yaml'}:4))"
    )


def test_of_two_ways_the_faster_counts_unless_the_path_says_the_other(tmp_path: Path) -> None:
    ways = [relay("fast", "source/pose"), timed("slow", "source/pose", 50)]
    end = f"end: {{node: {HERE}:Merger, in: {{pose: fast/answer, kept: slow/answer}}}}"
    assert rules(tmp_path, expecting("source, end", "latency_p99: 5 ms", *ways, end)) == []
    problem = only(tmp_path, expecting("source, slow, end", "latency_p99: 5 ms", *ways, end))
    assert (problem.rule, problem.node) == ("late-by-design", "end")


def test_feedback_is_no_path(tmp_path: Path) -> None:
    text = expecting("source, end", "latency_p99: 5 ms", relay("end", "source/pose", f"{HERE}:FeedbackRelay"))
    assert rules(tmp_path, text) == ["no-path"]


def test_heartbeats_are_no_path(tmp_path: Path) -> None:
    entries = ["a: {node: ME:Quiet, supervised: true}", "dog: {node: ME:Watchdog, in: {beats: [a/heartbeat]}}"]
    text = nodes(*entries) + "expect: [{path: [a, dog], latency_p99: 5 ms}]\n"
    assert rules(tmp_path, text) == ["no-path"]


@pytest.mark.parametrize(
    ("path", "fires"),
    [
        ("master, arm", False),
        ("operator, arm", False),
        ("arm, fk", False),
        ("master, fk", False),
        ("fk, master", True),
    ],
)
def test_paths_of_the_shipped_chain(tmp_path: Path, path: str, fires: bool) -> None:
    text = f"include: [{{file: teleop}}]\nexpect: [{{path: [{path}], latency_p99: 5 ms}}]\n"
    assert rules(tmp_path, text) == ["no-path"] * fires


def test_a_path_through_an_arm_waits_for_its_measurement(tmp_path: Path) -> None:
    text = "include: [{file: teleop}]\nexpect: [{path: [master, arm, fk], latency_p99: 5 ms}]\n"
    assert "in arm (0.01 s, 100 Hz" in only(tmp_path, text).message


# Entries --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{paht: [source, end], latency_p99: 5 ms}", "unknown kind of expectation 'paht'; did you mean 'path'?"),
        ("{latency_p99: 5 ms}", "unknown kind of expectation 'latency_p99'"),
        ("{}", "entry of expect: its kind is missing (known: path, tracking, rate,"),
        ("fast", "entry of expect: expected a map, came 'fast'"),
        ("{path: [source, ned], latency_p99: 5 ms}", "unknown node in path: 'ned'; did you mean 'end'?"),
        ("{path: [source], latency_p99: 5 ms}", "path: expected two nodes or more, came 1"),
        ("{path: source, latency_p99: 5 ms}", "path: expected a list, came 'source'"),
        ("{path: [source, end]}", "expectation `path`: a limit is missing"),
        (
            "{path: [source, end], latency_p9: 5 ms}",
            "unknown key in expectation `path`: 'latency_p9'; did you mean",
        ),
        ("{path: [source, end], latency_p99: 5}", "latency_p99: expected a quantity such as `5 ms`"),
        (
            "{path: [source, end], latency_p99: 5 mm}",
            "unknown unit in latency_p99: 'mm' (known: min, ms, ns, s, us, µs)",
        ),
        ("{path: [source, end], latency_p99: 0 ms}", "latency_p99: expected a time above 0 s, came 0 ms"),
    ],
)
def test_entries_that_cannot_be_read(tmp_path: Path, entry: str, says: str) -> None:
    problem = only(tmp_path, nodes(SOURCE, END % "source/pose") + f"expect:\n  - {entry}\n")
    assert (problem.rule, problem.line) == ("bad-expectation", 6)
    assert problem.message.startswith(says)


def test_entries_are_read_for_the_run(tmp_path: Path) -> None:
    file = tmp_path / "top.yaml"
    file.write_text(
        "sutura: 1\ninclude: [{file: teleop, as: left}]\n"
        "expect:\n  - {latency_p99: 5 ms, path: [left/master, left/arm], latency_max: 0.02 s}\n"
    )
    (expected,) = read_expectations(load_topology(str(file)))
    assert isinstance(expected, PathExpectation)
    assert expected.nodes == ("left/master", "left/arm")
    assert expected.limits == {"latency_p99": pytest.approx(0.005), "latency_max": pytest.approx(0.02)}
    assert expected.mark.line == 4


def test_an_unknown_class_raises_no_problem_of_a_path_through_it(tmp_path: Path) -> None:
    text = expecting("source, end", "latency_p99: 5 ms", "a: {node: nosuch}", END % "a/answer")
    assert rules(tmp_path, text) == ["unknown-node"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-1e3, 1e3) | st.text("ab 5ms:", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["path", "latency_p99", "rule", "reason", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(entry=VALUES, key=st.sampled_from(["expect", "silence"]))
def test_whatever_an_entry_holds_it_is_a_problem_with_its_line(tmp_path: Path, entry: object, key: str) -> None:
    problem = only(tmp_path, nodes(SOURCE) + write_yaml({key: [entry]}))
    assert problem.rule == {"expect": "bad-expectation", "silence": "bad-silence"}[key]
    assert problem.line >= 4


# Cycles ---------------------------------------------------------------------------------------------------------


def test_every_cycle_is_found_at_the_input_that_closes_it(tmp_path: Path) -> None:
    text = nodes(
        relay("a", "c/answer"),
        relay("b", "a/answer"),
        relay("c", "b/answer"),
        relay("own", "own/answer"),
        relay("beside", "c/answer"),
    )
    problems = found(tmp_path, text).problems
    assert {problem.rule for problem in problems} == {"endless-loop"}
    problem, own = [f"{each.line}: {each.message}" for each in problems]
    assert problem.startswith("3: a → b → c → a goes round for ever")
    assert own.startswith("6: own → own goes round for ever")


@pytest.mark.parametrize(
    "second",
    [
        timed("b", "a/answer", 100),
        relay("b", "a/answer", f"{HERE}:FeedbackRelay"),
        f"b: {{node: {HERE}:Merger, in: {{pose: source/pose, kept: a/answer}}}}",
    ],
)
def test_a_timer_feedback_or_what_is_not_answered_lets_a_cycle_rest(tmp_path: Path, second: str) -> None:
    assert rules(tmp_path, nodes(SOURCE, relay("a", "b/answer"), second)) == []
