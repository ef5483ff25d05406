"""What the checker makes of rates: ages, expiries, and beats between what comes and what looks at it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.launch import check_topology, load_topology
from sutura.launch.check_rates import beats
from sutura.messages import Clutch, Pose
from sutura.nodes import LATCHED, Input, Node, Output, every
from tests.launch.broken import SOURCE, nodes, only, rules

HERE = __name__


class TwoTriggers(Node):
    """May answer either input: how often it sends is not known."""

    pose = Input(Pose)
    other = Input(Pose, required=False)
    answer = Output(Pose, valid_for=0.001)

    def on_pose(self, pose: Pose) -> None: ...

    def on_other(self, pose: Pose) -> None: ...


class Second(TwoTriggers):
    """Says that it answers the second."""

    answer = Output(Pose, valid_for=0.05, rate="other")


class Gatherer(Node):
    pose = Input(Pose, max_age=0.05, many=True)


class Sampler(Node):
    """Looks at what it has when its only timer runs."""

    pose = Input(Pose)
    sampled = Output(Pose)

    @every(90.0)
    def tell(self) -> None: ...


class FeedbackSampler(Sampler):
    pose = Input(Pose, feedback=True)


class LatchedSampler(Sampler):
    pose = Input(Pose, policy=LATCHED)


class LevelSampler(Sampler):
    pose = Input(Clutch)  # type: ignore[assignment]


class LevelTeller(Sampler):
    sampled = Output(Clutch)  # type: ignore[assignment]


class Pedal(Node):
    clutch = Output(Clutch)

    @every(100.0)
    def tell(self) -> None: ...


def source(rate: float, name: str = "source") -> str:
    return f"{name}: {{node: ME:Source, params: {{rate: {rate}}}}}"


def node(kind: str, **wires: str) -> str:
    wired = ", ".join(f"{port}: {topic}" for port, topic in wires.items())
    return f"end: {{node: {HERE}:{kind}, in: {{{wired}}}}}"


# Ages and expiries ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rate", "fires"), [(19.9, True), (20.0, True), (20.1, False), (1000.0, False)])
def test_an_age_and_an_expiry_outlast_a_period(tmp_path: Path, rate: float, fires: bool) -> None:
    reader = nodes(source(rate), "a: {node: ME:Fresh, in: {pose: source/pose}}")
    assert rules(tmp_path, reader) == ["max-age-too-short"] * fires
    writer = nodes(f"source: {{node: ME:ShortLived, params: {{rate: {rate}}}}}")
    assert rules(tmp_path, writer) == ["valid-for-too-short"] * fires


def test_the_message_says_what_sets_the_rate_and_where(tmp_path: Path) -> None:
    text = nodes(SOURCE, "a: {node: ME:Fresh, in: {pose: source/pose}}")
    assert only(tmp_path, text, "source.rate=10").message == (
        "input 'pose' of node 'a' takes nothing older than 0.05 s, but source/pose comes every 0.1 s "
        "(10 Hz, set by parameter 'rate' of node 'source' (--set source.rate=10)): it is stale in between"
    )


def test_a_rate_goes_through_nodes_that_answer(tmp_path: Path) -> None:
    relays = ["b: {node: ME:Relay, in: {pose: source/pose}}", "c: {node: ME:Relay, in: {pose: b/answer}}"]
    text = nodes("end: {node: ME:Fresh, in: {pose: c/answer}}", *relays, source(10))
    problem = only(tmp_path, text)
    assert (problem.rule, problem.node, problem.topic) == ("max-age-too-short", "end", "c/answer")


def test_no_rule_fires_where_a_rate_is_not_known(tmp_path: Path) -> None:
    assert rules(tmp_path, nodes(source(10), node("TwoTriggers", pose="source/pose", other="source/pose"))) == []
    assert rules(tmp_path, nodes(source(10), node("Second", pose="source/pose"))) == []


def test_an_output_may_name_the_input_it_answers(tmp_path: Path) -> None:
    other = source(10, "slow")
    assert rules(tmp_path, nodes(source(100), other, node("Second", pose="slow/pose", other="source/pose"))) == []
    text = nodes(source(100), other, node("Second", pose="source/pose", other="slow/pose"))
    assert only(tmp_path, text).rule == "valid-for-too-short"


def test_of_several_topics_the_fastest_keeps_an_input_fresh(tmp_path: Path) -> None:
    slow, fast = source(10, "slow"), source(100, "fast")
    assert rules(tmp_path, nodes(slow, fast, node("Gatherer", pose="[slow/pose, fast/pose]"))) == []
    assert rules(tmp_path, nodes(slow, node("Gatherer", pose="[slow/pose]"))) == ["max-age-too-short"]


def test_a_master_that_is_too_slow_for_the_chain_is_found_all_along_it() -> None:
    problems = check_topology(load_topology("teleop", ["master.rate=30"]))
    assert {(p.rule, p.node) for p in problems} == {
        ("valid-for-too-short", "scaling"),
        ("max-age-too-short", "ik"),
        ("valid-for-too-short", "ik"),
        ("max-age-too-short", "arm"),
        ("max-age-too-short", "fk"),
    }
    assert all("--set master.rate=30" in problem.message for problem in problems)
    assert check_topology(load_topology("teleop", ["master.rate=40"])) == []


# Beats ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("came", "fires"), [(100, True), (89, True), (60, True), (45, False), (180, False), (91, True)]
)
def test_a_sampler_beats_unless_one_rate_is_a_multiple_of_the_other(
    tmp_path: Path, came: float, fires: bool
) -> None:
    assert rules(tmp_path, nodes(source(came), node("Sampler", pose="source/pose"))) == ["aliasing-rates"] * fires


def test_rates_far_apart_beat_without_harm(tmp_path: Path) -> None:
    assert rules(tmp_path, nodes(source(1000), node("Sampler", pose="source/pose"))) == []


@pytest.mark.parametrize("kind", ["FeedbackSampler", "LatchedSampler", "LevelTeller"])
def test_what_is_not_followed_does_not_beat(tmp_path: Path, kind: str) -> None:
    assert rules(tmp_path, nodes(source(100), node(kind, pose="source/pose"))) == []


def test_levels_do_not_beat(tmp_path: Path) -> None:
    pedal = f"pedal: {{node: {HERE}:Pedal}}"
    assert rules(tmp_path, nodes(pedal, node("LevelSampler", pose="pedal/clutch"))) == []


def test_nodes_of_a_shipped_chain_that_answer_do_not_beat() -> None:
    assert (
        check_topology(load_topology("sim", ["master.rate=90", "arm.feedback_rate=130", "master.gripper_rate=70"]))
        == []
    )


@given(
    came=st.integers(1, 10_000),
    times=st.integers(1, 9),
    turned=st.booleans(),
)
def test_whole_multiples_never_beat(came: int, times: int, turned: bool) -> None:
    pair = (came * times, came) if turned else (came, came * times)
    assert not beats(*map(float, pair))
    assert beats(float(came), came * (times + 0.5)) == (times + 0.5 < 10)
    assert beats(came / 3, came / 3 * 2.0) is False, "a rate that is no whole number may be a multiple too"
