"""Topics that are easily taken for one another, and addresses that leave the host in clear."""

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sutura.launch.check_names import slip
from tests.launch.broken import SOURCE, nodes, only, rules

WORDS = st.text("abcdefghij", min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("PSM1/servo_cp", "PSM1/servo_pc"),
        ("PSM1/servo_cp", "psm1/servo_cp"),
        ("PSM1/servo_cp", "PSM1/servo-cp"),
        ("console/clutch", "console/cluch"),
        ("console/clutch", "consoles/clutch"),
        ("right/PSM1/measured_cp", "right/PSM1/measurd_cp"),
    ],
)
def test_slips(first: str, second: str) -> None:
    assert slip(first, second)
    assert slip(first, second) == slip(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("PSM1/servo_cp", "PSM2/servo_cp"),
        ("PSM1/servo_cp", "PSM1/servo_jp"),
        ("PSM1/measured_cp", "PSM1/measured_cv"),
        ("MTML/measured_cp", "MTMR/measured_cp"),
        ("left/PSM1/servo_cp", "right/PSM1/servo_cp"),
        ("camera/frame", "camera1/frame"),
        ("camera10/frame", "camera01/frame"),
        ("a/pose", "ab/pose"),
        ("console/clutch", "console/clutch/state"),
        ("console/clutch", "consol/cluch"),
        ("console/clutch", "console/clutch"),
    ],
)
def test_names_that_differ_on_purpose(first: str, second: str) -> None:
    assert not slip(first, second)


@given(word=WORDS, at=st.integers(0, 10))
def test_neighbours_in_the_wrong_order_are_a_slip(word: str, at: int) -> None:
    assume(at + 1 < len(word) and word[at] != word[at + 1])
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    assert slip(f"PSM1/{word}", f"PSM1/{swapped}") == {word, swapped}


@given(word=WORDS, at=st.integers(0, 11))
def test_another_letter_is_no_slip(word: str, at: int) -> None:
    assume(at < len(word))
    assert not slip(f"PSM1/{word}", f"PSM1/{word[:at]}z{word[at + 1 :]}")


def test_the_topic_that_is_read_less_is_named(tmp_path: Path) -> None:
    second = "second: {node: ME:Source, out: {pose: source/poes}}"
    problem = only(tmp_path, nodes(SOURCE, second, "a: {node: ME:Reader, in: {pose: source/poes}}"))
    assert (problem.line, problem.topic) == (3, "source/pose")
    assert problem.message == "topic 'source/pose' of source.pose is easily taken for 'source/poes': is it a slip?"


def test_names_of_nodes_that_slip_are_one_problem(tmp_path: Path) -> None:
    entries = [
        "relay: {node: ME:TimedRelay, in: {pose: source/pose}}",
        "realy: {node: ME:Source, params: {rate: 90}}",
    ]
    text = nodes("source: {node: ME:Source, params: {rate: 90}}", *entries)
    assert rules(tmp_path, text) == ["near-miss-topic"]


# Addresses ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "fires"),
    [
        ("{addresses: ['tcp://10.0.0.1:5555']}", True),
        ("{addresses: ['tcp://*:5555']}", True),
        ("{addresses: ['tcp://10.0.0.1:5555'], keys: ''}", True),
        ("{addresses: ['tcp://10.0.0.1:5555'], keys: keys/arm}", False),
        ("{addresses: ['tcp://127.0.0.1:5555', 'tcp://[::1]:1', 'tcp://localhost:1']}", False),
        ("{addresses: ['ipc:///run/x', 'udp://10.0.0.1:1', 'see tcp://10.0.0.1:1']}", False),
    ],
)
def test_tcp_outside_loopback_has_keys_beside_it(tmp_path: Path, params: str, fires: bool) -> None:
    assert rules(tmp_path, nodes(f"a: {{node: ME:Linked, params: {params}}}")) == ["bare-tcp"] * fires


def test_addresses_are_found_in_options_and_in_maps(tmp_path: Path) -> None:
    text = nodes(
        "a: {node: nosuch, driver: {use: x, ends: {left: ['tcp://10.0.0.1:1'], right: 'tcp://10.0.0.2:1'}}}"
    )
    assert sorted(rules(tmp_path, text)) == ["bare-tcp", "bare-tcp", "unknown-node"]
