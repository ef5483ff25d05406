"""Starts the places of a topology together, watches them, and ends them; nothing of a run survives it."""

from collections.abc import Callable

from sutura.launch.agenda import Agenda
from sutura.launch.blueprint import Blueprint
from sutura.launch.child import Child
from sutura.launch.crew import SLICE_S, Crew
from sutura.launch.fault_targets import faults_by_place
from sutura.launch.injecting import injections_for, schedule
from sutura.launch.places import place_configs
from sutura.launch.process_hands import ProcessHands
from sutura.launch.run_dir import RunDirectory
from sutura.launch.starting import start_together
from sutura.launch.stopping import stop_together
from sutura.launch.watching import Keeper
from sutura.nodes import Event
from sutura.runtime.clock import boot_id, monotonic
from sutura.runtime.config import PlaceConfig
from sutura.runtime.status import PlaceStatus


class Supervisor:
    """One run of a topology. Use it as: start(), watch(...), stop(); stop() may be called at any time, once.

    It must be made on the main thread: the processes end with the thread that started them.
    """

    def __init__(self, blueprint: Blueprint, run: RunDirectory, seed: int, *, faults: bool = False) -> None:
        """faults: inject those of the topology. Raises FaultsRefused."""
        self.blueprint = blueprint
        self.topology = blueprint.topology
        self.run = run
        self.seed = seed
        self.started_at = 0
        self._configs: dict[str, PlaceConfig] = {}
        self._stopped = False
        self._injections = injections_for(blueprint, faults)
        self._agenda = Agenda()
        self._crew = Crew(blueprint, run)

    @property
    def children(self) -> dict[str, Child]:
        """The processes by place."""
        return self._crew.children

    @property
    def statuses(self) -> dict[str, PlaceStatus]:
        """The newest figures of each place, of its present incarnation."""
        return self._crew.statuses

    @property
    def events(self) -> list[Event]:
        """All that people should know, as it became known."""
        return self._crew.events

    @property
    def elapsed(self) -> float:
        """Seconds since the first tick's grid began."""
        return max(0.0, (monotonic() - self.started_at) * 1e-9)

    @property
    def recording_hash(self) -> None:
        """On the real clock no two runs are equal."""
        return None

    @property
    def realtime_factor(self) -> None:
        """The clock is the real one."""
        return None

    @property
    def guard_pid(self) -> int:
        """Of the process that cleans up if this one is killed."""
        return self._crew.guardian.pid

    def start(self, note: Callable[[str], None], is_unwanted: Callable[[], bool] = bool) -> None:
        """Start every place and, when all are ready and agree, say go; returns when all nodes have started.

        is_unwanted: turns true when the run shall not start after all. Raises StartFailed, SchemaMismatch.
        """
        configs = place_configs(
            self.blueprint,
            self.run.path,
            self.seed,
            boot_id(),
            lambda place: self.children[place].new_incarnation(),
            faults=faults_by_place(self._injections),
        )
        self._configs = {config.place: config for config in configs}
        self.started_at = start_together(self._crew, configs, self.blueprint.wiring, note, is_unwanted)
        schedule(self._injections, self._agenda, ProcessHands(self._crew, self.started_at))

    def watch(self, until: Callable[[], bool], update: Callable[["Supervisor"], None]) -> None:
        """Look after the places until `until()`; `update` is called after each round of figures."""
        keeper = Keeper(self._crew, self.blueprint, self._configs, self.started_at)
        while not until():
            self._agenda.run(self.elapsed)
            if keeper.look():
                update(self)
            self._crew.read(max(0.0, min(SLICE_S, self._agenda.next_at - self.elapsed)))

    def stop(self) -> None:
        """End every process in good order, in less than two seconds."""
        if self._stopped:
            return
        self._stopped = True
        try:
            stop_together(self._crew)
        finally:
            self.run.retire()
