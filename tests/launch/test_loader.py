"""Loading topologies: YAML, includes, places, realtime settings, and the way back to YAML."""

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutura.launch import (
    BadPlace,
    BadValue,
    IncludeCycle,
    MissingValue,
    NodeClash,
    Topology,
    TopologyError,
    UnknownName,
    UnknownTopology,
    UnreadableTopology,
    load_topology,
    resolved_yaml,
    shipped_topologies,
)
from sutura.runtime.config import Realtime

QUICK = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TELEOP = """\
sutura: 1
args: {arm: {default: PSM1}, driver: {default: kinematic}}
nodes:
  operator:
    node: operator
    supervised: true
    out: {clutch: console/clutch}
  scaling:
    node: motion_scaling
    supervised: true
    params: {scale: 0.2, gains: {a: 1, b: 2}}
    in: {master: MTMR/measured_cp, clutch: console/clutch}
    out: {target: $(arm)/servo_cp}
  arm:
    node: actuator
    driver: {use: $(driver), model: psm}
    supervised: true
    restart: never
    in: {permit: watchdog/permit}
  watchdog:
    node: watchdog
places: {control: [operator, scaling]}
realtime: {control: {priority: 80, policy: fifo}}
"""


def write(folder: Path, text: str, name: str = "top.yaml") -> str:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def load(folder: Path, text: str, *sets: str) -> Topology:
    return load_topology(write(folder, text), sets)


def including(folder: Path, text: str, *sets: str) -> Topology:
    write(folder, TELEOP, "teleop.yaml")
    return load(folder, "sutura: 1\n" + text, *sets)


def refusal(error: type[TopologyError], folder: Path, text: str) -> str:
    with pytest.raises(error) as caught:
        load(folder, text)
    return str(caught.value).replace(str(folder) + os.sep, "")


def refused_include(error: type[TopologyError], folder: Path, text: str) -> str:
    write(folder, TELEOP, "teleop.yaml")
    return refusal(error, folder, "sutura: 1\n" + text)


# One file -------------------------------------------------------------------------------------------------------


def test_a_file_becomes_a_topology(tmp_path: Path) -> None:
    topology = load(tmp_path, TELEOP + "description: one arm\nexpect: [{path: [operator, arm]}]\n")
    assert (topology.name, topology.description, topology.args["arm"]) == ("top", "one arm", "PSM1")
    assert topology.path == tmp_path / "top.yaml"
    assert topology.expect == [{"path": ["operator", "arm"]}]
    arm = topology.nodes["arm"]
    assert (arm.node, arm.folder, arm.supervised, arm.restart) == ("actuator", "", True, "never")
    assert arm.driver is not None
    assert (arm.driver.use, arm.driver.options) == ("kinematic", {"model": "psm"})
    scaling = topology.nodes["scaling"]
    assert scaling.inputs == {"master": ("MTMR/measured_cp",), "clutch": ("console/clutch",)}
    assert scaling.outputs["target"] == "PSM1/servo_cp"
    assert scaling.outputs["heartbeat"] == "scaling/heartbeat"
    assert scaling.restart == "on_failure"
    assert str(scaling.where("params", "scale")).endswith("top.yaml:11")
    assert str(scaling.where("params", "other")).endswith("top.yaml:11")
    assert str(scaling.where("driver")).endswith("top.yaml:8")


def test_places_are_complete_and_ordered(tmp_path: Path) -> None:
    topology = load(tmp_path, TELEOP)
    assert list(topology.places.items()) == [
        ("control", ("operator", "scaling")),
        ("arm", ("arm",)),
        ("watchdog", ("watchdog",)),
    ]
    assert topology.place_of("scaling") == "control"
    assert topology.realtime == {"control": Realtime(policy="fifo", priority=80)}


