"""Checking topologies against node classes and drivers, and cutting them into places."""

import os
from pathlib import Path
from typing import Annotated, ClassVar

import pytest
from msgspec import Meta

from sutura.hw_drivers import (
    ActuatorDriver,
    Capabilities,
    DriverContext,
    DriverOptions,
    HandSample,
    InputDevice,
    StopCategory,
)
from sutura.launch import Blueprint, Problem, check_topology, load_topology, place_configs
from sutura.messages import (
    Clutch,
    EmergencyStop,
    Heartbeat,
    JointCommand,
    JointState,
    MotionPermit,
    OperatorPresence,
    Pose,
    RawMessage,
)
from sutura.nodes import LATCHED, Input, Node, NodeParams, Output, load_node
from sutura.runtime.config import PlaceConfig, Realtime, TopicSource

# Nodes and drivers as a user would write them; topologies below name them as `ME:Class`.
ME = __name__


class Console(Node):
    present = Output(OperatorPresence)
    clutch = Output(Clutch)
    estop = Output(EmergencyStop)


class Hand(Node):
    uses_input_device = True
    measured_cp = Output(Pose, frame="{measured_cp}_base")


class Scaling(Node):
    class Params(NodeParams):
        scale: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.2
        free: float = 0.0
        limits: tuple[float, ...] = ()

        def __post_init__(self) -> None:
            if self.free > self.scale > 0.9:
                raise ValueError("free goes beyond scale")

    master = Input(Pose, frame="{master}_base")
    clutch = Input(Clutch, required=False)
    target = Output(Pose, frame="{target}_base")


class Solver(Node):
    class Params(NodeParams):
        model: str

    target = Input(Pose, frame="{target}_base")
    servo_jp = Output(JointCommand)


class Arm(Node):
    class Params(NodeParams):
        arm_at_start: bool = False

    drives_actuator = True
    command = Input(JointCommand)
    permit = Input(MotionPermit)
    measured_js = Output(JointState)


class PermitlessArm(Node):
    drives_actuator = True


class Watchdog(Node):
    class Params(NodeParams):
        arm_at_start: bool = False

    beats = Input(Heartbeat, many=True, required=False)
    permit = Output(MotionPermit)


class World(Node):
    pass


class Latcher(Node):
    clutch = Input(Clutch, policy=LATCHED, required=False)
    permit = Output(MotionPermit, latched=True)
    pose = Output(Pose, latched=True)


class BadFrame(Node):
    pose = Output(Pose, frame="{arm}_base")


class FixedFrame(Node):
    pose = Input(Pose, frame="PSM1_base")


class Taker(Node):
    anything = Input(RawMessage, many=True, required=False)


class Choosy(Node):
    class Params(NodeParams):
        model: str = "none"

        def __post_init__(self) -> None:
            if self.model != "none":
                raise LookupError(f"no model {self.model}")


class ArmOptions(DriverOptions):
    gain: Annotated[float, Meta(ge=0.0)] = 1.0


class SimulatedArm(ActuatorDriver):
    Options: ClassVar[type[DriverOptions]] = ArmOptions
    capabilities = Capabilities(simulated=True)

    def _open(self) -> None: ...

    def _enable(self) -> None: ...

    def _read(self) -> JointState:
        return JointState((), ())

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        return positions

    def _stop(self, category: StopCategory) -> None: ...

    def _close(self) -> None: ...


class RealArm(SimulatedArm):
    capabilities = Capabilities(silence_stop_s=0.02)


class DeafArm(SimulatedArm):
    capabilities = Capabilities()


class RescuedArm(DeafArm):
    @classmethod
    def rescue(cls, options: object, context: DriverContext) -> None:
        """Reached from outside."""


class UndeclaredArm(ActuatorDriver):
    def _open(self) -> None: ...


class Glove(InputDevice):
    def _open(self) -> None: ...

    def _read(self, elapsed: float) -> HandSample | None:
        return None


