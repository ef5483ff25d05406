"""`{no_command: arm, after: 12.55 s, until: 14 s}`: that an actuator applied nothing."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from sutura.launch.blueprint import Blueprint
from sutura.launch.expect.entry import Entry
from sutura.launch.expect.errors import CannotJudge
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.expectation import Expectation, head
from sutura.launch.expect.finding import Finding, finding
from sutura.launch.expect.names import Names, known
from sutura.launch.expect.window import Window
from sutura.launch.failures import Failure
from sutura.launch.history import Sample
from sutura.launch.quantities import in_words
from sutura.launch.wiring import outputs_of
from sutura.launch.yaml_source import Located
from sutura.messages import JointState, OperatingState

_LONGEST_SILENCE_S = 0.1  # an actuator repeats its state at 50 Hz


@dataclass(frozen=True)
class NoCommandExpectation(Expectation):
    """That an actuator follows no command in a window, as it says itself, and that its setpoint stands still."""

    node: str
    window: Window

    def topics(self, blueprint: Blueprint) -> Iterable[str]:
        outputs = outputs_of(blueprint.topology.nodes[self.node], blueprint.kinds[self.node])
        return outputs["operating_state"], outputs["setpoint_js"]

    def judge(self, evidence: Evidence) -> Finding:
        window = Window(self.window.since, min(self.window.until, evidence.duration))
        if not math.isinf(self.window.until):
            evidence.require_time(self.window.until)
        state, setpoint = self.topics(evidence.blueprint)
        states = evidence.samples(state, OperatingState, window)
        if window.since > 0.0:
            states = [evidence.newest(state, OperatingState, window.since), *states]
        busy = next((sample for sample in states if sample.message.is_busy), None)
        if busy is not None:
            at = in_words(max(busy.at, window.since), "s")
            return finding(f"it followed at {at}", f"{self.node} followed a command at {at}")
        _require_unbroken(states, window, self.node)
        moved = _moved(evidence.samples(setpoint, JointState, window))
        return finding(moved or f"nothing applied {window}", moved)

    def answers(self, failure: Failure, evidence: Evidence) -> bool:
        return failure.kind == "no-command" and self.window.is_all


def _require_unbroken(states: list[Sample[OperatingState]], window: Window, node: str) -> None:
    """Raises CannotJudge where the actuator did not say what it did."""
    heard = [sample.at for sample in states]
    begin = [0.0] if window.since <= 0.0 else []
    for before, after in pairwise([*begin, *heard, window.until]):
        if after - before > _LONGEST_SILENCE_S:
            raise CannotJudge(f"node {node} said nothing of itself from {in_words(before, 's')} on")


def _moved(setpoints: list[Sample[JointState]]) -> str:
    """Where the setpoint changed, in words."""
    for before, after in pairwise(setpoints):
        if before.message.position and after.message.position != before.message.position:
            return f"its setpoint changed by {in_words(after.at, 's')}"
    return ""


def read_no_command(tree: Located, names: Names) -> NoCommandExpectation | None:
    """None where the classes of some nodes are not known. Raises TopologyError."""
    entry = Entry.of(tree, "no_command", ("after", "until"))
    actuators = {name: name for name in names.actuators() if _tells(names, name)}
    if not names.is_whole and entry.subject.value not in actuators:
        return None
    read = {t: name for name in actuators for ts in names.topology.nodes[name].inputs.values() for t in ts}
    said = known(entry.subject, "actuator, or topic that one reads, in no_command", {**read, **actuators})
    return NoCommandExpectation(*head(entry), {**read, **actuators}[said], entry.window("after"))


def _tells(names: Names, node: str) -> bool:
    """Whether an actuator says what it follows."""
    outputs = names.kinds[node].declaration.outputs
    return {"operating_state", "setpoint_js"} <= outputs.keys()
