"""A topology on a virtual clock, step by step, for tests: go on, look, speak, break, judge."""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from sutura.launch.blueprint import Blueprint
from sutura.launch.errors import LaunchError
from sutura.launch.facts import describe_run
from sutura.launch.history import History
from sutura.launch.lockstep import LockstepRun
from sutura.launch.report import Report
from sutura.launch.run import write_report
from sutura.launch.run_dir import RunDirectory
from sutura.launch.topology import Topology
from sutura.messages import Message
from sutura.nodes import Node
from sutura.nodes.errors import nearest
from sutura.record import VIRTUAL

M = TypeVar("M", bound=Message)
N = TypeVar("N", bound=Node)

_LOOK_EVERY_S = 0.001


class ConditionNotMet(LaunchError):
    """Raised when what a test waits for has not come within its time."""

    def __init__(self, within: float, now: float) -> None:
        super().__init__(f"expected the condition to hold within {within:g} s, it did not until {now:.3f} s")


class NotInRun(LaunchError):
    """Raised when a test names a node that the topology does not have, or has as another class."""


class Rehearsal:
    """One run. Times are seconds of the run's own clock; every call returns when all that it caused is done."""

    def __init__(
        self,
        topology: Topology,
        directory: Path,
        *,
        settings: Sequence[str] = (),
        seed: int = 0,
        faults: bool = False,
    ) -> None:
        """Start every node of a checked topology. faults: inject those of the topology.

        Raises NotSimulated, NodeError, NodeCrashed.
        """
        self.topology = topology
        self.directory = RunDirectory.at(directory)
        self._settings = settings
        blueprint = Blueprint.of(topology)
        describe_run(directory, blueprint, seed=seed, settings=settings, clock=VIRTUAL)
        self._run = LockstepRun(blueprint, self.directory, seed, faults=faults)
        self.history = History(self._run.started_at)
        self._run.observe(self.history.add)
        self._report: Report | None = None
        self._run.begin()

    @property
    def now(self) -> float:
        """Seconds since the start."""
        return self._run.elapsed

    # Go on ----------------------------------------------------------------------------------------------------

    def run_for(self, seconds: float) -> None:
        """Go on by `seconds`."""
        self._run.step_to(self.now + seconds)

    def run_until(self, seconds: float) -> None:
        """Go on to `seconds` after the start."""
        self._run.step_to(seconds)

    def until(self, condition: Callable[[], bool], within: float) -> float:
        """Go on until a condition holds, looking every millisecond; returns the time. Raises ConditionNotMet."""
        end = self.now + within
        while not condition():
            if self.now >= end:
                raise ConditionNotMet(within, self.now)
            self._run.step_to(min(self.now + _LOOK_EVERY_S, end))
        return self.now

    # Look -----------------------------------------------------------------------------------------------------

    def newest(self, topic: str, message: type[M]) -> M:
        """The newest message on a topic. Raises NotInHistory."""
        return self.history.newest(topic, message).message

    def node(self, name: str, kind: type[N]) -> N:
        """A node as it is now. Raises NotInRun."""
        found = self._run.node(self._known(name))
        if not isinstance(found, kind):
            raise NotInRun(f"node {name!r} is a {type(found).__name__}, not a {kind.__name__}")
        return found

    # Speak and break ------------------------------------------------------------------------------------------

    def say(self, topic: str, message: Message) -> None:
        """Say something on a topic, as its writer, or as nobody in particular where it has none.

        Raises RequestRefused if nobody reads it there.
        """
        self._run.say(topic, message)

    def command(self, node: str, command: str) -> str:
        """Let a node carry out a state command. Raises RequestRefused."""
        return self._run.command(self._known(node), command)

    def kill(self, node: str) -> None:
        """End the node's place as SIGKILL does."""
        self._run.kill(self._place(node))

    def freeze(self, node: str) -> None:
        """Stop the node's place as SIGSTOP does."""
        self._run.freeze(self._place(node))

    def thaw(self, node: str) -> None:
        """Let a frozen place go on, as SIGCONT does."""
        self._run.thaw(self._place(node))

    def restart(self, node: str) -> None:
        """Start a killed place anew, as the supervisor does."""
        self._run.restart(self._place(node))

    # Judge ----------------------------------------------------------------------------------------------------

    def report(self) -> Report:
        """End the run, if it has not ended yet, and judge it; the report is also in the run's directory."""
        if self._report is None:
            lasted = self.now
            self._run.end()
            self._report = write_report(self._run, self._settings, lasted, warnings.warn)
        return self._report

    def _known(self, node: str) -> str:
        if node not in self.topology.nodes:
            raise NotInRun(f"no node {node!r} in topology {self.topology.name}{nearest(node, self.topology.nodes)}")
        return node

    def _place(self, node: str) -> str:
        return self.topology.place_of(self._known(node))