def test_a_watchdog_hears_all_other_supervised_nodes(tmp_path: Path) -> None:
    watchdog = load(tmp_path, TELEOP).nodes["watchdog"]
    assert watchdog.inputs["beats"] == ("operator/heartbeat", "scaling/heartbeat", "arm/heartbeat")
    text = TELEOP.replace("node: watchdog\n", "node: watchdog\n    supervised: true\n    in: {beats: [a/b]}\n")
    assert load(tmp_path, text).nodes["watchdog"].inputs["beats"] == ("a/b",)
    text = TELEOP.replace("out: {clutch", "out: {heartbeat: op/alive, clutch")
    assert load(tmp_path, text).nodes["watchdog"].inputs["beats"][0] == "op/alive"


def test_a_watchdog_of_another_file_hears_them_too(tmp_path: Path) -> None:
    text = TELEOP.replace("node: watchdog", "node: sub/safety.py:Watchdog")
    watchdog = load(tmp_path, text).nodes["watchdog"]
    assert (watchdog.node, watchdog.folder) == ("safety.py:Watchdog", str(tmp_path / "sub"))
    assert len(watchdog.inputs["beats"]) == 3


# YAML -----------------------------------------------------------------------------------------------------------


def test_scalars_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    params = "{a: on, b: 1e-3, c: 1:30, d: 2026-01-01, e: 0x1F, f: no, g: ~, h: '5', i: 1_000, j: -.5, k: +1.}"
    node = load(tmp_path, f"sutura: 1\nnodes: {{n: {{node: x:Y, params: {params}}}}}\n").nodes["n"]
    expected = ["on", 1e-3, "1:30", "2026-01-01", 31, "no", None, "5", "1_000", -0.5, 1.0]
    assert list(node.params.values()) == expected


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        ("", ":1", "empty; a topology begins with `sutura: 1`"),
        ("# nothing\n", ":1", "empty"),
        ("sutura: 1\nnodes:\n  a: {node: x\n  b: 1\n", ":4", "not YAML: while parsing a flow mapping"),
        ("sutura: 1\nnodes:\n\ta: 1\n", ":3", "not YAML: while scanning for the next token, found character '\\t'"),
        ("sutura: 1\nnodes:\n  a: {node: x}\n  a: {node: y}\n", ":4", "duplicate key 'a' (first at top.yaml:3)"),
        ("sutura: 1\n---\nsutura: 1\n", ":2", "not YAML: expected a single document"),
        ("sutura: 1\nargs: &a {}\nnodes: *a\n", ":3", "not YAML: aliases are not read here"),
        (
            "sutura: 1\nnodes: !!python/object:os.system {}\n",
            ":2",
            "tag 'tag:yaml.org,2002:python/object:os.system'",
        ),
        ("sutura: 1\ndescription: !x y\n", ":2", "tag '!x' is not read here"),
        ("sutura: 1\n? [a]\n: b\n", ":2", "expected a word as key"),
        ("sutura: 1\nargs: {a: {default: .nan}}\n", ":2", "value: expected a finite number, came '.nan'"),
        ("sutura: 1\nargs: {a: {default: 1e999}}\n", ":2", "value: expected a finite number, came '1e999'"),
        (f"sutura: 1\nargs: {{a: {{default: {'9' * 5000}}}}}\n", ":2", "value: expected an integer of 64 bits"),
        ('sutura: 1\ndescription: "\\UFFFFFFFF"\n', ":1", "not YAML: "),
        ('sutura: 1\ndescription: "\\ud800"\n', ":2", "'\\ud800' holds half a character"),
        ("sutura: 1\ndescription: \x07\n", ":2", "not YAML: character U+0007 is not allowed"),
        ("sutura: 1\ndescription: " + "[" * 100 + "\n", ":2", "not YAML: nested more than 32 deep"),
        ("- sutura\n", ":1", "a topology: expected a map, came a list"),
        ("nodes: {}\n", ":1", "`sutura: 1` is missing, the version of the topology format"),
        ("sutura: 2\n", ":1", "version of the topology format: expected 1, came 2"),
        ("sutura: true\n", ":1", "version of the topology format: expected 1, came true"),
        ("sutura: 1\nnods: {}\n", ":2", "unknown key in a topology: 'nods'; did you mean 'nodes'?"),
        ("sutura: 1\nnodes: [a]\n", ":2", "nodes: expected a map, came a list"),
        ("sutura: 1\nnodes:\n  a:\n", ":3", "node 'a': expected a map, came nothing"),
        ("sutura: 1\nnodes:\n  a b: {node: x}\n", ":3", "name of a node: expected letters, digits"),
        ("sutura: 1\nnodes:\n  a.b: {node: x}\n", ":3", "name of a node: expected letters, digits"),
        ("sutura: 1\nnodes:\n  a: {noed: x}\n", ":3", "unknown key in node 'a': 'noed'; did you mean 'node'?"),
        ("sutura: 1\nnodes:\n  a: {params: {}}\n", ":3", "unknown node (it says no `node:`"),
        (
            "sutura: 1\nnodes:\n  a:\n    node: x\n    params: 3\n",
            ":5",
            "params of node 'a': expected a map, came 3",
        ),
        (
            "sutura: 1\nnodes:\n  a:\n    node: x\n    in: {p: 3}\n",
            ":5",
            "in 'p' of node 'a': expected a text, came 3",
        ),
        ("sutura: 1\nnodes:\n  a:\n    node: x\n    in: {p: //b}\n", ":5", "in 'p' of node 'a': expected a topic"),
        ("sutura: 1\nnodes:\n  a:\n    node: x\n    out: {p: [b]}\n", ":5", "out 'p' of node 'a': expected a text"),
        (
            "sutura: 1\nnodes:\n  a:\n    node: x\n    supervised: 1\n",
            ":5",
            "supervised of node 'a': expected true or",
        ),
        (
            "sutura: 1\nnodes:\n  a:\n    node: x\n    driver: y\n",
            ":5",
            "driver of node 'a': expected a map, came 'y'",
        ),
        ("sutura: 1\nnodes:\n  a:\n    node: x\n    driver: {}\n", ":5", "driver of node 'a': `use` is missing"),
        (
            "sutura: 1\nnodes:\n  a:\n    node: x\n    restart: nevr\n",
            ":5",
            "unknown restart of node 'a': 'nevr'; did",
        ),
        ("sutura: 1\ndescription: 3\n", ":2", "description: expected a text, came 3"),
        ("sutura: 1\nexpect: {}\n", ":2", "expect: expected a list, came a map"),
        ("sutura: 1\nfaults: 3\n", ":2", "faults: expected a list, came 3"),
    ],
)
def test_mistakes_in_a_file_have_their_line(tmp_path: Path, text: str, where: str, reason: str) -> None:
    assert refusal(TopologyError, tmp_path, text).startswith(f"top.yaml{where}: {reason}")