GOOD = """\
sutura: 1
nodes:
  console:
    node: ME:Console
    supervised: true
  hand:
    node: ME:Hand
    driver: {use: ME:Glove}
    out: {measured_cp: MTMR/measured_cp}
  scaling:
    node: ME:Scaling
    supervised: true
    params: {scale: 0.5}
    in: {master: MTMR/measured_cp, clutch: console/clutch}
    out: {target: PSM1/servo_cp}
  ik:
    node: ME:Solver
    params: {model: psm}
    in: {target: PSM1/servo_cp}
    out: {servo_jp: PSM1/servo_jp}
  arm:
    node: ME:Arm
    supervised: true
    driver: {use: ME:SimulatedArm, gain: 2}
    in: {command: PSM1/servo_jp, permit: watchdog/permit}
  watchdog:
    node: ME:Watchdog
  world:
    node: ME:World
places: {control: [scaling, ik]}
realtime: {control: {policy: fifo, priority: 80}}
"""


def found(folder: Path, text: str, *sets: str) -> list[Problem]:
    path = folder / "top.yaml"
    path.write_text(text.replace("ME:", f"{ME}:"))
    return check_topology(load_topology(str(path), [s.replace("ME:", f"{ME}:") for s in sets]))


def lines(folder: Path, text: str, *sets: str) -> list[str]:
    """The problems as people see them, without the folder and the name of this module."""
    return [str(p).replace(str(folder) + os.sep, "").replace(f"{ME}:", "ME:") for p in found(folder, text, *sets)]


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, f"{GOOD.count(old)} times {old!r}"
    return GOOD.replace(old, new)


def only(folder: Path, text: str, *sets: str) -> str:
    problems = lines(folder, text, *sets)
    assert len(problems) == 1, problems
    return problems[0]


def test_a_sound_topology_has_no_problems(tmp_path: Path) -> None:
    assert lines(tmp_path, GOOD) == []


@pytest.mark.parametrize("name", ["teleop", "sim", "real"])
def test_shipped_topologies_are_sound(name: str) -> None:
    assert check_topology(load_topology(name)) == []


def test_real_hardware_that_is_not_there_is_named() -> None:
    problems = check_topology(load_topology("real", ["driver=canopan"]))
    assert [problem.rule for problem in problems] == ["unknown-driver"]
    assert "no actuator driver 'canopan' is installed; did you mean 'canopen'?" in problems[0].message


def test_a_simulation_with_hardware_in_it_is_not_armed_at_start() -> None:
    problems = check_topology(load_topology("sim", ["arm.driver=canopen", "arm_at_start=true"]))
    assert {problem.rule for problem in problems} == {"armed-at-start"}


# Each node by itself --------------------------------------------------------------------------------------------


def test_unknown_class_has_its_line_and_the_nearest(tmp_path: Path) -> None:
    problem = only(tmp_path, changed("ME:World", "wolrd"))
    assert problem.startswith("top.yaml:29: unknown node 'wolrd'; did you mean 'world'? (known: actuator, ")
    assert problem.endswith(" [unknown-node]")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ME:Wolrd", "cannot be loaded from"),
        ("nowhere:World", "No module named 'nowhere'"),
        ("ME:Problem", "expected a Node class, came <class"),
        ("sutura.nodes:Node", "expected a subclass of Node, came Node itself"),
        ("missing.py:World", "no such file"),
        ("broken.py:World", "NameError while it was imported: name 'undefined_name' is not defined"),
        ("faulty.py:World", "expected a rate above 0"),
        (":World", "ValueError while it was imported"),
    ],
)
def test_classes_that_cannot_be_had(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "broken.py").write_text("undefined_name\n")
    faulty = "from sutura.nodes import Node, every\nclass World(Node):\n    @every(0)\n    def a(self): ...\n"
    (tmp_path / "faulty.py").write_text(faulty)
    problem = only(tmp_path, changed("ME:World", f"'{name}'"))
    assert problem.startswith("top.yaml:29: ")
    assert reason in problem
    assert problem.endswith(" [bad-node]")


