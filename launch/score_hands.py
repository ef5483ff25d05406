"""Whose hand moved what: found in a recorded topology by what its nodes are and how they are wired."""

from collections.abc import Mapping
from dataclasses import dataclass

from sutura.launch.blueprint import known_kinds
from sutura.launch.replay_cast import recorded_topology
from sutura.launch.topology import Topology
from sutura.launch.wiring import Wiring, outputs_of, wiring_of
from sutura.messages import Pose, TaskState
from sutura.nodes import Node
from sutura.record import BadRecording, Recording


@dataclass(frozen=True)
class HandTopics:
    """One hand, named after its scaling node. pose: of the hand as it was measured; tool, clutch, state: empty
    where there is none."""

    name: str
    pose: str
    tool: str
    clutch: str
    state: str


def hands_of(recording: Recording) -> tuple[HandTopics, ...]:
    """Every hand that drove a tool. Raises BadRecording where the recording cannot tell."""
    topology, kinds, wiring = _recorded(recording)
    names = (name for name, kind in kinds.items() if kind.declaration.name == "MotionScaling")
    return tuple(_hand(name, topology, kinds, wiring) for name in names)


def task_topics_of(recording: Recording) -> tuple[str, ...]:
    """The topics on which a simulated world tells what came of the exercise."""
    return tuple(name for name, info in recording.topics.items() if info.type == TaskState.__name__)


def _recorded(recording: Recording) -> tuple[Topology, dict[str, type[Node]], Wiring]:
    facts = recording.facts
    if facts is None or not recording.topology:
        raise BadRecording(recording.path, "it does not say which topology ran, so no hand is known")
    topology = recorded_topology(recording.topology, facts.topology)
    kinds = known_kinds(topology)
    return topology, kinds, wiring_of(topology, kinds)


def _hand(name: str, topology: Topology, kinds: Mapping[str, type[Node]], wiring: Wiring) -> HandTopics:
    node = topology.nodes[name]
    outputs = outputs_of(node, kinds[name])
    master = node.inputs.get("master", ("",))[0]
    return HandTopics(
        name=name,
        pose=_source(master, topology, wiring),
        tool=_tool(outputs["target"], topology, kinds),
        clutch=node.inputs.get("clutch", ("",))[0],
        state=outputs["teleop_state"],
    )


def _source(topic: str, topology: Topology, wiring: Wiring) -> str:
    """The pose at the head of a chain of filters."""
    seen = [topic]
    while writers := wiring.writers.get(seen[-1]):
        writer = writers[0]
        inputs = [
            topics[0]
            for port, topics in topology.nodes[writer.node.name].inputs.items()
            if (declared := writer.kind.declaration.inputs.get(port)) and declared.message is Pose and topics
        ]
        if not inputs or inputs[0] in seen:
            break
        seen.append(inputs[0])
    return seen[-1]


def _tool(target: str, topology: Topology, kinds: Mapping[str, type[Node]]) -> str:
    """Where the tip is measured that follows a target."""
    for name, kind in kinds.items():
        node = topology.nodes[name]
        if kind.declaration.name == "ForwardKinematics" and target in node.inputs.get("command", ()):
            return outputs_of(node, kind)["measured_cp"]
    return ""