def test_text_that_is_not_utf_8_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "top.yaml"
    path.write_bytes(b"sutura: 1\ndescription: caf\xe9\n")
    with pytest.raises(UnreadableTopology) as caught:
        load_topology(str(path))
    assert str(caught.value) == f"{path}:2: not UTF-8: byte 0xe9 (invalid continuation byte)"
    assert (caught.value.mark.line, caught.value.mark.column) == (2, 17)


def test_a_file_that_is_too_large_is_not_parsed(tmp_path: Path) -> None:
    message = refusal(UnreadableTopology, tmp_path, "sutura: 1\n" + "# \n" * 100_000)
    assert message == "top.yaml: larger than 262144 bytes"


@QUICK
@given(data=st.binary(max_size=200))
def test_no_bytes_bring_anything_but_a_topology_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(data)
    with pytest.raises(TopologyError) as caught:  # no such bytes say `sutura: 1`
        load_topology(str(path))
    assert str(caught.value).startswith(str(path))


@QUICK
@given(at=st.integers(0, len(TELEOP) - 1), size=st.integers(0, 8), text=st.text(max_size=4))
def test_no_damage_brings_anything_but_a_topology_error(tmp_path: Path, at: int, size: int, text: str) -> None:
    damaged = TELEOP[:at] + text + TELEOP[at + size :]
    (tmp_path / "damaged.yaml").write_bytes(damaged.encode("utf-8", "surrogatepass"))
    with suppress(TopologyError):
        topology = load_topology(str(tmp_path / "damaged.yaml"))
        assert {node for members in topology.places.values() for node in members} == set(topology.nodes)


