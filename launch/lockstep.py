"""A whole run on a virtual clock: the same topology, the same report, as fast as the machine can step it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from sutura.hw_drivers import load_actuator
from sutura.launch.blueprint import Blueprint
from sutura.launch.places import place_configs
from sutura.launch.run_dir import RunDirectory
from sutura.launch.run_errors import NotSimulated
from sutura.messages import Frame, Message
from sutura.nodes import Event, Node
from sutura.runtime.errors import NodeCrashed
from sutura.runtime.lockstep import Lockstep
from sutura.runtime.status import PlaceStatus, place_status

_STRIDE_NS = 100_000_000  # of the run's time, between two looks at who wants it to end
_TELL_EVERY_S = 0.5  # real time


@dataclass
class SteppedPlace:
    """A place of a lockstep run. phase: `running` until it is `ended`, or crashes; it is never restarted."""

    phase: str
    restarts: int
    started_at: int


class LockstepRun:
    """One run of a topology in lockstep. Use it as: begin(), advance(...), end(); end() may be called at any time.

    Every place is the first of its name, so that no writer has a random part; the seed is the nodes' own affair.
    """

    def __init__(self, blueprint: Blueprint, run: RunDirectory, seed: int) -> None:
        """Make every node. Raises NotSimulated, NodeError."""
        require_simulated(blueprint)
        self.blueprint = blueprint
        self.topology = blueprint.topology
        self.run = run
        self.seed = seed
        self.statuses: dict[str, PlaceStatus] = {}
        self.events: list[Event] = []
        self._lockstep = Lockstep(
            place_configs(blueprint, run.path, seed, boot_id="lockstep", incarnation=lambda place: "1")
        )
        self.started_at = self._lockstep.start
        self.children = {place: SteppedPlace("running", 0, self.started_at) for place in self.topology.places}
        self._stepping_s = 0.0
        self._hash = ""

    @property
    def elapsed(self) -> float:
        """Virtual seconds since the start."""
        return self._lockstep.elapsed

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

    def restart(self, place: str) -> None:
        """Start a killed place anew, as the supervisor does."""
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
        """Step to `seconds` after the start."""
        while True:
            try:
                return self._lockstep.run_until(seconds)
            except NodeCrashed as error:
                self._bury(error)

    def _bury(self, error: NodeCrashed) -> None:
        """A node's own code raised: its place ends, its devices safe, and nobody starts it anew."""
        place = self.topology.place_of(error.node)
        host = self._lockstep.hosts[place]
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
    for name in blueprint.actuators:
        driver = blueprint.topology.nodes[name].driver
        if driver is not None and not load_actuator(driver.use).capabilities.simulated:
            raise NotSimulated(name, driver.use)
