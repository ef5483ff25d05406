"""What a run shows to those who watch it and report it, in whichever world it runs."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from sutura.launch.blueprint import Blueprint
from sutura.launch.run_dir import RunDirectory
from sutura.launch.topology import Topology
from sutura.nodes import Event
from sutura.runtime.status import PlaceStatus


class WatchedPlace(Protocol):
    """One place. started_at [ns] is of its present incarnation."""

    @property
    def phase(self) -> str: ...
    @property
    def restarts(self) -> int: ...
    @property
    def started_at(self) -> int: ...


class WatchedRun(Protocol):
    """A run that lives or has ended.

    elapsed [s] and started_at [ns] are of the run's own clock. recording_hash and realtime_factor are None where
    the run's clock is the real one.
    """

    @property
    def blueprint(self) -> Blueprint: ...
    @property
    def topology(self) -> Topology: ...
    @property
    def run(self) -> RunDirectory: ...
    @property
    def seed(self) -> int: ...
    @property
    def started_at(self) -> int: ...
    @property
    def elapsed(self) -> float: ...
    @property
    def children(self) -> Mapping[str, WatchedPlace]: ...
    @property
    def statuses(self) -> Mapping[str, PlaceStatus]: ...
    @property
    def events(self) -> Sequence[Event]: ...
    @property
    def recording_hash(self) -> str | None: ...
    @property
    def realtime_factor(self) -> float | None: ...
