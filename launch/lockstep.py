"""A whole run on a virtual clock: the same topology, the same report, as fast as the machine can step it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from sutura.launch.agenda import Agenda
from sutura.launch.blueprint import Blueprint
from sutura.launch.fault_targets import faults_by_place
from sutura.launch.injecting import injections_for, schedule
from sutura.launch.places import place_configs
from sutura.launch.run_dir import RunDirectory
from sutura.launch.run_errors import NotSimulated
from sutura.launch.stepped_keeper import SteppedKeeper
from sutura.messages import Frame, Message
from sutura.nodes import Event, Node
from sutura.runtime.errors import NodeCrashed
from sutura.runtime.lockstep import Lockstep
from sutura.runtime.status import PlaceStatus, place_status

_STRIDE_NS = 100_000_000  # of the run's time, between two looks at who wants it to end
_TELL_EVERY_S = 0.5  # real time


@dataclass
class SteppedPlace:
    """A place of a lockstep run. phase: `running` until it is `ended`; only what a fault ended is started anew."""

    phase: str
    restarts: int
    started_at: int


class LockstepRun:
    """One run of a topology in lockstep. Use it as: begin(), advance(...), end(); end() may be called at any time.

    Every place is the first of its name, so that no writer has a random part; the seed is the nodes' own affair.
    """

    def __init__(self, blueprint: Blueprint, run: RunDirectory, seed: int, *, faults: bool = False) -> None:
        """Make every node. faults: inject those of the topology. Raises NotSimulated, NodeError."""
        require_simulated(blueprint)
        injections = injections_for(blueprint, faults)
        self.blueprint = blueprint
        self.topology = blueprint.topology
        self.run = run
        self.seed = seed
        self.statuses: dict[str, PlaceStatus] = {}
        self.events: list[Event] = []
        self._lockstep = Lockstep(
            place_configs(
                blueprint, run.path, seed, "lockstep", lambda place: "1", faults=faults_by_place(injections)
            )
        )
        self.started_at = self._lockstep.start
        self.children = {place: SteppedPlace("running", 0, self.started_at) for place in self.topology.places}
        self._stepping_s = 0.0
        self._hash = ""
        self._agenda = Agenda()
        schedule(injections, self._agenda, SteppedKeeper(self, self._agenda))

    @property
    def elapsed(self) -> float:
        """Virtual seconds since the start."""
        return self._lockstep.elapsed

    def now(self) -> int:
        """The run's clock [ns]."""
        return self._lockstep.clock()

    @property
    def recording_hash(self) -> str:
        """Over every message in the order in which they were sent, until the nodes were told to stop."""
        return self._hash or self._lockstep.recording_hash

    @property
    def realtime_factor(self) -> float | None:
        """Seconds of the run in one real second, from the first tick on; None before."""
        return round(self.elapsed / self._stepping_s, 3) if self._stepping_s else None

    def observe(self, observer: Callable[[Frame[Message]], None]) -> None:
        """Let somebody see every message as it is sent."""
        self._lockstep.observers.append(observer)

    def begin(self) -> None:
        """Start every node. Raises NodeCrashed."""
        self._lockstep.begin()

    def advance(
        self, duration: float, is_over: Callable[[], bool], update: Callable[["LockstepRun"], None]
    ) -> None:
        """Step until `duration` [s] after the start, or `is_over`; `update` is called now and then."""
        begun = told = time.perf_counter()
        at, end = 0, round(duration * 1e9)
        while at < end and not is_over():
            at = min(at + _STRIDE_NS, end)
            self.step_to(at * 1e-9)
            now = time.perf_counter()
            self._stepping_s = now - begun
            if now - told >= _TELL_EVERY_S:
                told = now
                self._tell(update)
        self._tell(update)

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

    def tell(self, at: float, node: str, kind: str, text: str) -> None:
        """Keep an event of `at` [s of the run], after all that the nodes have told until now."""
        self._look()
        self.events.append(Event(self.started_at + round(at * 1e9), node, kind, text))

    def restart(self, place: str) -> None:
        """Start a killed place anew, as the supervisor does. Raises NodeCrashed."""
        child = self.children[place]
        child.restarts += 1
        child.phase, child.started_at = "running", self.started_at + round(self.elapsed * 1e9)
        self._lockstep.restart(place, str(1 + child.restarts))

    def end(self) -> None:
        """Stop every node, those that move something first, and take the last figures. Twice changes nothing."""
        if self._hash:
            return
        self._hash = self.recording_hash
        self._lockstep.end(first={self.topology.place_of(name) for name in self.blueprint.actuators})
        self._look()
        for child in self.children.values():
            child.phase = "ended"
        self.run.retire()

    def _tell(self, update: Callable[["LockstepRun"], None]) -> None:
        self._look()
        update(self)

    def step_to(self, seconds: float) -> None:
        """Step to `seconds` after the start; what is on the agenda comes before all else of its moment."""
        while (at := self._agenda.next_at) <= seconds:
            self._survive(self._lockstep.run_until, at - 1e-9)
            self._lockstep.clock.advance_to(self.started_at + round(at * 1e9))
            self._survive(self._agenda.run, at)
        self._survive(self._lockstep.run_until, seconds)

    def _survive(self, call: Callable[[float], None], seconds: float) -> None:
        """Do something until no node crashes on the way."""
        while True:
            try:
                return call(seconds)
            except NodeCrashed as error:
                self._bury(error)

    def _bury(self, error: NodeCrashed) -> None:
        """A node's own code raised: its place ends, its devices safe, and nobody starts it anew."""
        place = self.topology.place_of(error.node)
        host = self._lockstep.hosts.get(place)
        if host is None:  # it was just being started anew
            self.tell(self.elapsed, error.node, "crash", str(error))
        else:
            host.event(error.node, "crash", str(error))
            host.end()
            self._look()
            self._lockstep.kill(place)
        self.children[place].phase = "ended"

    def _look(self) -> None:
        """Take the figures and the events of every place that lives."""
        fresh: list[Event] = []
        for place, host in self._lockstep.hosts.items():
            self.statuses[place] = msgspec.structs.replace(place_status(host), cpu_s=None)
            fresh.extend(host.events)
            host.events.clear()
        self.events += sorted(fresh, key=lambda event: event.at)


def require_simulated(blueprint: Blueprint) -> None:
    """A virtual clock must never drive a real motor. Raises NotSimulated."""
    for node, driver in blueprint.hardware.items():
        raise NotSimulated(node, driver)
