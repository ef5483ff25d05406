"""Runs a topology for a person or a script: checked first, watched while it lives, judged at the end."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sutura.cli.check import show_problems
from sutura.cli.companions import Companions
from sutura.cli.consoling import AddressTeller, consoled
from sutura.cli.errors import FileRefused
from sutura.cli.output import fail, is_terminal, say, show_json, warn
from sutura.cli.watch import LiveWatch, PlainWatch, Watch
from sutura.launch import examine, load_topology
from sutura.launch.recorders import with_recorder, without_recorders
from sutura.launch.report import Report
from sutura.launch.run import run_lockstep, run_topology
from sutura.launch.watched_run import WatchedRun


@dataclass(frozen=True)
class RunOrder:
    """What a person wants to run, and how.

    duration [s], None: until Ctrl-C, in lockstep 60 s; record: with a recorder, also where the topology has none,
    else without any; ports: of those who look on, by command, see `Companions`; headless: without the web console,
    which a virtual clock never has.
    """

    topology: str
    settings: Sequence[str]
    seed: int
    duration: float | None
    report_file: Path | None
    lockstep: bool
    processes: bool
    record: bool | None
    faults: bool
    ports: dict[str, int] = field(default_factory=dict)
    headless: bool = False


def run_and_report(order: RunOrder, as_json: bool) -> int:
    """Run a topology; returns the exit code: 0 verdict pass, 1 verdict fail or a check that found problems.

    Raises SuturaError when it does not come to a start.
    """
    if order.report_file is not None:
        require_writable(order.report_file)
    topology = load_topology(order.topology, order.settings)
    topology = with_recorder(topology) if order.record else without_recorders(topology)
    topology = consoled(topology, wanted=not (order.lockstep or order.headless), note=warn)
    findings = examine(topology)
    if findings.problems:
        show_problems(topology, findings.problems)
        fail(f"{topology.name} was not started")
        return 1
    watch: Watch = LiveWatch() if is_terminal(sys.stdout) and not as_json else PlainWatch(to_stderr=as_json)
    companions = Companions(order.ports)

    def update(run: WatchedRun) -> None:
        companions.start(run.run, watch.note)
        watch.update(run)

    with watch, companions:
        watch.note(f"launching {topology.name} ({topology.path})")
        for silenced in findings.silenced:
            watch.note(str(silenced))
        if topology.faults or order.faults:
            watch.note(_about_faults(len(topology.faults), order.faults))
        run = partial(run_lockstep, processes=order.processes) if order.lockstep else run_topology
        report = run(
            topology,
            settings=order.settings,
            seed=order.seed,
            duration=order.duration,
            report_file=order.report_file,
            faults=order.faults,
            note=watch.note,
            update=AddressTeller(update, watch.note),
        )
    if as_json:
        show_json(report)
    else:
        _show_verdict(report, [path for path in (watch.report_file, order.report_file) if path is not None])
    return 0 if report.verdict == "pass" else 1


def _about_faults(count: int, wanted: bool) -> str:
    faults = f"{count} fault{'' if count == 1 else 's'} in the topology"
    return f"{faults}, injected at their times" if wanted else f"{faults}, not injected; --faults injects them"


def require_writable(path: Path) -> None:
    """Refuse a file that could not be written when the run is over. Raises FileRefused."""
    folder = path.absolute().parent
    if path.is_dir():
        raise FileRefused(path, "it is a folder")
    if not folder.is_dir():
        raise FileRefused(path, f"there is no folder {folder}")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise FileRefused(path, "no permission")


def _show_verdict(report: Report, files: list[Path]) -> None:
    pace = f", {report.realtime_factor:.1f} × real time" if report.realtime_factor is not None else ""
    say(f"ran {report.ran.duration_s:.1f} s{pace}")
    if report.path is not None and report.path.latency_us.p50 is not None:
        latency = report.path.latency_us
        say(f"gesture to motor: p50 {latency.p50} µs, p99 {latency.p99} µs, max {latency.max} µs")
    if report.tracking is not None and report.tracking.tip_error_mm.p95 is not None:
        error = report.tracking.tip_error_mm
        say(f"tip error: p50 {error.p50} mm, p95 {error.p95} mm, max {error.max} mm")
    if report.task is not None:
        say(f"task: {report.task.rings_transferred} rings transferred, {report.task.drops} drops")
    if report.recording_hash is not None:
        say(f"recording hash: {report.recording_hash}")
    say(f"verdict: {report.verdict}")
    for reason in report.reasons:
        say(f"  - {reason}")
    for file in files:
        say(f"report: {file}")
    if report.ran.recording:
        say(f"recording: {report.ran.recording}")
