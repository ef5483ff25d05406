"""A whole run on a virtual clock in this process, within reach of whoever rehearses what can go wrong."""

from collections.abc import Callable
from functools import partial

from sutura.launch.agenda import Agenda
from sutura.launch.blueprint import Blueprint
from sutura.launch.fault_targets import faults_by_place
from sutura.launch.injecting import injections_for, schedule
from sutura.launch.run_dir import RunDirectory
from sutura.launch.stepped_keeper import SteppedKeeper
from sutura.launch.stepped_run import SteppedRun, stepped_configs
from sutura.messages import Frame, Message
from sutura.nodes import Event, Node
from sutura.runtime.lockstep import Lockstep


class LockstepRun(SteppedRun):
    """One run of a topology in lockstep, all places in this process."""

    def __init__(self, blueprint: Blueprint, run: RunDirectory, seed: int, *, faults: bool = False) -> None:
        """Make every node. faults: inject those of the topology. Raises NotSimulated, FaultsRefused, NodeError."""
        injections = injections_for(blueprint, faults)
        self._lockstep = Lockstep(stepped_configs(blueprint, run.path, seed, faults_by_place(injections)))
        super().__init__(blueprint, run, seed, self._lockstep)
        self._agenda = Agenda()
        schedule(injections, self._agenda, SteppedKeeper(self, self._agenda))

    def now(self) -> int:
        """The run's clock [ns]."""
        return self._lockstep.clock()

    def step_to(self, seconds: float) -> None:
        """Step to `seconds` after the start; what is on the agenda comes before all else of its moment."""
        while (at := self._agenda.next_at) <= seconds:
            super().step_to(at - 1e-9)
            self._lockstep.clock.advance_to(self.started_at + round(at * 1e9))
            self._go_on(partial(self._agenda.run, at))
        super().step_to(seconds)

    def tell(self, at: float, node: str, kind: str, text: str) -> None:
        """Keep an event of `at` [s of the run], after all that the nodes have told until now."""
        self._look()
        self.events.append(Event(self.started_at + round(at * 1e9), node, kind, text))

    def observe(self, observer: Callable[[Frame[Message]], None]) -> None:
        """Let somebody see every message as it is sent."""
        self._lockstep.observers.append(observer)

    def say(self, topic: str, message: Message) -> None:
        """Say something as the topic's writer, or as nobody where it has none. Raises RequestRefused."""
        writers = self.blueprint.wiring.writers.get(topic)
        if writers:
            self._lockstep.publish(writers[0].node.name, writers[0].port, message)
        else:
            self._lockstep.inject(topic, message)

    def command(self, node: str, command: str) -> str:
        """Let a node carry out a state command. Raises RequestRefused."""
        return self._lockstep.command(node, command)

    def node(self, name: str) -> Node:
        """A node of a place that lives. Raises RequestRefused."""
        return self._lockstep.host_of(name).node(name)

    def kill(self, place: str) -> None:
        """End a place as SIGKILL does; its last figures and events are kept."""
        self._look()
        self._lockstep.kill(place)
        self.children[place].phase = "ended"

    def freeze(self, place: str) -> None:
        """Stop a place as SIGSTOP does."""
        self._lockstep.freeze(place)

    def thaw(self, place: str) -> None:
        """Let a frozen place go on."""
        self._lockstep.thaw(place)

    def restart(self, place: str) -> None:
        """Start a killed place anew, as the supervisor does. Raises NodeCrashed."""
        child = self.children[place]
        child.restarts += 1
        child.phase, child.started_at = "running", self.started_at + round(self.elapsed * 1e9)
        self._lockstep.restart(place, str(1 + child.restarts))