def test_a_message_type_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    odd = "from sutura.messages import Message\nfrom sutura.nodes import Node, Output\n\n\n"
    odd += f"class Odd{os.getpid()}(Message, frozen=True):\n    x: 'Undefined'\n\n\n"
    odd += f"class World(Node):\n    out = Output(Odd{os.getpid()})\n"
    (tmp_path / "odd.py").write_text(odd)
    problem = only(tmp_path, changed("ME:World", "odd.py:World"))
    assert "port 'out': message type Odd" in problem
    assert problem.endswith("cannot be read: NameError: name 'Undefined' is not defined [bad-node]")


def test_a_class_in_a_file_beside_the_topology(tmp_path: Path) -> None:
    (tmp_path / "my.py").write_text("from sutura.nodes import Node\n\n\nclass World(Node):\n    pass\n")
    assert lines(tmp_path, changed("ME:World", "my.py:World")) == []


def test_an_unknown_class_does_not_raise_problems_of_its_neighbours(tmp_path: Path) -> None:
    for name in ("Console", "Watchdog", "Solver"):
        assert only(tmp_path, changed(f"ME:{name}\n", "nosuch\n")).endswith(" [unknown-node]")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "in: {target: PSM1",
            "in: {targt: a/b, target: PSM1",
            "19: under `in`: node ik has no port 'targt'; did you mean 'target'? (known: target)",
        ),
        (
            "in: {target: PSM1",
            "in: {servo_jp: a/b, target: PSM1",
            "19: under `in`: node ik has no port 'servo_jp' (known: target); 'servo_jp' is an output",
        ),
        (
            "out: {servo_jp",
            "out: {target: a/b, servo_jp",
            "20: under `out`: node ik has no port 'target' (known: heartbeat, servo_jp); 'target' is an input",
        ),
    ],
)
def test_unknown_ports(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert only(tmp_path, changed(old, new)) == f"top.yaml:{expected} [unknown-port]"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ("{scal: 0.5}", "node 'scaling' has no 'scal'; did you mean 'scale'? (known: free, limits, scale)"),
        ("{scale: 1.5}", "node 'scaling': 'scale' is 1.5: expected `float` <= 1.0"),
        ("{scale: fast}", "node 'scaling': 'scale' is 'fast': expected `float`, got `str`"),
        ("{free: nan}", "node 'scaling': 'free' is 'nan': expected a finite number"),
        ("{limits: [1, inf]}", "node 'scaling': 'limits' is [1, 'inf']: expected a finite number"),
        (
            "{scale: 0.95, free: 1}",
            "parameters of scaling: free goes beyond scale (it takes: scale, free, limits)",
        ),
    ],
)
def test_bad_parameters(tmp_path: Path, params: str, expected: str) -> None:
    assert only(tmp_path, changed("{scale: 0.5}", params)) == f"top.yaml:13: {expected} [bad-param]"


def test_every_bad_parameter_is_reported_on_its_line(tmp_path: Path) -> None:
    text = changed("params: {scale: 0.5}\n", "params:\n      scale: 2\n      fre: 1\n      free: x\n")
    assert [p.split(":")[1] for p in lines(tmp_path, text)] == ["14", "15", "16"]


def test_a_required_parameter(tmp_path: Path) -> None:
    problem = only(tmp_path, changed("    params: {model: psm}\n", ""))
    assert problem == "top.yaml:16: node 'ik': 'model' is required and not given [bad-param]"


