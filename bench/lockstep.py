"""How fast is lockstep? `python -m bench.lockstep --json FILE [--rounds 2] [--seed 7] [--quick]`.

Every case runs once a round, one after the other, in this process; what counts is the median of its factors over
real time. It ends with 1 when two runs of a case and seed had not the same recording hash, when another seed had
the same, when a run failed, or when the simulated surgeon did not transfer its ring.
"""

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bench.errors import NotRunnable
from bench.machine import Machine, OthersMeter, this_machine, wait_until_quiet
from bench.own_home import own_home
from sutura.errors import SuturaError
from sutura.launch import check_topology, load_topology
from sutura.launch.recorders import with_recorder, without_recorders
from sutura.launch.report import Report
from sutura.launch.run import run_lockstep

_PATIENCE_S = 20.0  # with strangers, before a round
_WHOLE_TASK_S = 20.0  # which the scripted surgeon needs for its ring
_OTHER_SEED_S = 3.0  # of the run whose hash must differ: the hand moves from 2 s on


@dataclass(frozen=True)
class Case:
    """What is run. duration [s]: of the run's clock; wanted: times real time; processes: a process a place."""

    name: str
    topology: str
    settings: tuple[str, ...]
    record: bool
    duration: float
    wanted: float
    processes: bool = False


CASES = (
    Case("kinematic", "teleop", ("arm_at_start=true",), False, 30.0, 20.0),
    Case("kinematic, recorded", "teleop", ("arm_at_start=true",), True, 30.0, 10.0),
    Case("MuJoCo, recorded", "sim", (), True, 60.0, 3.0),
    Case("kinematic, in processes", "teleop", ("arm_at_start=true",), False, 5.0, 0.5, processes=True),
    Case("MuJoCo, recorded, in processes", "sim", (), True, 5.0, 0.5, processes=True),
)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One case. factor: median; factors: of every round; others_percent: what strangers used of the machine."""

    name: str
    duration_s: float
    wanted: float
    factor: float
    met: bool
    factors: list[float]
    others_percent: list[float]
    recording_hash: str
    rings_transferred: int | None
    wrong: list[str]


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """A whole bench."""

    machine: Machine
    seed: int
    cases: list[Outcome]


def run_case(case: Case, seed: int, duration: float, *, processes: bool = False) -> Report:
    """One run. Raises NotRunnable and what keeps a run from starting."""
    topology = load_topology(case.topology, case.settings)
    topology = with_recorder(topology) if case.record else without_recorders(topology)
    problems = check_topology(topology)
    if problems:
        raise NotRunnable(topology.name, problems)
    with own_home():
        return run_lockstep(
            topology,
            seed=seed,
            duration=duration,
            processes=processes,
            note=lambda text: None,
            update=lambda run: None,
        )


def measure(rounds: int, seed: int, share: float, say: Callable[[str], None]) -> Bench:
    """Run all cases `rounds` times, interleaved, each for `share` of its duration."""
    reports: dict[str, list[Report]] = {case.name: [] for case in CASES}
    strangers: dict[str, list[float]] = {case.name: [] for case in CASES}
    for number in range(1, rounds + 1):
        wait_until_quiet(_PATIENCE_S)
        for case in CASES:
            meter = OthersMeter()
            report = run_case(case, seed, case.duration * share, processes=case.processes)
            reports[case.name].append(report)
            strangers[case.name].append(meter.percent())
            say(f"round {number}: {case.name}: {report.realtime_factor} × real time")
    outcomes = [judge(case, reports[case.name], strangers[case.name], seed, share) for case in CASES]
    return Bench(machine=this_machine(), seed=seed, cases=outcomes)


def judge(case: Case, reports: list[Report], strangers: list[float], seed: int, share: float) -> Outcome:
    """The figures of a case, and what is wrong with its runs."""
    wrong = [f"a run failed: {'; '.join(report.reasons)}" for report in reports if report.verdict != "pass"]
    hashes = {report.recording_hash for report in reports}
    if case.processes:
        hashes.add(run_case(case, seed, case.duration * share).recording_hash)
    if len(hashes) != 1:
        wrong.append(f"{len(hashes)} different hashes with one seed")
    if run_case(case, seed, _OTHER_SEED_S).recording_hash == run_case(case, seed + 1, _OTHER_SEED_S).recording_hash:
        wrong.append("another seed gave the same hash")
    task = reports[0].task
    if task is not None and case.duration * share >= _WHOLE_TASK_S and (task.rings_transferred < 1 or task.drops):
        wrong.append(f"{task.rings_transferred} rings transferred, {task.drops} drops")
    factors = [report.realtime_factor or 0.0 for report in reports]
    return Outcome(
        name=case.name,
        duration_s=case.duration * share,
        wanted=case.wanted,
        factor=round(statistics.median(factors), 1),
        met=statistics.median(factors) >= case.wanted,
        factors=factors,
        others_percent=strangers,
        recording_hash=str(reports[0].recording_hash),
        rings_transferred=None if task is None else task.rings_transferred,
        wrong=wrong,
    )


def show(bench: Bench, console: Console) -> None:
    """The cases as a table, and what is wrong."""
    table = Table(title=f"lockstep, seed {bench.seed}")
    for column in ("case", "run's seconds", "× real time", "wanted", "", "rings", "strangers %"):
        table.add_column(column)
    for case in bench.cases:
        table.add_row(
            case.name,
            f"{case.duration_s:g}",
            f"{case.factor:g} ({min(case.factors):.1f}–{max(case.factors):.1f})",
            f"≥ {case.wanted:g}",
            "met" if case.met else "missed",
            "–" if case.rings_transferred is None else str(case.rings_transferred),
            f"{max(case.others_percent):g}",
        )
    console.print(table)
    for case in bench.cases:
        console.print(f"{case.name}: recording hash {case.recording_hash}", highlight=False)
        for text in case.wrong:
            console.print(f"{case.name}: {text}", style="bold red")


def main(
    rounds: Annotated[int, typer.Option(min=2, help="how often each case runs")] = 2,
    seed: Annotated[int, typer.Option(min=0, help="of every run")] = 7,
    quick: Annotated[
        bool, typer.Option("--quick", help="a tenth of each duration, without the whole task")
    ] = False,
    json: Annotated[Path | None, typer.Option(help="write everything to this file")] = None,
) -> None:
    """Measure how much faster than real time a topology runs in lockstep, and that equal seeds give equal runs."""
    console = Console()
    try:
        bench = measure(rounds, seed, 0.1 if quick else 1.0, lambda text: console.print(text, highlight=False))
    except SuturaError as error:
        console.print(f"error: {error}", style="bold red", highlight=False)
        raise typer.Exit(1) from error
    show(bench, console)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(bench), indent=2) + b"\n")
    raise typer.Exit(1 if any(case.wrong for case in bench.cases) else 0)


if __name__ == "__main__":
    typer.run(main)