# Names ----------------------------------------------------------------------------------------------------------


def test_shipped_topologies_are_found_by_name() -> None:
    shipped = shipped_topologies()
    assert {"teleop", "sim", "real"} <= set(shipped)
    for name, path in shipped.items():
        topology = load_topology(name)
        assert (topology.name, topology.path) == (name, path)


def test_an_unknown_name_lists_the_shipped_ones(tmp_path: Path) -> None:
    with pytest.raises(UnknownTopology) as caught:
        load_topology("simm")
    message = str(caught.value)
    assert message.startswith(
        "simm: no topology 'simm': no such file, and not shipped; did you mean 'sim'? (known: "
    )
    assert "teleop" in message
    for name in (str(tmp_path), str(tmp_path / "x.yaml"), "x" * 300, "x" * 5000 + ".yaml", "a\0b.yaml"):
        with pytest.raises(UnknownTopology):
            load_topology(name)


# Includes -------------------------------------------------------------------------------------------------------


def test_an_included_part_keeps_its_names_without_as(tmp_path: Path) -> None:
    topology = including(tmp_path, "include: [{file: teleop.yaml, args: {arm: PSM2}}]\n")
    assert list(topology.nodes) == ["operator", "scaling", "arm", "watchdog"]
    assert topology.nodes["scaling"].outputs["target"] == "PSM2/servo_cp"
    assert topology.args == {}


def test_as_puts_a_prefix_before_nodes_topics_and_places(tmp_path: Path) -> None:
    text = "include: [{file: teleop.yaml, as: right, args: {arm: PSM2}}, {file: teleop.yaml, as: left}]\n"
    topology = including(tmp_path, text)
    scaling = topology.nodes["right/scaling"]
    assert scaling.inputs["master"] == ("right/MTMR/measured_cp",)
    assert scaling.outputs["target"] == "right/PSM2/servo_cp"
    assert scaling.outputs["heartbeat"] == "right/scaling/heartbeat"
    assert topology.nodes["left/scaling"].outputs["target"] == "left/PSM1/servo_cp"
    assert topology.places["right.control"] == ("right/operator", "right/scaling")
    assert topology.places["right.arm"] == ("right/arm",)
    assert set(topology.realtime) == {"right.control", "left.control"}


def test_an_include_is_left_out_when_its_condition_is_false(tmp_path: Path) -> None:
    text = (
        "args: {eye: {default: false}}\ninclude: [{file: teleop.yaml}, {file: teleop.yaml, as: b, when: $(eye)}]\n"
    )
    assert set(including(tmp_path, text).nodes) == {"operator", "scaling", "arm", "watchdog"}
    assert "b/arm" in load_topology(str(tmp_path / "top.yaml"), ["eye=true"]).nodes


def test_sim_has_its_endoscope_when_it_is_asked_for() -> None:
    assert "camera" not in load_topology("sim").nodes
    topology = load_topology("sim", ["camera=true", "arm=PSM2"])
    assert topology.nodes["camera"].inputs["measured_js"] == ("PSM2/measured_js",)
    assert topology.realtime["camera"].policy == "idle"


def test_prefixes_add_up(tmp_path: Path) -> None:
    write(tmp_path, "sutura: 1\ninclude: [{file: teleop.yaml, as: b}]\nplaces: {x: [b/arm]}\n", "middle.yaml")
    topology = including(tmp_path, "include: [{file: middle.yaml, as: a}]\n")
    assert topology.nodes["a/b/scaling"].outputs["target"] == "a/b/PSM1/servo_cp"
    assert topology.places["a.x"] == ("a/b/arm",)


