"""Runs a topology once and judges it by what it expects: the whole of `sutura test` but for its words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sutura.launch.blueprint import Blueprint
from sutura.launch.errors import LaunchError
from sutura.launch.expect import Evidence, Expectation, read_expectations
from sutura.launch.expect.recorded import history_of
from sutura.launch.history import History
from sutura.launch.judge import judge
from sutura.launch.judgement import Judgement
from sutura.launch.lockstep import LockstepRun
from sutura.launch.report import Report
from sutura.launch.run import run_lockstep, run_topology
from sutura.launch.supervisor import Supervisor
from sutura.launch.topology import Topology
from sutura.launch.watched_run import WatchedRun
from sutura.messages import Frame, Message


@dataclass
class _Witness:
    """Keeps the run, sees what is said in it on the topics that an expectation needs, and judges it at the end."""

    expectations: Sequence[Expectation]
    duration: float
    run: WatchedRun | None = None
    history: History | str = ""

    def watch(self, run: LockstepRun) -> None:
        """See every message as it is sent."""
        wanted, history = self._topics(run.blueprint), History(run.started_at)
        self.run, self.history = run, history

        def keep(frame: Frame[Message]) -> None:
            if frame.topic in wanted:
                history.add(frame)

        run.observe(keep)

    def keep(self, run: Supervisor) -> None:
        """Look into the recording when the run is over."""
        self.run = run

    def judge(self, report: Report) -> Report:
        """The report with what came of the expectations. Raises LaunchError."""
        run = self.run
        if run is None:
            raise LaunchError("a run must make itself known before it is judged")
        if isinstance(run, Supervisor):
            self.history = history_of(report.ran.recording, run.started_at, self._topics(run.blueprint))
        found = judge(self.expectations, Evidence.of(run, report, self.history))
        if report.ran.duration_s < self.duration - 1e-3:
            ended = f"the run was ended after {report.ran.duration_s:g} s of {self.duration:g} s"
            found = Judgement(False, found.expectations, [ended, *found.unexpected], interrupted=True)
        return msgspec.structs.replace(report, test=found)

    def _topics(self, blueprint: Blueprint) -> frozenset[str]:
        return frozenset(topic for each in self.expectations for topic in each.topics(blueprint))


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How a checked topology is tested. seed, duration [s]: None: as its `test` block says; realtime: on the real
    clock, else in lockstep; settings: for the report, they are worked in already."""

    topology: Topology
    settings: Sequence[str] = ()
    seed: int | None = None
    duration: float | None = None
    realtime: bool = False

    @property
    def seed_used(self) -> int:
        """The seed of the run."""
        return self.topology.trial.seed if self.seed is None else self.seed

    @property
    def duration_used(self) -> float:
        """How long the run shall be [s]."""
        return self.topology.trial.duration if self.duration is None else self.duration

    def run(
        self, *, note: Callable[[str], None], update: Callable[[WatchedRun], None], report_file: Path | None = None
    ) -> Report:
        """Run it, with its faults, and judge it; the report's `test` says what came of it.

        Raises TopologyError, and what `run_lockstep` and `run_topology` raise.
        """
        witness = _Witness(read_expectations(self.topology), self.duration_used)
        if self.realtime:
            return run_topology(
                self.topology,
                settings=self.settings,
                seed=self.seed_used,
                duration=self.duration_used,
                report_file=report_file,
                faults=True,
                note=note,
                update=update,
                made=witness.keep,
                judge=witness.judge,
            )
        return run_lockstep(
            self.topology,
            settings=self.settings,
            seed=self.seed_used,
            duration=self.duration_used,
            report_file=report_file,
            faults=True,
            note=note,
            update=update,
            made=witness.watch,
            judge=witness.judge,
        )
