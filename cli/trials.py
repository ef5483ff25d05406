"""Tests topologies one after the other, for a person or a script: all are checked before the first one runs."""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sutura.cli.check import show_problems
from sutura.cli.errors import FileRefused, SeveralReports
from sutura.cli.output import fail, is_terminal, say, show_json, show_table, warn
from sutura.cli.running import require_writable
from sutura.cli.watch import LiveWatch, PlainWatch, Watch
from sutura.console import without_consoles
from sutura.errors import SuturaError
from sutura.launch import Findings, Silenced, Topology, examine
from sutura.launch.judgement import Judged
from sutura.launch.junit import Suite, write_junit
from sutura.launch.loader import load_trial
from sutura.launch.recorders import with_recorder
from sutura.launch.report import Report
from sutura.launch.trial import Trial

BAD_INPUT = 2


@dataclass(frozen=True)
class TrialOrder:
    """What a person wants tested, and how. duration [s], seed: None: as each topology says."""

    topologies: Sequence[str]
    settings: Sequence[str]
    realtime: bool
    duration: float | None
    seed: int | None
    junit: Path | None
    report_file: Path | None


def run_trials(order: TrialOrder, as_json: bool) -> int:
    """Test the topologies; returns the exit code: 0 all passed, 1 one did not, 2 one could not be tested at all.

    Raises BadInput, TopologyError.
    """
    if order.report_file is not None and len(order.topologies) > 1:
        raise SeveralReports(order.report_file, order.topologies)
    loaded = [without_consoles(with_recorder(load_trial(name, order.settings))) for name in order.topologies]
    found = [(topology, examine(topology)) for topology in loaded]
    if any(findings.problems for _, findings in found):
        for topology, findings in found:
            if findings.problems:
                show_problems(topology, findings.problems)
        fail("nothing was tested")
        return BAD_INPUT
    for file in (order.junit, order.report_file):
        if file is not None:
            _make_folder(file)
            require_writable(file)
    suites = _test_all(found, order, as_json)
    if order.junit is not None:
        _write_junit(order.junit, suites)
    if as_json:
        show_json(
            {
                "passed": all(suite.passed for suite in suites),
                "reports": [suite.report for suite in suites if suite.report is not None],
                "errors": {suite.topology: suite.error for suite in suites if suite.error},
            }
        )
    return 0 if all(suite.passed for suite in suites) else 1


def _make_folder(file: Path) -> None:
    """A fresh checkout has no folder for results yet."""
    try:
        file.absolute().parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileRefused(file, f"no folder can be made for it: {error.strerror or error}") from error


def _test_all(topologies: Sequence[tuple[Topology, Findings]], order: TrialOrder, as_json: bool) -> list[Suite]:
    """One after the other, until a person ends one."""
    suites: list[Suite] = []
    for topology, findings in topologies:
        if any(suite.interrupted for suite in suites):
            suites.append(Suite(topology.name, str(topology.path), 0.0, error="not tested: interrupted"))
        else:
            suites.append(_test(topology, findings.silenced, order, as_json))
    return suites


def _test(topology: Topology, silenced: Sequence[Silenced], order: TrialOrder, as_json: bool) -> Suite:
    trial = Trial(
        topology=topology,
        settings=(*topology.trial.settings, *order.settings),
        seed=order.seed,
        duration=order.duration,
        realtime=order.realtime,
    )
    begun = time.perf_counter()
    report, error = None, ""
    try:
        report = _run(trial, silenced, order.report_file, as_json)
    except SuturaError as trouble:
        error = str(trouble)
        fail(f"{topology.name}: {error}")
    suite = Suite(topology.name, str(topology.path), time.perf_counter() - begun, report, error)
    if report is not None and not as_json:
        _show(report)
    return suite


def _run(trial: Trial, silenced: Sequence[Silenced], report_file: Path | None, as_json: bool) -> Report:
    watch: Watch = LiveWatch() if is_terminal(sys.stdout) and not as_json else PlainWatch(to_stderr=as_json)
    world = "on the real clock" if trial.realtime else "in lockstep"
    with watch:
        watch.note(
            f"testing {trial.topology.name} ({trial.topology.path}) {world}, "
            f"{trial.duration_used:g} s, seed {trial.seed_used}"
        )
        for each in silenced:
            watch.note(str(each))
        return trial.run(note=watch.note, update=watch.update, report_file=report_file)


def _show(report: Report) -> None:
    test = report.test
    if test is None:
        return
    if test.expectations:
        show_table(("OUTCOME", "EXPECTATION", "MEASURED"), [_row(each) for each in test.expectations])
    for each in test.expectations:
        if each.outcome != "held":
            say(f"{each.file}:{each.line}: {each.outcome}: {each.reason}")
    for reason in test.unexpected:
        say(f"unexpected: {reason}")
    if report.ran.recording:
        say(f"recording: {report.ran.recording}")
    held = sum(each.outcome == "held" for each in test.expectations)
    verdict = "passed" if test.passed else "failed"
    pace = f", {report.realtime_factor:.1f} × real time" if report.realtime_factor is not None else ""
    nothing = "" if test.expectations else ": nothing is expected of it; say what, in the topology's `expect`"
    say(f"{report.ran.topology} {verdict}: {held} of {len(test.expectations)} expectations held{pace}{nothing}")


def _row(judged: Judged) -> tuple[str, str, str]:
    return judged.outcome, judged.name, judged.figure or "–"


def _write_junit(path: Path, suites: Sequence[Suite]) -> None:
    try:
        write_junit(path, suites)
    except OSError as error:
        raise FileRefused(path, error.strerror or str(error)) from error
    warn(f"JUnit: {path}")
