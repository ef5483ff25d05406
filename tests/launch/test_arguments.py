"""Arguments, substitution and settings of topologies."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sutura.launch import BadValue, MissingValue, Topology, TopologyError, UnknownName, load_topology

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HEAD = """\
sutura: 1
args:
  arm: {default: PSM1, help: which arm}
  count: {default: 3}
  scale: {default: 0.2, help: tool metres per hand metre}
  armed: {default: false}
  hand: {default: left, choices: [left, right]}
  file: {default: hand.npy, type: path}
nodes:
  scaling:
    node: motion_scaling
"""


def write(folder: Path, text: str, name: str = "top.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def load(folder: Path, body: str, *sets: str) -> Topology:
    return load_topology(write(folder, HEAD + body), sets)


def refusal(folder: Path, body: str, *sets: str) -> str:
    with pytest.raises(TopologyError) as caught:
        load(folder, body, *sets)
    return str(caught.value).replace(str(folder) + os.sep, "")


def test_defaults_give_arguments_their_types(tmp_path: Path) -> None:
    args = load(tmp_path, "").args
    file = str(tmp_path / "hand.npy")
    assert args == {"arm": "PSM1", "count": 3, "scale": 0.2, "armed": False, "hand": "left", "file": file}
    assert type(args["count"]) is int
    assert type(args["armed"]) is bool


def test_a_whole_text_takes_the_typed_value_and_a_part_becomes_text(tmp_path: Path) -> None:
    body = "    params: {a: $(scale), b: x$(scale)$(armed), c: [$(count), {$(arm): $(armed)}], d: '$$(arm)'}\n"
    params = load(tmp_path, body).nodes["scaling"].params
    assert params == {"a": 0.2, "b": "x0.2false", "c": [3, {"PSM1": False}], "d": "$(arm)"}


def test_keys_take_arguments_and_may_not_meet(tmp_path: Path) -> None:
    node = load(tmp_path, "  $(arm)_arm: {node: actuator}\n").nodes
    assert "PSM1_arm" in node
    message = refusal(tmp_path, "  PSM1: {node: actuator}\n  $(arm): {node: actuator}\n")
    assert message == "top.yaml:13: key '$(arm)' becomes 'PSM1', which is said at top.yaml:12"


def test_settings_change_arguments(tmp_path: Path) -> None:
    sets = ("arm=PSM2", "count=7", "scale=1", "armed=true", "hand=right", "arm=007")
    args = load(tmp_path, "", *sets).args
    assert args["arm"] == "007"  # the last one counts, and a text stays as it was typed
    assert (args["count"], args["scale"], args["armed"], args["hand"]) == (7, 1.0, True, "right")
    assert type(args["scale"]) is float


def test_paths_are_meant_from_where_they_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    assert load(tmp_path, "").args["file"] == str(tmp_path / "hand.npy")
    assert load(tmp_path, "", "file=../x.npy").args["file"] == str(tmp_path / "x.npy")
    assert load(tmp_path, "", "file=").args["file"] == ""


def test_wrong_arguments_name_setting_and_nearest(tmp_path: Path) -> None:
    assert refusal(tmp_path, "", "amr=PSM2").startswith(
        "--set amr=PSM2: unknown argument 'amr'; did you mean 'arm'? (known: "
    )
    assert refusal(tmp_path, "", "count=1.5") == "--set count=1.5: argument 'count': expected an integer, came 1.5"
    assert refusal(tmp_path, "", "armed=1") == "--set armed=1: argument 'armed': expected a boolean, came 1"
    assert refusal(tmp_path, "", "scale=true") == "--set scale=true: argument 'scale': expected a number, came true"
    assert "argument 'hand': expected one of 'left', 'right', came 'both'" in refusal(tmp_path, "", "hand=both")
    assert "expected a string, came a list" in refusal(tmp_path, "", "arm=[1]")


def test_unknown_argument_in_the_file_has_its_line(tmp_path: Path) -> None:
    message = refusal(tmp_path, "    in: {master: $(armm)/servo_cp}\n")
    assert message.startswith("top.yaml:12: unknown argument 'armm'; did you mean 'arm")


def test_a_reference_that_is_not_closed_is_explained(tmp_path: Path) -> None:
    message = refusal(tmp_path, "    in: {master: '$(arm'}\n")
    assert message == "top.yaml:12: expected `$(argument)` in '$(arm'; `$$(` stands for a plain `$(`"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("{default: [1]}", "default of argument 'x': expected a text, a number, true or false, came a list"),
        ("{default: ~}", "default of argument 'x': expected a text, a number, true or false, came nothing"),
        ("{type: text}", "unknown type of argument 'x': 'text' (known: boolean, integer, number, path, string)"),
        ("{type: strin}", "unknown type of argument 'x': 'strin'; did you mean 'string'?"),
        ("{default: 1, type: boolean}", "argument 'x': expected a boolean, came 1"),
        ("{default: 3, choices: [1, 2]}", "argument 'x': expected one of 1, 2, came 3"),
        ("{defualt: 3}", "unknown key in argument 'x': 'defualt'; did you mean 'default'?"),
        ("{default: $(y)}", "unknown argument 'y'"),
        ("3", "argument 'x': expected a map, came 3"),
    ],
)
def test_badly_declared_arguments(tmp_path: Path, spec: str, expected: str) -> None:
    path = write(tmp_path, f"sutura: 1\nargs:\n  x: {spec}\n")
    with pytest.raises(TopologyError) as caught:
        load_topology(path)
    assert str(caught.value).startswith(f"{path}:3: {expected}")


def test_a_required_argument_must_be_given(tmp_path: Path) -> None:
    path = write(tmp_path, "sutura: 1\nargs:\n  arm: {help: which arm}\n")
    with pytest.raises(MissingValue) as caught:
        load_topology(path)
    assert str(caught.value) == (
        f"{path}:3: argument 'arm' is missing: it has no default, say --set arm=… (which arm)"
    )
    assert load_topology(path, ["arm=PSM3"]).args == {"arm": "PSM3"}


def test_declarations_can_be_listed(tmp_path: Path) -> None:
    declared = load(tmp_path, "", "scale=0.5").arguments
    assert declared["scale"].help == "tool metres per hand metre"
    assert (declared["scale"].type, declared["scale"].default) == ("number", 0.2)
    assert declared["hand"].choices == ("left", "right")


# Settings of nodes ----------------------------------------------------------------------------------------------

MASTER = "  master: {node: master_input, driver: {use: script, task: ring}, params: {rate: 1000}}\n"


def test_settings_change_parameters_drivers_and_options(tmp_path: Path) -> None:
    node = load(tmp_path, MASTER, "master.rate=500", "master.driver.task=[a, b]").nodes["master"]
    assert node.params == {"rate": 500}
    assert node.driver is not None
    assert (node.driver.use, node.driver.options) == ("script", {"task": ["a", "b"]})


def test_another_driver_drops_the_options_of_the_one_before(tmp_path: Path) -> None:
    node = load(tmp_path, MASTER, "master.driver=recording", "master.driver.file=x.npy").nodes["master"]
    assert node.driver is not None
    assert (node.driver.use, node.driver.options) == ("recording", {"file": "x.npy"})


def test_settings_reach_nodes_of_included_parts(tmp_path: Path) -> None:
    write(tmp_path, "sutura: 1\nnodes:\n  scaling: {node: motion_scaling, params: {scale: 0.2}}\n", "part.yaml")
    path = write(tmp_path, "sutura: 1\ninclude: [{file: part.yaml, as: right}]\n")
    node = load_topology(path, ["right/scaling.scale=0.3"]).nodes["right/scaling"]
    assert node.params == {"scale": 0.3}
    assert str(node.where("params", "scale")) == "--set right/scaling.scale=0.3"


@pytest.mark.parametrize(
    ("setting", "near"),
    [
        ("mastr.rate=3", "'master.rate'"),
        ("mastr.driver=script", "'master.driver'"),
        ("master.drivr.task=3", "'master.driver.task'"),
        ("master.driver.task.x=3", "'master.driver.task'"),
        ("scaling.driver.task=3", "'master.driver.task'"),
    ],
)
def test_settings_that_fit_nothing_name_the_nearest_key(tmp_path: Path, setting: str, near: str) -> None:
    with pytest.raises(UnknownName) as caught:
        load(tmp_path, MASTER, setting)
    key = setting.partition("=")[0]
    assert str(caught.value).startswith(f"--set {setting}: unknown setting {key!r}; did you mean {near}? (known: ")


@pytest.mark.parametrize("setting", ["", "arm", "=3", ".x=3", "scaling.=3", "a..b=3"])
def test_malformed_settings_say_the_form(tmp_path: Path, setting: str) -> None:
    with pytest.raises(BadValue, match=r"setting: expected ARGUMENT=VALUE, NODE\.PARAMETER=VALUE"):
        load(tmp_path, "", setting)


def test_a_setting_that_is_not_yaml_is_cited(tmp_path: Path) -> None:
    assert refusal(tmp_path, "", "scaling.scale=[1").startswith("--set scaling.scale=[1: not YAML: ")


# Properties -----------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@QUICK
@given(text=st.lists(st.sampled_from(["$(", "$$(", "$", "(", ")", "x", " "]), max_size=8).map("".join))
def test_an_escaped_text_comes_out_as_it_was(tmp_path: Path, text: str) -> None:
    body = f"    params: {{a: {quoted(text.replace('$(', '$$('))}}}\n"
    assert load(tmp_path, body).nodes["scaling"].params == {"a": text}


@QUICK
@given(before=TEXTS, value=TEXTS, after=TEXTS)
def test_substitution_is_text_for_text(tmp_path: Path, before: str, value: str, after: str) -> None:
    """What an argument holds is never looked at again, whatever it holds."""
    before, after = before.replace("$", ""), after.replace("$", "")
    body = f"    params: {{a: {quoted(before + '$(arm)' + after)}}}\n"
    topology = load(tmp_path, body, f"arm={quoted(value)}")
    assert topology.nodes["scaling"].params == {"a": before + value + after}


SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: x + 0.0),
)


@QUICK
@given(value=st.one_of(SCALARS, st.lists(SCALARS, max_size=4)))
def test_a_setting_gives_the_value_that_yaml_gives(tmp_path: Path, value: object) -> None:
    written = str(value).replace("True", "true").replace("False", "false")
    assert load(tmp_path, "", f"scaling.a={written}").nodes["scaling"].params == {"a": value}


@QUICK
@given(text=st.text(max_size=30))
def test_no_setting_brings_anything_but_a_topology_error(tmp_path: Path, text: str) -> None:
    assume(not text.startswith(("a", "c", "s", "h", "f", "m")))  # as the names do that a setting may fit
    with pytest.raises(TopologyError) as caught:
        load(tmp_path, MASTER, text)
    assert str(caught.value).startswith(f"--set {text}: ")
