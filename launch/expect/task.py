"""`{task: rings_transferred, min: 1}`: what came of the simulator's task."""

import math
from dataclasses import dataclass

from sutura.launch.errors import BadValue
from sutura.launch.expect.entry import Entry
from sutura.launch.expect.errors import CannotJudge
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.expectation import Expectation, head
from sutura.launch.expect.finding import Finding, finding
from sutura.launch.expect.names import Names, known
from sutura.launch.yaml_source import Located
from sutura.messages import TaskState

_FIGURES = ("rings_transferred", "drops")


@dataclass(frozen=True)
class TaskExpectation(Expectation):
    """figure: which count; least, most: its bounds at the end of the run."""

    figure: str
    least: float
    most: float

    def judge(self, evidence: Evidence) -> Finding:
        task = evidence.report.task
        if task is None:
            raise CannotJudge("no simulated world has reported a task")
        count = int(getattr(task, self.figure))
        low = f"{count} {self.figure}, expected {self.least:g} or more" if count < self.least else ""
        high = f"{count} {self.figure}, expected {self.most:g} or less" if count > self.most else ""
        return finding(f"{count} {self.figure}", low, high)


def read_task(tree: Located, names: Names) -> TaskExpectation:
    """Raises TopologyError."""
    entry = Entry.of(tree, "task", ("min", "max"))
    figure = known(entry.subject, "figure of the task", _FIGURES)
    if names.is_whole and not names.writers_of(TaskState):
        raise BadValue(entry.subject.mark, "task", "a node that writes a TaskState, such as `world`", "none")
    entry.need(("min", "max"), "min: 1")
    least = entry.count("min") if "min" in entry.said else 0
    most = entry.count("max") if "max" in entry.said else math.inf
    if least > most:
        raise BadValue(entry.said["max"].mark, "max", f"{least} or more, as `min` is", entry.said["max"].text)
    return TaskExpectation(*head(entry), figure, least, most)