def test_watchdogs_hear_supervised_nodes_across_includes(tmp_path: Path) -> None:
    text = """\
include: [{file: teleop.yaml, as: right}]
nodes:
  extra: {node: x:Y, supervised: true}
  right/operator: {supervised: false}
"""
    topology = including(tmp_path, text)
    beats = topology.nodes["right/watchdog"].inputs["beats"]
    assert beats == ("right/scaling/heartbeat", "right/arm/heartbeat", "extra/heartbeat")


def test_the_including_file_changes_values(tmp_path: Path) -> None:
    text = """\
include: [{file: teleop.yaml, as: right}]
nodes:
  right/scaling:
    params: {scale: 0.5, gains: {b: 3}}
    in: {clutch: console/clutch}
    supervised: false
  right/arm:
    node: actuator
    driver: {model: other}
    restart: on_failure
places: {right/control: [right/scaling]}
realtime: {right/control: {priority: 10}}
"""
    topology = including(tmp_path, text)
    scaling = topology.nodes["right/scaling"]
    assert scaling.params == {"scale": 0.5, "gains": {"a": 1, "b": 3}}
    assert scaling.inputs == {"master": ("right/MTMR/measured_cp",), "clutch": ("console/clutch",)}
    assert not scaling.supervised
    arm = topology.nodes["right/arm"]
    assert arm.driver is not None
    assert (arm.driver.use, arm.driver.options, arm.restart) == ("kinematic", {"model": "other"}, "on_failure")
    assert topology.places["right.control"] == ("right/scaling",)
    assert topology.realtime["right.control"] == Realtime(policy="fifo", priority=10)
    assert str(scaling.where()).endswith("teleop.yaml:8")
    assert str(scaling.where("params", "scale")).endswith("top.yaml:5")


def test_another_driver_in_a_later_file_drops_the_options(tmp_path: Path) -> None:
    text = "include: [{file: teleop.yaml}]\nnodes: {arm: {driver: {use: mujoco, gain: 2}}}\n"
    driver = including(tmp_path, text).nodes["arm"].driver
    assert driver is not None
    assert (driver.use, driver.options) == ("mujoco", {"gain": 2})


def test_a_node_is_not_replaced_silently(tmp_path: Path) -> None:
    text = "include: [{file: teleop.yaml}]\nnodes:\n  scaling:\n    node: other:Node\n"
    message = refused_include(NodeClash, tmp_path, text)
    assert message.startswith(
        "top.yaml:5: node 'scaling' is 'motion_scaling' already (teleop.yaml:9), came 'other:Node'"
    )
    node = including(tmp_path, text + "    replace: true\n").nodes["scaling"]
    assert (node.node, node.params, node.supervised) == ("other:Node", {}, False)


def test_file_classes_of_two_folders_are_two_classes(tmp_path: Path) -> None:
    write(tmp_path, "sutura: 1\nnodes: {a: {node: my.py:A}}\n", "sub/part.yaml")
    text = "sutura: 1\ninclude: [{file: sub/part.yaml}]\nnodes: {a: {node: %s}}\n"
    assert load(tmp_path, text % "sub/my.py:A").nodes["a"].folder == str(tmp_path / "sub")
    assert "already" in refusal(NodeClash, tmp_path, text % "my.py:A")


@pytest.mark.parametrize(
    ("error", "text", "expected"),
    [
        (
            UnknownName,
            "nodes: {scalin: {params: {}}}",
            "3: unknown node (it says no `node:`, so it would change an",
        ),
        (
            BadValue,
            "nodes: {new: {node: x, replace: true}}",
            "3: node 'new': expected `replace: true` with a `node:`",
        ),
        (BadValue, "nodes: {arm: {replace: true}}", "3: node 'arm': expected `replace: true` with a `node:`"),
        (BadValue, "nodes: {arm: {driver: mujoco}}", "3: driver: expected a map, came 'mujoco'"),
    ],
)
def test_changes_that_fit_nothing(tmp_path: Path, error: type[TopologyError], text: str, expected: str) -> None:
    message = refused_include(error, tmp_path, f"include: [{{file: teleop.yaml}}]\n{text}\n")
    assert message.startswith(f"top.yaml:{expected}")
    if error is UnknownName:
        assert "did you mean 'scaling'?" in message