def test_parameters_that_refuse_themselves(tmp_path: Path) -> None:
    text = changed("node: ME:World\n", "node: ME:Choosy\n    params: {model: lost}\n")
    assert only(tmp_path, text) == "top.yaml:30: LookupError: no model lost [bad-param]"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "{use: ME:Glove}",
            "{use: script2}",
            "8: node 'hand': no input driver 'script2' is installed; did you mean",
        ),
        ("{use: ME:Glove}", "{use: ME:RealArm}", "8: node 'hand': driver 'ME:RealArm' "),
        ("{use: ME:Glove}", "{use: ME:Nothing}", "8: node 'hand': driver 'ME:Nothing' "),
        (
            "{use: ME:Glove}",
            "{use: ':Nothing'}",
            "8: node 'hand': driver ':Nothing' (:Nothing): cannot be loaded: ValueError",
        ),
        ("    driver: {use: ME:Glove}\n", "", "6: node 'hand' needs an input driver: say `driver: {use: NAME}`"),
        (
            "ME:SimulatedArm, gain: 2",
            "mujco",
            "24: node 'arm': no actuator driver 'mujco' is installed; did you mean",
        ),
        ("ME:SimulatedArm, gain: 2", "ME:Glove", "24: node 'arm': driver 'ME:Glove' "),
        (
            "ME:SimulatedArm, gain: 2",
            "ME:UndeclaredArm",
            "24: node 'arm': driver 'ME:UndeclaredArm' has no _close, ",
        ),
        ("gain: 2", "gane: 2", "24: driver 'ME:SimulatedArm' of node 'arm' has no 'gane'; did you mean 'gain'?"),
        (
            "gain: 2",
            "gain: -1",
            "24: driver 'ME:SimulatedArm' of node 'arm': 'gain' is -1: expected `float` >= 0.0",
        ),
        (
            "ME:World\n",
            "ME:World\n    driver: {use: script}\n",
            "30: node 'world' (World) takes no driver, came 'script'",
        ),
    ],
)
def test_bad_drivers(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert only(tmp_path, changed(old, new)).startswith(f"top.yaml:{expected}")


def test_a_setting_is_cited_for_what_it_brought(tmp_path: Path) -> None:
    problem = only(tmp_path, GOOD, "scaling.scal=0.3")
    assert problem.startswith("--set scaling.scal=0.3: node 'scaling' has no 'scal'; did you mean 'scale'?")
    problem = only(tmp_path, GOOD, "hand.driver=scrpt")
    assert problem.startswith(
        "--set hand.driver=scrpt: node 'hand': no input driver 'scrpt' is installed; did you mean"
    )
    assert found(tmp_path, GOOD, "scaling.scal=0.3")[0].where == "--set scaling.scal=0.3"


# Wiring ---------------------------------------------------------------------------------------------------------


def test_required_inputs_must_be_wired(tmp_path: Path) -> None:
    reason = (
        "required input 'target' (Pose) of node 'ik' is not wired: say `in: {target: TOPIC}` [unconnected-input]"
    )
    assert only(tmp_path, changed("    in: {target: PSM1/servo_cp}\n", "")) == f"top.yaml:16: {reason}"
    assert only(tmp_path, changed("{target: PSM1/servo_cp}\n    out: {servo", "{target: []}\n    out: {servo")) == (
        f"top.yaml:19: {reason}"
    )


def test_optional_inputs_may_stay_open(tmp_path: Path) -> None:
    assert lines(tmp_path, changed(", clutch: console/clutch", "")) == []


@pytest.mark.parametrize(
    "port", ["master: MTMR/measured_cq, clutch: console/clutch", "master: MTMR/measured_cp, clutch: console/cluch"]
)
def test_topics_that_nobody_writes_name_the_nearest(tmp_path: Path, port: str) -> None:
    problem = only(tmp_path, changed("master: MTMR/measured_cp, clutch: console/clutch", port))
    assert problem.startswith("top.yaml:14: input ")
    assert "of node 'scaling' reads topic " in problem
    assert ", which nobody writes; did you mean " in problem
    assert "'MTMR/measured_cp'?" in problem or "'console/clutch'?" in problem
    assert problem.endswith(" [unwritten-topic]")


def test_a_topic_has_one_writer(tmp_path: Path) -> None:
    text = changed("node: ME:World\n", "node: ME:Console\n    out: {clutch: console/clutch}\n")
    problem = only(tmp_path, text)
    assert problem == (
        "top.yaml:30: topic 'console/clutch' is written by console.clutch (top.yaml:3) and by world.clutch; "
        "a topic has one writer [two-writers]"
    )


def test_types_of_both_ends_are_named(tmp_path: Path) -> None:
    problem = only(tmp_path, changed("clutch: console/clutch", "clutch: console/estop"))
    assert problem == (
        "top.yaml:14: topic 'console/estop': console.estop writes EmergencyStop, scaling.clutch reads Clutch "
        "(written at top.yaml:3) [type-mismatch]"
    )


def test_an_input_of_any_message_takes_every_topic(tmp_path: Path) -> None:
    assert lines(tmp_path, changed("ME:World", "ME:Taker")) == []


def test_one_topic_where_one_is_taken(tmp_path: Path) -> None:
    problem = only(
        tmp_path,
        changed(
            "{target: PSM1/servo_cp}\n    out: {servo",
            "{target: [PSM1/servo_cp, MTMR/measured_cp]}\n    out: {servo",
        ),
    )
    assert problem == (
        "top.yaml:19: input 'target' of node 'ik' takes one topic, came PSM1/servo_cp, MTMR/measured_cp "
        "[several-topics]"
    )


def test_frames_of_both_ends_agree(tmp_path: Path) -> None:
    fixed = "node: ME:FixedFrame\n    in: {pose: %s}\n"
    assert lines(tmp_path, changed("node: ME:World\n", fixed % "PSM1/servo_cp")) == []
    problem = only(tmp_path, changed("node: ME:World\n", fixed % "MTMR/measured_cp"))
    assert problem == (
        "top.yaml:30: topic 'MTMR/measured_cp': hand.measured_cp writes in frame 'MTMR_base', "
        "world.pose reads in frame 'PSM1_base' (written at top.yaml:9) [frame-mismatch]"
    )


def test_frames_follow_the_prefix_of_an_included_part(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text(GOOD.replace("ME:", f"{ME}:"))
    text = "sutura: 1\ninclude: [{file: part.yaml, as: right}, {file: part.yaml, as: left}]\n"
    assert lines(tmp_path, text) == []
    text += "nodes:\n  view: {node: ME:FixedFrame, in: {pose: right/PSM1/servo_cp}}\n"
    assert "writes in frame 'right/PSM1_base', view.pose reads in frame 'PSM1_base'" in only(tmp_path, text)


def test_a_frame_names_a_port(tmp_path: Path) -> None:
    problem = only(tmp_path, changed("ME:World", "ME:BadFrame"))
    assert problem == (
        "top.yaml:29: node 'world': frame '{arm}_base' of 'pose' names no port (known: heartbeat, pose) [bad-frame]"
    )


def test_heartbeats_of_unsupervised_nodes_never_come(tmp_path: Path) -> None:
    text = changed(
        "node: ME:Watchdog\n",
        "node: ME:Watchdog\n    in: {beats: [arm/heartbeat, console/heartbeat, scaling/heartbeat, ik/heartbeat]}\n",
    )
    problem = only(tmp_path, text)
    assert problem == (
        "top.yaml:28: watchdog.beats waits for heartbeats of node 'ik', which is not `supervised: true` "
        "and sends none [silent-heartbeat]"
    )


# Safety ---------------------------------------------------------------------------------------------------------


def test_levels_are_not_latched(tmp_path: Path) -> None:
    problems = lines(tmp_path, changed("ME:World", "ME:Latcher"))
    assert [p.partition(",")[0] for p in problems] == [
        "top.yaml:29: port 'clutch' of node 'world' latches Clutch",
        "top.yaml:29: port 'permit' of node 'world' latches MotionPermit",
    ]


def test_an_actuator_is_supervised_by_a_watchdog(tmp_path: Path) -> None:
    problem = only(tmp_path, changed("node: ME:Arm\n    supervised: true\n", "node: ME:Arm\n"))
    assert (
        problem == "top.yaml:21: actuator 'arm' is not supervised: say `supervised: true` [unsupervised-actuator]"
    )
    text = changed("node: ME:Watchdog\n", "node: ME:Watchdog\n    in: {beats: [console/heartbeat]}\n")
    problems = lines(tmp_path, text)
    assert [p.rpartition(" ")[2] for p in problems] == ["[unwatched-node]", "[unsupervised-actuator]"]
    assert "node 'arm' is supervised, but no watchdog takes its heartbeat 'arm/heartbeat'" in problems[1]


def test_an_actuator_needs_a_permit(tmp_path: Path) -> None:
    problem = only(tmp_path, changed(", permit: watchdog/permit", ""))
    assert problem == (
        "top.yaml:25: actuator 'arm' gets no permit: wire its input 'permit' to a watchdog [no-permit]"
    )
    text = GOOD.replace("ME:Arm\n", "ME:PermitlessArm\n").replace(
        "in: {command: PSM1/servo_jp, permit: watchdog/permit}", "in: {}"
    )
    assert only(tmp_path, text).endswith("gets no permit: its class has no input for a MotionPermit [no-permit]")


@pytest.mark.parametrize("driver", ["SimulatedArm", "RealArm", "RescuedArm"])
def test_drivers_that_end_safely(tmp_path: Path, driver: str) -> None:
    assert lines(tmp_path, changed("ME:SimulatedArm", f"ME:{driver}")) == []


def test_a_driver_that_nothing_stops_is_refused(tmp_path: Path) -> None:
    assert only(tmp_path, changed("ME:SimulatedArm", "ME:DeafArm")) == (
        "top.yaml:24: driver 'ME:DeafArm' of actuator 'arm' declares neither silence_stop_s nor a rescue: "
        "nothing stops the arm when its process ends [no-safe-silence]"
    )


def test_hardware_is_not_armed_at_start(tmp_path: Path) -> None:
    armed = GOOD.replace("ME:Watchdog\n", "ME:Watchdog\n    params: {arm_at_start: true}\n")
    assert lines(tmp_path, armed, "arm.arm_at_start=true") == []
    problems = lines(tmp_path, armed.replace("ME:SimulatedArm", "ME:RealArm"), "arm.arm_at_start=true")
    assert problems == [
        "--set arm.arm_at_start=true: arm_at_start of node 'arm' is for simulated drivers, but hardware moves "
        "(driven by arm) [armed-at-start]",
        "top.yaml:28: arm_at_start of node 'watchdog' is for simulated drivers, but hardware moves (driven by arm) "
        "[armed-at-start]",
    ]


def test_company_in_places(tmp_path: Path) -> None:
    text = changed(
        "places: {control: [scaling, ik]}", "places:\n  control: [scaling, watchdog, arm]\n  w: [ik, world]"
    )
    assert lines(tmp_path, text) == [
        "top.yaml:31: place 'control': watchdog 'watchdog' may not share a process with actuator 'arm', "
        "whose end it must see [watchdog-with-actuator]",
        "top.yaml:32: place 'w': 'world' (World) must be alone in its place [world-not-alone]",
    ]


def test_all_problems_come_together_sorted(tmp_path: Path) -> None:
    text = GOOD.replace("ME:World", "nosuch").replace("scale: 0.5", "scale: 5").replace("gain: 2", "gain: x")
    problems = found(tmp_path, text)
    assert [(p.line, p.rule) for p in problems] == [
        (13, "bad-param"),
        (24, "bad-driver-option"),
        (29, "unknown-node"),
    ]
    assert problems[0].where == f"{tmp_path / 'top.yaml'}:13"
    assert str(problems[0]) == f"{problems[0].where}: {problems[0].message} [bad-param]"


# Places ---------------------------------------------------------------------------------------------------------


def configs(folder: Path, text: str) -> dict[str, PlaceConfig]:
    path = folder / "top.yaml"
    path.write_text(text.replace("ME:", f"{ME}:"))
    blueprint = Blueprint.of(load_topology(str(path)))
    made = place_configs(blueprint, folder / "run", 7, "boot", lambda place: f"1-{place}")
    return {config.place: config for config in made}


def test_places_know_their_nodes_sources_and_readers(tmp_path: Path) -> None:
    places = configs(tmp_path, GOOD)
    assert list(places) == ["console", "hand", "control", "arm", "watchdog", "world"]
    control = places["control"]
    assert [node.name for node in control.nodes] == ["scaling", "ik"]
    assert (control.seed, control.boot_id, control.incarnation) == (7, "boot", "1-control")
    assert control.run_dir == str(tmp_path / "run")
    assert control.realtime == Realtime(policy="fifo", priority=80)
    assert control.sources == {
        "MTMR/measured_cp": TopicSource("hand", "hand"),
        "console/clutch": TopicSource("console", "console"),
        "PSM1/servo_cp": TopicSource("scaling", "control"),
    }
    assert control.readers == {
        "PSM1/servo_cp": 0,
        "PSM1/servo_jp": 1,
        "scaling/heartbeat": 1,
        "ik/heartbeat": 0,
    }
    assert places["console"].readers["console/clutch"] == 1
    assert places["arm"].realtime == Realtime()


def test_places_have_every_output_and_what_nodes_say(tmp_path: Path) -> None:
    arm = configs(tmp_path, GOOD)["arm"].nodes[0]
    assert arm.outputs == {"heartbeat": "arm/heartbeat", "measured_js": "arm/measured_js"}
    assert arm.inputs == {"command": ("PSM1/servo_jp",), "permit": ("watchdog/permit",)}
    assert arm.driver is not None
    assert (arm.driver.use, arm.driver.options, arm.supervised) == (f"{ME}:SimulatedArm", {"gain": 2}, True)
    watchdog = configs(tmp_path, GOOD)["watchdog"].nodes[0]
    assert watchdog.inputs["beats"] == ("console/heartbeat", "scaling/heartbeat", "arm/heartbeat")


def test_an_input_of_any_message_that_is_not_wired_takes_every_topic(tmp_path: Path) -> None:
    taker = configs(tmp_path, changed("ME:World", "ME:Taker"))["world"]
    topics = set(taker.nodes[0].inputs["anything"])
    assert {"MTMR/measured_cp", "PSM1/servo_jp", "console/estop", "watchdog/permit"} <= topics
    assert "world/heartbeat" not in topics
    assert taker.sources["PSM1/servo_jp"] == TopicSource("ik", "control")
    chosen = changed("node: ME:World\n", "node: ME:Taker\n    in: {anything: [PSM1/servo_jp]}\n")
    assert configs(tmp_path, chosen)["world"].nodes[0].inputs == {"anything": ("PSM1/servo_jp",)}


def test_a_class_in_a_file_reaches_its_place(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "my.py").write_text("from sutura.nodes import Node\n\n\nclass World(Node):\n    pass\n")
    node = configs(tmp_path, changed("ME:World", "sub/my.py:World"))["world"].nodes[0]
    assert load_node(node.node, Path(node.folder)).declaration.name == "World"


def test_incarnations_are_never_used_twice(tmp_path: Path) -> None:
    path = tmp_path / "top.yaml"
    path.write_text(GOOD.replace("ME:", f"{ME}:"))
    blueprint = Blueprint.of(load_topology(str(path)))
    made = [config.incarnation for _ in range(5) for config in place_configs(blueprint, tmp_path, 0, "boot")]
    assert len(set(made)) == len(made) == 30
