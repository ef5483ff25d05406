"""Runs a topology once and judges it by what it expects: the whole of `sutura test` but for its words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from sutura.launch.blueprint import Blueprint
from sutura.launch.expect import Evidence, Expectation, read_expectations
from sutura.launch.expect.recorded import history_of
from sutura.launch.history import History
from sutura.launch.judge import judge
from sutura.launch.judgement import Judgement
from sutura.launch.lockstep import LockstepRun
from sutura.launch.report import Report
from sutura.launch.run import run_lockstep, run_topology, save_report
from sutura.launch.supervisor import Supervisor
from sutura.launch.topology import Topology
from sutura.launch.watched_run import WatchedRun
from sutura.messages import Frame, Message


@dataclass
class _Witness:
    """Keeps the run, and what is said in it on the topics that an expectation needs."""

    expectations: Sequence[Expectation]
    run: WatchedRun | None = None
    history: History | str = field(default="")

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

    @property
    def found(self) -> WatchedRun:
        """The run."""
        assert self.run is not None, "a run makes itself known before it starts"
        return self.run

    def evidence(self, report: Report) -> Evidence:
        """All that is known of the run, once it is over."""
        run = self.found
        if isinstance(run, Supervisor):
            self.history = history_of(report.ran.recording, run.started_at, self._topics(run.blueprint))
        return Evidence.of(run, report, self.history)

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
        """Run it and judge it; the report's `test` says what came of it.

        Raises TopologyError, and what `run_lockstep` and `run_topology` raise.
        """
        witness = _Witness(read_expectations(self.topology))
        report = self._ran(witness, note, update)
        judgement = judge(witness.expectations, witness.evidence(report))
        if report.ran.duration_s < self.duration_used - 1e-3:
            ended = f"the run was ended after {report.ran.duration_s:g} s of {self.duration_used:g} s"
            judgement = Judgement(False, judgement.expectations, [ended, *judgement.unexpected], interrupted=True)
        judged = msgspec.structs.replace(report, test=judgement)
        save_report(judged, witness.found.run, report_file)
        return judged

    def _ran(self, witness: _Witness, note: Callable[[str], None], update: Callable[[WatchedRun], None]) -> Report:
        settings, seed, duration = self.settings, self.seed_used, self.duration_used
        if self.realtime:
            return run_topology(
                self.topology,
                settings=settings,
                seed=seed,
                duration=duration,
                note=note,
                update=update,
                made=witness.keep,
            )
        return run_lockstep(
            self.topology,
            settings=settings,
            seed=seed,
            duration=duration,
            note=note,
            update=update,
            made=witness.watch,
        )