@pytest.mark.parametrize(
    ("error", "item", "expected"),
    [
        (
            UnknownTopology,
            "{file: telop.yaml}",
            "no topology 'telop.yaml': no such file, and not shipped; did you mean",
        ),
        (MissingValue, "{as: right}", "include: `file` is missing, a path beside this file or a shipped name"),
        (UnknownName, "{file: teleop.yaml, with: {}}", "unknown key in include: 'with'"),
        (
            UnknownName,
            "{file: teleop.yaml, args: {arn: x}}",
            "unknown argument 'arn'; did you mean 'arm'? (known: ",
        ),
        (BadValue, "{file: teleop.yaml, args: {arm: [x]}}", "argument 'arm': expected a string, came a list"),
        (BadValue, "{file: teleop.yaml, as: 'a b'}", "name of a node: expected letters, digits"),
        (BadValue, "{file: teleop.yaml, when: maybe}", "when of include: expected true or false"),
        (BadValue, "teleop.yaml", "include: expected a map, came 'teleop.yaml'"),
    ],
)
def test_mistakes_of_an_include(tmp_path: Path, error: type[TopologyError], item: str, expected: str) -> None:
    message = refused_include(error, tmp_path, f"include:\n  - {item}\n")
    assert message.startswith(f"top.yaml:3: {expected}")


def test_a_missing_argument_is_cited_where_it_should_be_given(tmp_path: Path) -> None:
    write(tmp_path, "sutura: 1\nargs:\n  arm: {help: which arm}\n", "part.yaml")
    message = refusal(MissingValue, tmp_path, "sutura: 1\ninclude:\n  - file: part.yaml\n")
    assert message == (
        "top.yaml:3: argument 'arm' is missing: the included file has no default for it (part.yaml:3) (which arm)"
    )


def test_a_mistake_inside_an_included_file_is_cited_there(tmp_path: Path) -> None:
    write(tmp_path, "sutura: 1\nnodes:\n  a: {node: x, prams: {}}\n", "part.yaml")
    message = refusal(UnknownName, tmp_path, "sutura: 1\ninclude: [{file: part.yaml}]\n")
    assert message.startswith("part.yaml:3: unknown key in node 'a': 'prams'; did you mean 'params'?")


def test_a_value_is_cited_where_it_was_given(tmp_path: Path) -> None:
    """Through two files, the line that says the value is what a person must change."""
    text = "args:\n  d: {default: mujoco}\ninclude: [{file: teleop.yaml, args: {driver: $(d)}}]\n"
    assert str(including(tmp_path, text).nodes["arm"].where("driver", "use")).endswith("top.yaml:3")
    node = including(tmp_path, text, "d=other").nodes["arm"]
    assert str(node.where("driver", "use")) == "--set d=other"


def test_an_include_cycle_shows_the_chain(tmp_path: Path) -> None:
    write(tmp_path, "sutura: 1\ninclude: [{file: b.yaml}]\n", "a.yaml")
    write(tmp_path, "sutura: 1\ninclude: [{file: sub/../a.yaml, as: x}]\n", "b.yaml")
    (tmp_path / "sub").mkdir()
    message = refusal(IncludeCycle, tmp_path, "sutura: 1\ninclude: [{file: a.yaml}]\n")
    assert message == "b.yaml:2: include cycle: a.yaml → b.yaml → sub/../a.yaml"


def test_shipped_parts_are_included_by_name(tmp_path: Path) -> None:
    names = set(load(tmp_path, "sutura: 1\ninclude: [{file: teleop, as: r}]\n").nodes)
    assert names == {f"r/{name}" for name in load_topology("teleop").nodes}
    assert set(load(tmp_path, "sutura: 1\ninclude: [{file: teleop.yaml}]\n").nodes) == set(
        load_topology("teleop").nodes
    )


