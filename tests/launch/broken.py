"""Node classes, drivers and, for each rule of the checker, the smallest topology that breaks it and nothing else.

Topologies name these classes as `ME:Class`.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from sutura.hw_drivers import ActuatorDriver, Capabilities, HandSample, InputDevice, StopCategory
from sutura.launch import Findings, Problem, TopologyError, examine, load_topology
from sutura.messages import Clutch, Heartbeat, JointState, Message, MotionPermit, Pose
from sutura.nodes import Input, Node, NodeParams, Output, every

ME = __name__
_LARGEST = 1e308


class Newtons(Message, frozen=True):
    force: Annotated[float, Meta(ge=-_LARGEST, le=_LARGEST, extra={"unit": "N"})]


class Millinewtons(Message, frozen=True):
    force: Annotated[float, Meta(ge=-_LARGEST, le=_LARGEST, extra={"unit": "mN"})]


class Quiet(Node):
    pass


class Other(Node):
    pass


class World(Node):
    pass


class Linked(Node):
    class Params(NodeParams):
        addresses: tuple[str, ...] = ()
        keys: str = ""


class Source(Node):
    class Params(NodeParams):
        rate: Annotated[float, Meta(gt=0.0, le=10_000.0)] = 100.0

    params: Params
    pose = Output(Pose, frame="base")

    @every("rate")
    def tell(self) -> None: ...


class ShortLived(Source):
    pose = Output(Pose, valid_for=0.05)


class Relay(Node):
    """Answers each message at once."""

    pose = Input(Pose)
    answer = Output(Pose)

    def on_pose(self, pose: Pose) -> None: ...


class TimedRelay(Relay):
    class Params(NodeParams):
        rate: Annotated[float, Meta(gt=0.0, le=10_000.0)] = 90.0

    answer = Output(Pose, rate="rate")

    @every("rate")
    def tell(self) -> None: ...


class Reader(Node):
    pose = Input(Pose)


class Fresh(Node):
    pose = Input(Pose, max_age=0.05)


class Elsewhere(Node):
    pose = Input(Pose, frame="elsewhere")


class Nowhere(Node):
    pose = Output(Pose, frame="{nothing}_base")


class Pedal(Node):
    clutch = Output(Clutch)


class Sensor(Node):
    force = Output(Newtons)


class Scale(Node):
    force = Input(Millinewtons)


class Latcher(Node):
    clutch = Output(Clutch, latched=True)


class Watchdog(Node):
    beats = Input(Heartbeat, many=True, required=False)
    permit = Output(MotionPermit)


class Hand(Node):
    uses_input_device = True


class Arm(Node):
    class Params(NodeParams):
        arm_at_start: bool = False

    drives_actuator = True
    permit = Input(MotionPermit)


class FastArm(Arm):
    class Params(NodeParams):
        feedback_rate: float = 100.0


class Glove(InputDevice):
    def _open(self) -> None: ...

    def _read(self, elapsed: float) -> HandSample | None:
        return None


class SimulatedDrive(ActuatorDriver):
    capabilities: ClassVar[Capabilities] = Capabilities(simulated=True)

    def _open(self) -> None: ...

    def _enable(self) -> None: ...

    def _read(self) -> JointState:
        return JointState((), ())

    def _write(self, positions: tuple[float, ...]) -> tuple[float, ...]:
        return positions

    def _stop(self, category: StopCategory) -> None: ...

    def _close(self) -> None: ...


class RealDrive(SimulatedDrive):
    capabilities = Capabilities(silence_stop_s=0.02)


class SlowDrive(SimulatedDrive):
    capabilities = Capabilities(simulated=True, max_rate_hz=50.0)


class DeafDrive(SimulatedDrive):
    capabilities = Capabilities()


@dataclass(frozen=True)
class Broken:
    """A topology, after `sutura: 1`, with settings and with files that it includes."""

    text: str
    sets: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)


def arm(more: str = "", drive: str = "SimulatedDrive", permit: str = "dog/permit", supervised: str = "true") -> str:
    return f"""\
nodes:
  arm: {{node: ME:Arm, supervised: {supervised}, driver: {{use: ME:{drive}}}, in: {{permit: {permit}}}{more}}}
  dog: {{node: ME:Watchdog}}
