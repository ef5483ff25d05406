"""Fault scripts as a topology says them: what is read, what is refused where, and what places are told."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutura.hw_drivers import SensorFault
from sutura.launch import (
    BadValue,
    Blueprint,
    Problem,
    Topology,
    examine,
    load_topology,
    resolved_yaml,
    shipped_topologies,
)
from sutura.launch.fault_targets import faults_by_place, injections_of
from sutura.launch.faults import KINDS
from sutura.launch.yaml_source import write_yaml
from sutura.runtime.fault_plan import ClockJump, ConnectionFault, PlaceFaults, Slowness, Spread

S, MS = 1_000_000_000, 1_000_000
HEAD = "sutura: 1\ninclude: [{file: part.yaml, args: {arm_at_start: true}}]\n"
PART = shipped_topologies()["teleop"].read_text().partition("realtime:")[0]  # so that nodes may share places
ONE_PLACE = "places: {control: [tremor, scaling, ik]}\n"
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

SERVO = "drop: PSM1/servo_jp, to: arm"
GOOD = {
    "{at: 12.5 s, kill: tremor}": "kill tremor",
    "{at: 5 s, hang: ik, for: 0.2 s}": "hang ik, for 0.2 s",
    "{at: 5 s, slow: scaling, by: 20 ms, for: 1 s}": "slow scaling, by 20 ms, for 1 s",
    f"{{at: 5 s, for: 2 s, {SERVO}, share: 10 %}}": "drop PSM1/servo_jp, for 2 s, to arm, share 10 %",
    "{at: 0 s, delay: PSM1/servo_jp, to: arm, by: {normal: [5 ms, 2 ms]}}": (
        "delay PSM1/servo_jp, to arm, by normal [5 ms, 2 ms]"
    ),
    "{at: 5 s, delay: watchdog/permit, to: arm, by: {uniform: [0 s, 2 ms]}}": (
        "delay watchdog/permit, to arm, by uniform [0 s, 2 ms]"
    ),
    "{at: 5 s, duplicate: PSM1/servo_jp, to: arm}": "duplicate PSM1/servo_jp, to arm",
    "{at: 5 s, reorder: PSM1/servo_jp, to: arm, share: 0.5}": "reorder PSM1/servo_jp, to arm, share 0.5",
    "{at: 5 s, corrupt: PSM1/servo_jp, to: arm, bits: 3}": "corrupt PSM1/servo_jp, to arm, bits 3",
    "{at: 5 s, freeze: arm}": "freeze arm",
    "{at: 5 s, bias: master, field: 'position[0]', by: 2 mm}": "bias master, field position[0], by 2 mm",
    "{at: 5 s, bias: arm, field: 'position[6]', by: -2 deg}": "bias arm, field position[6], by -2 deg",
    "{at: 5 s, bias: master, field: gripper, by: 1 rad}": "bias master, field gripper, by 1 rad",
    "{at: 5 s, nan: arm, field: 'position[2]'}": "nan arm, field position[2]",
    "{at: 5 s, nan: master}": "nan master",
    "{at: 5 s, jump_clock: fk, by: -50 ms}": "jump_clock fk, by -50 ms",
}

BAD = [
    ("{at: 1 s, kil: tremor}", "unknown kind of fault 'kil'; did you mean 'kill'?"),
    ("{at: 1 s}", "entry of faults: its kind is missing (known: kill, hang, slow"),
    ("3", "entry of faults: expected a map, came 3"),
    ("{kill: tremor}", "fault of kind 'kill': `at` is missing, such as `at: 12.5 s`"),
    ("{at: -1 s, kill: tremor}", "at: expected a time from 0 s, came -1 s"),
    ("{at: 5, kill: tremor}", "at: expected a quantity such as `5 ms`"),
    ("{at: 1 s, kill: tremr}", "unknown node or place 'tremr'; did you mean 'tremor'?"),
    ("{at: 1 s, kill: tremor, for: 1 s}", "unknown key in fault of kind 'kill': 'for'"),
    ("{at: 1 s, hang: ik, for: 0 s}", "for: expected a time above 0 s, came 0 s"),
    ("{at: 1 s, slow: ik}", "fault of kind 'slow': `by` is missing"),
    ("{at: 1 s, slow: ik, by: 20 mm}", "unknown unit in by: 'mm'"),
    ("{at: 1 s, slow: ik, by: {gamma: [1 ms, 2 ms]}}", "unknown key in by: 'gamma'"),
    ("{at: 1 s, slow: ik, by: {}}", "by: expected one time or one distribution"),
    ("{at: 1 s, slow: ik, by: {uniform: [2 ms, 1 ms]}}", "expected two times: least and largest, in this order"),
    ("{at: 1 s, slow: ik, by: {normal: [2 ms]}}", "expected two times: mean and standard deviation"),
    ("{at: 1 s, drop: PSM1/servo_jp}", "fault of kind 'drop': `to` is missing"),
    ("{at: 1 s, drop: PSM1/servo_jpp, to: arm}", "unknown topic 'PSM1/servo_jpp'; did you mean 'PSM1/servo_jp'?"),
    ("{at: 1 s, drop: PSM1/servo_jp, to: fk}", "to: expected a reader of 'PSM1/servo_jp' (arm), came 'fk'"),
    (f"{{at: 1 s, {SERVO}, share: 0 %}}", "share: expected above 0 and at most 100 %, came 0 %"),
    (f"{{at: 1 s, {SERVO}, share: 101 %}}", "share: expected above 0 and at most 100 %"),
    (f"{{at: 1 s, {SERVO}, by: 1 ms}}", "unknown key in fault of kind 'drop': 'by'"),
    ("{at: 1 s, corrupt: PSM1/servo_jp, to: arm, bits: 0}", "bits: expected a whole number from 1 to 64"),
    ("{at: 1 s, freeze: ik}", "unknown node with a driver 'ik' (known: arm, master)"),
    ("{at: 1 s, freeze: amr}", "unknown node 'amr'; did you mean 'arm'?"),
    ("{at: 1 s, bias: arm, by: 1 deg}", "fault of kind 'bias': `field` is missing"),
    (
        "{at: 1 s, bias: arm, field: position, by: 1 deg}",
        "field of a bias: expected a number with a unit (position[0])",
    ),
    (
        "{at: 1 s, bias: arm, field: 'velocity[0]', by: 1 deg}",
        "field of a bias: expected a number with a unit (position[0])",
    ),
    ("{at: 1 s, bias: arm, field: 'position[0]', by: 2 mm}", "unknown unit in by: 'mm' (known: deg, mrad, rad, °)"),
    ("{at: 1 s, bias: master, field: 'position[0]', by: 2 deg}", "unknown unit in by: 'deg'"),
    ("{at: 1 s, nan: arm, field: 'position[7]'}", "expected position[0] to position[6], came position[7]"),
    ("{at: 1 s, nan: arm, field: torque}", "unknown field of the readings of 'arm': 'torque'"),
    ("{at: 1 s, nan: master, field: 'gripper[0]'}", "field: expected gripper, came gripper[0]"),
    ("{at: 1 s, nan: arm, field: position.yaw}", "field: expected a field of the reading such as `'position[0]'`"),
    ("{at: 1 s, jump_clock: fk}", "fault of kind 'jump_clock': `by` is missing"),
]


def topology_of(folder: Path, *faults: str, more: str = "") -> Topology:
    (folder / "part.yaml").write_text(PART)
    (folder / "top.yaml").write_text(HEAD + more + "faults:\n" + "".join(f"  - {fault}\n" for fault in faults))
    return load_topology(str(folder / "top.yaml"))


def problems_of(folder: Path, *faults: str, more: str = "") -> list[Problem]:
    return examine(topology_of(folder, *faults, more=more)).problems


def told(folder: Path, *faults: str, more: str = "") -> dict[str, PlaceFaults]:
    blueprint = Blueprint.of(topology_of(folder, *faults, more=more))
    return faults_by_place(injections_of(blueprint.topology, blueprint.kinds, blueprint.wiring))


def test_every_kind_is_tried_here() -> None:
    assert {text.split()[0] for text in GOOD.values()} == set(KINDS)


def test_what_is_right_is_read_and_comes_back_in_words(tmp_path: Path) -> None:
    topology = topology_of(tmp_path, *GOOD)
    assert examine(topology).problems == []
    blueprint = Blueprint.of(topology)
    injections = injections_of(topology, blueprint.kinds, blueprint.wiring)
    texts = list(GOOD.values())
    assert [str(i.head) for i in injections] == [f"fault {n}: {text}" for n, text in enumerate(texts, 1)]


@pytest.mark.parametrize(("fault", "says"), BAD)
def test_what_is_wrong_is_refused_with_its_line_and_the_nearest_name(tmp_path: Path, fault: str, says: str) -> None:
    (problem,) = problems_of(tmp_path, "{at: 1 s, kill: tremor}", fault)
    assert says in problem.message
    assert (problem.rule, problem.line) == ("bad-fault", 5)


def test_a_list_is_expected(tmp_path: Path) -> None:
    (tmp_path / "top.yaml").write_text("sutura: 1\nfaults: {at: 1 s, kill: a}\n")
    with pytest.raises(BadValue, match="faults: expected a list, came a map"):
        load_topology(str(tmp_path / "top.yaml"))


# Places that several nodes share ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        "{at: 1 s, kill: ik}",
        "{at: 1 s, hang: ik}",
        "{at: 1 s, slow: ik, by: 1 ms}",
        "{at: 1 s, jump_clock: ik, by: 1 ms}",
    ],
)
def test_a_fault_of_a_node_that_strikes_its_neighbours_must_name_the_place(tmp_path: Path, fault: str) -> None:
    (problem,) = problems_of(tmp_path, fault, more=ONE_PLACE)
    assert problem.rule == "shared-fault"
    assert "node 'ik' shares its process with tremor, scaling" in problem.message
    assert "name the place 'control'" in problem.message
    assert problems_of(tmp_path, fault.replace("ik", "control"), more=ONE_PLACE) == []


def test_nothing_travels_between_nodes_of_one_place(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "{at: 1 s, drop: PSM1/servo_cp, to: control}", more=ONE_PLACE)
    assert "in another process than scaling, which writes 'PSM1/servo_cp'" in problem.message
    assert "between them nothing travels" in problem.message
    (problem,) = problems_of(tmp_path, "{at: 1 s, drop: PSM1/servo_cp, to: ik}", more=ONE_PLACE)
    assert "between them nothing travels" in problem.message
    assert problems_of(tmp_path, "{at: 1 s, drop: PSM1/servo_cp, to: fk}", more=ONE_PLACE) == []


def test_a_topic_that_two_nodes_of_a_place_read_is_struck_for_both(tmp_path: Path) -> None:
    both, setpoint = "places: {both: [ik, fk]}\n", "drop: PSM1/setpoint_js"
    (problem,) = problems_of(tmp_path, f"{{at: 1 s, {setpoint}, to: ik}}", more=both)
    assert (problem.rule, "shares its process with fk" in problem.message) == ("shared-fault", True)
    assert problems_of(tmp_path, f"{{at: 1 s, {setpoint}, to: both}}", more=both) == []
    (problem,) = problems_of(tmp_path, f"{{at: 1 s, {setpoint}, to: both}}")
    assert "expected a reader of 'PSM1/setpoint_js' (ik, fk)" in problem.message


def test_a_sensor_is_that_of_its_node_whoever_is_beside_it(tmp_path: Path) -> None:
    faults = told(tmp_path, "{at: 1 s, freeze: master}", more="places: {hand: [master, tremor]}\n")
    assert list(faults["hand"].sensors) == ["master"]


# What places are told -----------------------------------------------------------------------------------------


def test_places_are_told_what_strikes_them_and_others_nothing(tmp_path: Path) -> None:
    faults = told(tmp_path, *GOOD)
    assert set(faults) == {"scaling", "arm", "master", "fk"}, "processes are struck from outside"
    assert faults["scaling"].slowness == (Slowness(number=3, at=5 * S, until=6 * S, by=Spread("constant", 20e-3)),)
    assert faults["fk"].jumps == (ClockJump(number=16, at=5 * S, by=-50 * MS),)
    drop, delay, wobbling, *_ = faults["arm"].connections
    assert drop == ConnectionFault(
        number=4, kind="drop", topic="PSM1/servo_jp", at=5 * S, until=7 * S, share=0.1, by=Spread("constant", 0.0)
    )
    assert (delay.until, delay.by) == (None, Spread("normal", 5e-3, 2e-3))
    assert (wobbling.topic, wobbling.by) == ("watchdog/permit", Spread("uniform", 0.0, 2e-3))
    assert [fault.bits for fault in faults["arm"].connections] == [1, 1, 1, 1, 1, 3]


def test_sensor_faults_are_told_in_si_units_and_by_index(tmp_path: Path) -> None:
    faults = told(tmp_path, *GOOD)
    freeze, jaw, insertion = faults["arm"].sensors["arm"]
    assert freeze == SensorFault(number=10, kind="freeze", at=5 * S)
    assert (jaw.field, jaw.index) == ("position", 6)
    assert jaw.by == pytest.approx(-0.0349066)
    assert (insertion.kind, insertion.field, insertion.index) == ("nan", "position", 2)
    x, gripper, anything = faults["master"].sensors["master"]
    assert (x.field, x.index, x.by) == ("position", 0, 2e-3)
    assert (gripper.field, gripper.index, gripper.by) == ("gripper", None, 1.0)
    assert (anything.kind, anything.field, anything.index) == ("nan", "position", None)


def test_faults_survive_the_way_through_the_resolved_topology(tmp_path: Path) -> None:
    topology = topology_of(tmp_path, *GOOD)
    (tmp_path / "resolved.yaml").write_text(resolved_yaml(topology))
    again = load_topology(str(tmp_path / "resolved.yaml"))
    assert again.faults == topology.faults
    assert len(again.said["faults"]) == len(GOOD)


def test_only_the_launched_file_injects_faults(tmp_path: Path) -> None:
    topology_of(tmp_path, "{at: 1 s, kill: tremor}")
    (tmp_path / "outer.yaml").write_text("sutura: 1\ninclude: [{file: top.yaml}]\n")
    assert load_topology(str(tmp_path / "outer.yaml")).faults == []


def test_arguments_are_worked_into_faults(tmp_path: Path) -> None:
    more = "args: {when: {default: 3 s}}\n"
    topology = topology_of(tmp_path, "{at: $(when), kill: tremor}", more=more)
    assert topology.faults == [{"at": "3 s", "kill": "tremor"}]


JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.sampled_from(["arm", "tremor", "PSM1/servo_jp", "5 ms", "-1 s", "10 %", "position[0]", "position", ""]),
        st.text(max_size=5),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["normal", "uniform", "x"]), inner, max_size=2),
    ),
    max_leaves=4,
)
KEYS = st.sampled_from([*KINDS, "at", "for", "by", "to", "share", "bits", "field", "x"])


@given(st.lists(st.one_of(st.dictionaries(KEYS, JUNK, max_size=5), JUNK), min_size=1, max_size=3))
@QUICK
def test_no_entry_whatever_breaks_the_check(tmp_path: Path, entries: list[object]) -> None:
    escaped = write_yaml({"faults": entries}).replace("$(", "$$(")
    (tmp_path / "part.yaml").write_text(PART)
    (tmp_path / "junk.yaml").write_text(HEAD + escaped)
    for problem in examine(load_topology(str(tmp_path / "junk.yaml"))).problems:
        assert problem.rule in ("bad-fault", "shared-fault")
        assert problem.line > 2