def test_nodes_of_a_part_may_share_a_place_whatever_the_part_asked_for_each(tmp_path: Path) -> None:
    text = "sutura: 1\ninclude: [{file: teleop}]\nplaces: {control: [tremor, scaling, ik]}\n"
    topology = load(tmp_path, f"{text}realtime: {{control: {{policy: fifo, priority: 28}}}}\n")
    assert topology.places["control"] == ("tremor", "scaling", "ik")
    assert topology.realtime["control"].priority == 28
    assert not {"tremor", "scaling", "ik"} & set(topology.realtime)
    assert topology.realtime["arm"] == load_topology("teleop").realtime["arm"]


# Places and realtime --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "text", "expected"),
    [
        (BadPlace, "places:\n  x: [arm]\n  y: [arm]\n", "5: node 'arm' is in place 'x' already, came again in 'y'"),
        (BadPlace, "places:\n  x: [arm, arm]\n", "4: node 'arm' is in place 'x' already, came again in 'x'"),
        (UnknownName, "places:\n  x: [amr]\n", "4: unknown node in place 'x': 'amr'; did you mean 'arm'?"),
        (BadPlace, "places:\n  arm: [watchdog]\n", "4: place 'arm' has the name of node 'arm', which is not in it"),
        (BadValue, "places:\n  x: arm\n", "4: place 'x': expected a list, came 'arm'"),
        (
            BadValue,
            "places:\n  x y: [arm]\n",
            "4: name of a place: expected letters, digits, _, - and ., came 'x y'",
        ),
        (UnknownName, "realtime:\n  contro: {}\n", "4: unknown place or node 'contro'; did you mean 'control'?"),
        (
            BadPlace,
            "realtime:\n  scaling: {}\n",
            "4: node 'scaling' shares the place 'control'; set realtime for the",
        ),
        (
            BadValue,
            "realtime:\n  arm: {policy: fifo}\n",
            "4: priority in realtime of 'arm': expected 1 to 99 for the",
        ),
        (
            BadValue,
            "realtime:\n  arm: {policy: rr, priority: 100}\n",
            "4: priority in realtime of 'arm': expected 1 to",
        ),
        (
            BadValue,
            "realtime:\n  arm: {priority: 3}\n",
            "4: priority in realtime of 'arm': expected 0 for the policy",
        ),
        (
            BadValue,
            "realtime:\n  arm: {policy: idle, priority: 3}\n",
            "4: priority in realtime of 'arm': expected 0 for the policy 'idle'",
        ),
        (
            BadValue,
            "realtime:\n  arm: {policy: fast}\n",
            "4: policy in realtime of 'arm': expected one of other, idle, fifo",
        ),
        (
            BadValue,
            "realtime:\n  arm: {cpus: [-1]}\n",
            "4: cpus in realtime of 'arm': expected different core numbers",
        ),
        (BadValue, "realtime:\n  arm: {cpus: [1, 1]}\n", "4: cpus in realtime of 'arm': expected different core"),
        (BadValue, "realtime:\n  arm: {cpus: 1}\n", "4: cpus in realtime of 'arm': expected `array`, came 1"),
        (
            BadValue,
            "realtime:\n  arm: {hang_limit: 0}\n",
            "4: hang_limit in realtime of 'arm': expected more than 0",
        ),
        (BadValue, "realtime:\n  arm: {lock_memory: 1}\n", "4: lock_memory in realtime of 'arm': expected"),
        (
            UnknownName,
            "realtime:\n  arm: {prioriti: 1}\n",
            "4: unknown key in realtime of 'arm': 'prioriti'; did you",
        ),
        (BadValue, "realtime:\n  arm: 3\n", "4: realtime of 'arm': expected a map, came 3"),
    ],
)
def test_mistakes_of_places_and_realtime(
    tmp_path: Path, error: type[TopologyError], text: str, expected: str
) -> None:
    message = refused_include(error, tmp_path, f"include: [{{file: teleop.yaml}}]\n{text}")
    assert message.startswith(f"top.yaml:{expected}")


