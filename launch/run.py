"""One whole run: from a topology to its report."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import msgspec

from sutura.launch.blueprint import Blueprint
from sutura.launch.errors import LaunchError
from sutura.launch.facts import describe_run
from sutura.launch.injecting import injections_for
from sutura.launch.kept_runs import size_notice
from sutura.launch.lockstep import LockstepRun
from sutura.launch.processes_run import ProcessesRun
from sutura.launch.recorders import add_report, recordings_of
from sutura.launch.report import Report, build_report
from sutura.launch.run_dir import PlaceEntry, RunDirectory, RunInfo, TopicEntry, own_start_time
from sutura.launch.stepped_run import SteppedRun, require_simulated
from sutura.launch.supervisor import Supervisor
from sutura.launch.topology import Topology
from sutura.launch.watched_run import WatchedRun
from sutura.record import REALTIME, VIRTUAL
from sutura.runtime.clock import boot_id, monotonic

LOCKSTEP_DURATION_S = 60.0  # of a lockstep run that nobody gave an end


def _as_it_is(report: Report) -> Report:
    return report


class Interrupted:
    """Becomes true when Ctrl-C or SIGTERM asks the run to end."""

    def __init__(self) -> None:
        self.signal = ""

    def __bool__(self) -> bool:
        return bool(self.signal)


@contextmanager
def interruptible() -> Iterator[Interrupted]:
    """Turn SIGINT and SIGTERM into an orderly end for as long as a run lasts."""
    interrupted = Interrupted()

    def note(number: int, frame: FrameType | None) -> None:
        interrupted.signal = signal.Signals(number).name

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_topology(
    topology: Topology,
    *,
    settings: Sequence[str] = (),
    seed: int = 0,
    duration: float | None = None,
    report_file: Path | None = None,
    faults: bool = False,
    note: Callable[[str], None],
    update: Callable[[Supervisor], None],
    made: Callable[[Supervisor], None] = lambda run: None,
    judge: Callable[[Report], Report] = _as_it_is,
) -> Report:
    """Run a checked topology until `duration` [s] is over or a signal comes; write and return its report.

    faults: inject those of the topology; made: is given the run before it starts; judge: adds to the report before
    it is written.

    Raises FaultsRefused, StartFailed and other SuturaErrors when it does not come to a start; nothing is then left
    behind.
    """
    blueprint = Blueprint.of(topology)
    injections_for(blueprint, faults)  # refused before anything is made
    run = _make_directory(blueprint, seed, settings, note, REALTIME)
    with interruptible() as interrupted:
        supervisor = Supervisor(blueprint, run, seed, faults=faults)
        made(supervisor)
        try:
            run.publish(_info(blueprint, run))
            supervisor.start(note, lambda: bool(interrupted))
            note(f"run directory: {run.path}")
            end = supervisor.started_at + int(duration * 1e9) if duration is not None else None
            supervisor.watch(lambda: bool(interrupted) or (end is not None and monotonic() >= end), update)
        finally:
            ended_at = monotonic()
            supervisor.stop()
        lasted = max(0.0, (ended_at - supervisor.started_at) * 1e-9)
        return write_report(supervisor, settings, lasted, note, report_file, judge)


def run_lockstep(
    topology: Topology,
    *,
    settings: Sequence[str] = (),
    seed: int = 0,
    duration: float | None = None,
    report_file: Path | None = None,
    processes: bool = False,
    faults: bool = False,
    note: Callable[[str], None],
    update: Callable[[SteppedRun], None],
    made: Callable[[LockstepRun], None] = lambda run: None,
    judge: Callable[[Report], Report] = _as_it_is,
) -> Report:
    """Run a checked topology on a virtual clock for `duration` [s of that clock; 60 if not said] or until a signal
    comes; write and return its report.

    processes: a process a place, compared with one process as it goes; faults: inject those of the topology, in one
    process only; made: is given the run of one process before it starts; judge: adds to the report before it is
    written.

    Raises NotSimulated, NodeCrashed and other SuturaErrors when it does not come to a start.
    """
    blueprint = Blueprint.of(topology)
    require_simulated(blueprint)
    if processes and faults:
        raise LaunchError("faults are injected in lockstep in one process, came: a process a place")
    run = _make_directory(blueprint, seed, settings, note, VIRTUAL)
    with interruptible() as interrupted:
        is_over = interrupted.__bool__
        stepped: SteppedRun
        if processes:
            stepped = ProcessesRun(blueprint, run, seed, is_over)
        else:
            stepped = LockstepRun(blueprint, run, seed, faults=faults)
            made(stepped)
        try:
            stepped.begin()
            note(f"run directory: {run.path}")
            stepped.advance(duration or LOCKSTEP_DURATION_S, is_over, update)
        finally:
            stepped.end()
        return write_report(stepped, settings, stepped.elapsed, note, report_file, judge)


def _make_directory(
    blueprint: Blueprint, seed: int, settings: Sequence[str], note: Callable[[str], None], clock: str
) -> RunDirectory:
    hint = size_notice()
    if hint:
        note(hint)
    run = RunDirectory.create(blueprint.topology.name)
    boot = boot_id() if clock == REALTIME else ""
    describe_run(run.path, blueprint, seed=seed, settings=settings, clock=clock, boot_id=boot)
    return run


def write_report(
    run: WatchedRun,
    settings: Sequence[str],
    lasted: float,
    note: Callable[[str], None],
    report_file: Path | None = None,
    judge: Callable[[Report], Report] = _as_it_is,
) -> Report:
    """Judge a run that has ended; the report goes into the run's directory, its recording and `report_file`.

    note: hears why it could not be put into the recording.
    """
    report = judge(build_report(run, list(settings), lasted))
    recordings = recordings_of(run.blueprint, run.run.path)
    for trouble in add_report(recordings, msgspec.json.encode(report), run.started_at + round(lasted * 1e9)):
        note(trouble)
    for path in (run.run.path / "report.json", report_file):
        if path is not None:
            path.write_text(json.dumps(msgspec.to_builtins(report), indent=2) + "\n")
    return report


def _info(blueprint: Blueprint, run: RunDirectory) -> RunInfo:
    topology, wiring = blueprint.topology, blueprint.wiring
    return RunInfo(
        name=run.path.name,
        topology=topology.name,
        pid=os.getpid(),
        pid_started=own_start_time(),
        started=time.strftime("%Y-%m-%d %H:%M:%S"),
        places=tuple(PlaceEntry(place, nodes) for place, nodes in topology.places.items()),
        actuators=blueprint.actuators,
        watchdogs=blueprint.nodes_of_class("Watchdog"),
        operators=blueprint.nodes_of_class("Operator"),
        topics={
            topic: TopicEntry(topology.place_of(writers[0].node.name), writers[0].declared.message.__name__)
            for topic, writers in wiring.writers.items()
        },
    )