"""


def nodes(*entries: str) -> str:
    return "nodes:\n" + "".join(f"  {entry}\n" for entry in entries)


SOURCE = "source: {node: ME:Source}"
RESAMPLED = nodes(
    SOURCE,
    "relay: {node: ME:TimedRelay, params: {rate: 50}, in: {pose: source/pose}}",
    "end: {node: ME:Reader, in: {pose: relay/answer}}",
)

BROKEN: dict[str, Broken] = {
    "unknown-topology": Broken("include: [{file: nosuch}]\n"),
    "unreadable-file": Broken("nodes: [\n"),
    "bad-value": Broken("nodes: 3\n"),
    "missing-value": Broken("include: [{as: left}]\n"),
    "unknown-name": Broken("nods: {}\n"),
    "unknown-argument": Broken("args: {arm: {default: PSM1}}\n", sets=("amr=PSM2",)),
    "include-cycle": Broken("include: [{file: top.yaml}]\n"),
    "node-clash": Broken(
        "include: [{file: part.yaml}]\n" + nodes("a: {node: ME:Other}"),
        files={"part.yaml": nodes("a: {node: ME:Quiet}")},
    ),
    "bad-place": Broken(nodes("a: {node: ME:Quiet}") + "places: {one: [a], two: [a]}\n"),
    "unknown-node": Broken(nodes("a: {node: wolrd}")),
    "bad-node": Broken(nodes("a: {node: ME:Missing}")),
    "unknown-port": Broken(nodes(SOURCE, "a: {node: ME:Quiet, in: {pose: source/pose}}")),
    "bad-param": Broken(nodes("source: {node: ME:Source, params: {rate: -1}}")),
    "missing-driver": Broken(nodes("a: {node: ME:Hand}")),
    "needless-driver": Broken(nodes("a: {node: ME:Quiet, driver: {use: script}}")),
    "unknown-driver": Broken(nodes("a: {node: ME:Hand, driver: {use: scirpt}}")),
    "bad-driver": Broken(nodes("a: {node: ME:Hand, driver: {use: ME:SimulatedDrive}}")),
    "bad-driver-option": Broken(nodes("a: {node: ME:Hand, driver: {use: ME:Glove, left: true}}")),
    "bare-tcp": Broken(nodes("a: {node: ME:Linked, params: {addresses: ['tcp://192.168.1.4:5555']}}")),
    "unconnected-input": Broken(nodes("a: {node: ME:Reader}")),
    "several-topics": Broken(
        nodes(SOURCE, "second: {node: ME:Source}", "a: {node: ME:Reader, in: {pose: [source/pose, second/pose]}}")
    ),
    "two-writers": Broken(nodes(SOURCE, "second: {node: ME:Source, out: {pose: source/pose}}")),
    "unwritten-topic": Broken(nodes(SOURCE, "a: {node: ME:Reader, in: {pose: source/poes}}")),
    "near-miss-topic": Broken(nodes(SOURCE, "second: {node: ME:Source, out: {pose: source/poes}}")),
    "type-mismatch": Broken(nodes("pedal: {node: ME:Pedal}", "a: {node: ME:Reader, in: {pose: pedal/clutch}}")),
    "unit-mismatch": Broken(nodes("sensor: {node: ME:Sensor}", "a: {node: ME:Scale, in: {force: sensor/force}}")),
    "frame-mismatch": Broken(nodes(SOURCE, "a: {node: ME:Elsewhere, in: {pose: source/pose}}")),
    "bad-frame": Broken(nodes("a: {node: ME:Nowhere}")),
    "silent-heartbeat": Broken(
        nodes("a: {node: ME:Quiet}", "dog: {node: ME:Watchdog, in: {beats: [a/heartbeat]}}")
    ),
    "endless-loop": Broken(
        nodes("a: {node: ME:Relay, in: {pose: b/answer}}", "b: {node: ME:Relay, in: {pose: a/answer}}")
    ),
    "max-age-too-short": Broken(
        nodes("source: {node: ME:Source, params: {rate: 10}}", "a: {node: ME:Fresh, in: {pose: source/pose}}")
    ),
    "valid-for-too-short": Broken(nodes("source: {node: ME:ShortLived, params: {rate: 10}}")),
    "aliasing-rates": Broken(nodes(SOURCE, "relay: {node: ME:TimedRelay, in: {pose: source/pose}}")),
    "bad-expectation": Broken(nodes(SOURCE) + "expect: [{paht: [source, end], latency_p99: 5 ms}]\n"),
    "no-path": Broken(RESAMPLED + "expect: [{path: [end, source], latency_p99: 5 ms}]\n"),
    "late-by-design": Broken(RESAMPLED + "expect: [{path: [source, end], latency_p99: 5 ms}]\n"),
    "bad-fault": Broken(nodes(SOURCE) + "faults: [{at: 1 s, kil: source}]\n"),
    "shared-fault": Broken(
        nodes("a: {node: ME:Quiet}", "b: {node: ME:Quiet}")
        + "places: {both: [a, b]}\nfaults: [{at: 1 s, kill: a}]\n"
    ),
    "latched-level": Broken(nodes("a: {node: ME:Latcher}")),
    "unsupervised-actuator": Broken(arm(supervised="false")),
    "unwatched-node": Broken(nodes("a: {node: ME:Quiet, supervised: true}")),
    "no-permit": Broken(arm(permit="dog/premit")),
    "no-safe-silence": Broken(arm(drive="DeafDrive")),
    "report-required": Broken(arm(", requires_report: none.json", drive="RealDrive")),
    "driver-too-slow": Broken(arm(drive="SlowDrive").replace("ME:Arm", "ME:FastArm")),
    "armed-at-start": Broken(arm(", params: {arm_at_start: true}", drive="RealDrive")),
    "watchdog-with-actuator": Broken(arm() + "places: {both: [arm, dog]}\n"),
    "world-not-alone": Broken(
        nodes("world: {node: ME:World}", "a: {node: ME:Quiet}") + "places: {both: [a, world]}\n"
    ),
    "bad-silence": Broken(nodes("a: {node: ME:Reader}") + "silence: [{rule: unconnected-input}]\n"),
    "idle-silence": Broken(
        nodes("a: {node: ME:Quiet}") + "silence: [{rule: unconnected-input, reason: none is}]\n"
    ),
}


def found(folder: Path, text: str, *sets: str, files: dict[str, str] | None = None) -> Findings:
    """What a check finds in a topology; one that cannot be loaded has that as its problem."""
    for name, content in {"top.yaml": text, **(files or {})}.items():
        (folder / name).write_text("sutura: 1\n" + content.replace("ME:", f"{ME}:"))
    try:
        topology = load_topology(str(folder / "top.yaml"), sets)
    except TopologyError as error:
        return Findings([Problem.of(error)], [])
    return examine(topology)


def rules(folder: Path, text: str, *sets: str) -> list[str]:
    return [problem.rule for problem in found(folder, text, *sets).problems]


def only(folder: Path, text: str, *sets: str) -> Problem:
    problems = found(folder, text, *sets).problems
    assert len(problems) == 1, [str(problem) for problem in problems]
    return problems[0]