def test_a_place_that_is_emptied_gives_its_nodes_their_own(tmp_path: Path) -> None:
    text = TELEOP.replace("realtime: {control:", "realtime: {scaling:").replace("[operator, scaling]", "[]")
    topology = load(tmp_path, text)
    assert list(topology.places) == ["operator", "scaling", "arm", "watchdog"]
    assert topology.realtime["scaling"].priority == 80


def test_realtime_of_one_place_said_twice(tmp_path: Path) -> None:
    text = "include: [{file: teleop.yaml, as: r}]\nrealtime:\n  r/arm: {}\n  r.arm: {}\n"
    message = refused_include(BadValue, tmp_path, text)
    assert message == "top.yaml:5: realtime: expected each place once, came 'r/arm' and 'r.arm'"


# The way back ---------------------------------------------------------------------------------------------------


def reloaded(topology: Topology, folder: Path) -> Topology:
    again = load_topology(write(folder, resolved_yaml(topology), "resolved.yaml"))
    assert resolved_yaml(again) == resolved_yaml(topology)
    return replace(again, name=topology.name)


def test_a_resolved_topology_loads_to_the_same(tmp_path: Path) -> None:
    text = """\
description: two arms
args:
  arm: {default: PSM3, choices: [PSM1, PSM3], help: which arm}
  file: {type: path, default: x.npy}
include: [{file: teleop.yaml, as: right, args: {arm: $(arm)}}, {file: teleop.yaml, as: left}]
nodes: {extra: {node: my.py:Extra, params: {a: [1, 2.5, true, ~, '$$(x)'], b: '1e3'}}}
realtime: {extra: {cpus: [0]}}
expect: [{path: [a, b], latency: 5 ms}]
faults: [{x: 1}]
silence: [a]
"""
    topology = including(tmp_path, text, "arm=PSM1", "right/scaling.scale=0.7", "left/arm.driver=mujoco")
    (tmp_path / "elsewhere").mkdir()
    assert reloaded(topology, tmp_path / "elsewhere") == topology
    assert topology.nodes["extra"].params["a"] == [1, 2.5, True, None, "$(x)"]


@pytest.mark.parametrize("name", ["teleop", "sim", "real"])
def test_shipped_topologies_survive_the_way_back(tmp_path: Path, name: str) -> None:
    topology = load_topology(name, ["arm=PSM2"])
    assert reloaded(topology, tmp_path) == topology


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(codec="utf-8")),
        st.sampled_from(["1e3", "yes", "0x1", "$(a)", "$$(a)", "~", "null", ".nan", "1:30", "<<", "=", "- a", "#"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(st.characters(codec="utf-8"), min_size=1), inner, max_size=3),
    ),
    max_leaves=6,
)


@QUICK
@given(value=VALUES)
def test_any_parameter_survives_the_way_back(tmp_path: Path, value: object) -> None:
    topology = load(tmp_path, TELEOP)
    scaling = replace(topology.nodes["scaling"], params={"value": value})
    changed = replace(topology, nodes={**topology.nodes, "scaling": scaling})
    again = reloaded(changed, tmp_path)
    assert again == changed
    assert repr(again.nodes["scaling"].params) == repr({"value": value})  # 1, 1.0 and true are three things


@pytest.mark.parametrize(
    ("setting", "armed"),
    [("driver=mujoco", True), ("driver=kinematic", True), ("driver=canopen", False), ("driver=nowhere:Arm", False)],
)
def test_only_what_is_simulated_arms_by_itself(setting: str, armed: bool) -> None:
    sim = load_topology("sim", [setting])
    assert {sim.nodes[name].params["arm_at_start"] for name in ("arm", "watchdog")} == {armed}
