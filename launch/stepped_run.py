"""A whole run on a virtual clock: the same topology, the same report, as fast as the machine can step it."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from sutura.launch.blueprint import Blueprint
from sutura.launch.places import place_configs
from sutura.launch.run_dir import RunDirectory
from sutura.launch.run_errors import NotSimulated
from sutura.nodes import Event
from sutura.runtime.clock import boot_id
from sutura.runtime.config import PlaceConfig
from sutura.runtime.errors import NodeCrashed, PlaceFell
from sutura.runtime.fault_plan import PlaceFaults
from sutura.runtime.status import PlaceStatus

_STRIDE_NS = 100_000_000  # of the run's time, between two looks at who wants it to end
_TELL_EVERY_S = 0.5  # real time
_FIRST = "1"  # every place is the first of its name, so that no writer has a random part

Figures = tuple[PlaceStatus, list[Event]]
T = TypeVar("T")


class Stepper(Protocol):
    """What steps the places of a run, in this process or in many.

    `begin`, `run_until`, `look` and `end` raise NodeCrashed or PlaceFell when a place is lost; after `bury` call
    again.
    """

    @property
    def start(self) -> int: ...
    @property
    def elapsed(self) -> float: ...
    @property
    def recording_hash(self) -> str: ...
    @property
    def remarks(self) -> list[Event]: ...
    def begin(self) -> None: ...
    def run_until(self, seconds: float) -> None: ...
    def bury(self, place: str, node: str, text: str) -> Figures | None: ...
    def look(self) -> Mapping[str, Figures]: ...
    def end(self, first: Collection[str] = ()) -> None: ...
    def close(self) -> None: ...


@dataclass
class SteppedPlace:
    """A place of a stepped run. phase: `running` until it is `ended`; only what a fault ended is started anew."""

    phase: str
    restarts: int
    started_at: int


class SteppedRun:
    """One run of a topology, stepped. Use it as: begin(), advance(...), end(); end() always, at any time."""

    def __init__(self, blueprint: Blueprint, run: RunDirectory, seed: int, stepper: Stepper) -> None:
        self.blueprint = blueprint
        self.topology = blueprint.topology
        self.run = run
        self.seed = seed
        self.statuses: dict[str, PlaceStatus] = {}
        self.events: list[Event] = []
        self.started_at = stepper.start
        self.children = {place: SteppedPlace("running", 0, self.started_at) for place in self.topology.places}
        self._stepper = stepper
        self._stepping_s = 0.0
        self._hash = ""

    @property
    def elapsed(self) -> float:
        """Virtual seconds since the start."""
        return self._stepper.elapsed

    @property
    def recording_hash(self) -> str:
        """Over every message in the order in which they were sent, until the nodes were told to stop."""
        return self._hash or self._stepper.recording_hash

    @property
    def realtime_factor(self) -> float | None:
        """Seconds of the run in one real second, from the first tick on; None before."""
        return round(self.elapsed / self._stepping_s, 3) if self._stepping_s else None

    def begin(self) -> None:
        """Start every node. Raises NodeCrashed, PlaceFell, StartFailed, SchemaMismatch."""
        self._stepper.begin()

    def advance(self, duration: float, is_over: Callable[[], bool], update: Callable[["SteppedRun"], None]) -> None:
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

    def step_to(self, seconds: float) -> None:
        """Step to `seconds` after the start."""
        self._go_on(lambda: self._stepper.run_until(seconds))

    def end(self) -> None:
        """Stop every node, those that move something first, and take the last figures. Twice changes nothing."""
        if self._hash:
            return
        self._hash = self.recording_hash
        first = {self.topology.place_of(name) for name in self.blueprint.actuators}
        try:
            self._go_on(lambda: self._stepper.end(first))
            self._look()
            self.statuses = {p: self.statuses[p] for p in self.topology.places if p in self.statuses}
        finally:
            self._stepper.close()
            self.run.retire()
        for child in self.children.values():
            child.phase = "ended"

    def _tell(self, update: Callable[["SteppedRun"], None]) -> None:
        self._look()
        update(self)

    def _go_on(self, call: Callable[[], T]) -> T:
        """Call again after a place has fallen, without it."""
        while True:
            try:
                return call()
            except NodeCrashed as error:
                self._bury(self.topology.place_of(error.node), error.node, "crash", str(error))
            except PlaceFell as error:
                self._bury(error.place, error.node, "ended", str(error))

    def _bury(self, place: str, node: str, kind: str, text: str) -> None:
        """A node's own code raised, or its process ended: its place ends, and nobody starts it anew."""
        figures = self._stepper.bury(place, node, text)
        self.children[place].phase = "ended"
        if figures is not None:
            self._keep(place, figures[0])
            self._look(figures[1])
        else:
            self.statuses.pop(place, None)  # they are of some earlier time, as chance had it
            self._look([Event(self.started_at + round(self.elapsed * 1e9), place, kind, text)])

    def _look(self, fresh: Sequence[Event] = ()) -> None:
        """Take the figures and the events of every place that lives; `fresh` came otherwise.

        When it happens must not show in the report: it depends on how fast the machine is.
        """
        fresh = list(fresh)
        for place, (status, events) in self._go_on(self._stepper.look).items():
            self._keep(place, status)
            fresh += events
        fresh += self._stepper.remarks
        self._stepper.remarks.clear()
        self.events += sorted(fresh, key=lambda event: event.at)

    def _keep(self, place: str, status: PlaceStatus) -> None:
        """Processor time says nothing here: a process is everybody's, and real seconds are not the run's."""
        self.statuses[place] = msgspec.structs.replace(status, cpu_s=None)


def stepped_configs(
    blueprint: Blueprint, folder: Path, seed: int, faults: Mapping[str, PlaceFaults] | None = None
) -> list[PlaceConfig]:
    """The configurations of a stepped run: nothing in them that a message could carry is random.

    faults: what is to be injected, by place. Raises NotSimulated.
    """
    require_simulated(blueprint)
    return place_configs(blueprint, folder, seed, boot_id(), incarnation=lambda place: _FIRST, faults=faults)


def require_simulated(blueprint: Blueprint) -> None:
    """A virtual clock must never drive a real motor, and no hand keeps its pace. Raises NotSimulated."""
    for node, driver in blueprint.hardware.items():
        raise NotSimulated(node, driver, "moves")
    for node, driver in blueprint.hardware_inputs.items():
        raise NotSimulated(node, driver, "reads")
