"""How fast does the arm hold? `python -m bench.safety --kills 100 --json safety.json [--seed 0] [--quick]`.

In runs of the shipped teleop topology, in real time, it kills every supervised node, the watchdog and the actuator
with SIGKILL and SIGSTOP, and measures when the arm's driver was last written to. Then it kills supervisors.
It ends with 1 when a command was applied later than 50 ms after a kill, when the arm moved again without reset and
re-clutch, when no cause was named, or when anything was left of a run whose supervisor was killed.
"""

import os
import platform
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from bench.errors import NotRunnable
from bench.kills import HOLD_BOUND_MS, Campaign
from bench.orphans import Orphaned, kill_supervisor
from bench.plan import Kill, make_plan, one_run
from sutura.errors import SuturaError
from sutura.launch.blueprint import Blueprint
from sutura.launch.checker import check_topology
from sutura.launch.loader import load_topology

GONE_BOUND_S = 1.0
_SETTINGS = ("arm_at_start=true", "driver=bench.recording_arm:RecordingArm")
_SUSPENDED = "fk"  # a place that is stopped before every second kill of a supervisor


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """All kills. held_ms_max: the longest time from a kill to the last command; nuisances: holds nobody caused."""

    verdict: str
    held_ms_max: float
    held_ms_bound: float
    gone_s_max: float
    gone_s_bound: float
    nuisances: int
    seed: int
    cores: int | None
    platform: str
    kills: list[Kill]
    supervisor_kills: list[Orphaned]


def safety_blueprint() -> Blueprint:
    """The topology that is killed: teleop with an arm that marks every write. Raises NotRunnable."""
    topology = load_topology("teleop", _SETTINGS)
    problems = check_topology(topology)
    if problems:
        raise NotRunnable(topology.name, problems)
    return Blueprint.of(topology)


def main(
    kills: Annotated[int, typer.Option(min=0, help="How many processes to kill.")] = 100,
    supervisors: Annotated[int, typer.Option(min=0, help="How many supervisors to kill.")] = 5,
    json: Annotated[Path | None, typer.Option(help="Write all figures to this file.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the order.")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="10 kills, and 2 of supervisors.")] = False,
) -> None:
    """Kill processes of a run and measure how the arm holds."""
    console = Console(soft_wrap=True)
    if quick:
        kills, supervisors = 10, 2
    with tempfile.TemporaryDirectory(prefix="safety-", ignore_cleanup_errors=True) as home:
        os.environ["SUTURA_HOME"] = home
        try:
            result = _measure(console, kills, supervisors, seed)
        except SuturaError as error:
            console.print(f"[red]{error}")
            raise typer.Exit(1) from error
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(result)) + b"\n")
    _show(console, result)
    raise typer.Exit(0 if result.verdict == "pass" else 1)


def _measure(console: Console, kills: int, supervisors: int, seed: int) -> Result:
    found, nuisances, whole = _kill_all(console, kills, seed)
    orphaned: list[Orphaned] = []
    for number in range(supervisors if whole else 0):
        last = kill_supervisor(_SUSPENDED if number % 2 else "", seed)
        orphaned.append(last)
        console.print(
            f"supervisor {number + 1}/{supervisors}: gone after {last.gone_s:.2f} s {_words(last.failures)}"
        )
    held = max((kill.held_ms for kill in found), default=0.0)
    gone = max((kill.gone_s for kill in orphaned), default=0.0)
    failed = bool(_failures(found, orphaned)) or held > HOLD_BOUND_MS or gone > GONE_BOUND_S
    return Result(
        verdict="fail" if failed or not whole else "pass",
        held_ms_max=held,
        held_ms_bound=HOLD_BOUND_MS,
        gone_s_max=gone,
        gone_s_bound=GONE_BOUND_S,
        nuisances=nuisances,
        seed=seed,
        cores=os.cpu_count(),
        platform=platform.platform(),
        kills=found,
        supervisor_kills=orphaned,
    )


def _kill_all(console: Console, kills: int, seed: int) -> tuple[list[Kill], int, bool]:
    """Every kill's result, the holds that nobody caused, and whether the whole plan was carried out."""
    blueprint = safety_blueprint()
    plan = make_plan(sorted(blueprint.control_nodes), kills, Random(seed))
    found: list[Kill] = []

    def tell(kill: Kill) -> None:
        found.append(kill)
        how = f"{kill.signal}, resumed after {kill.resume_s:g} s" if kill.resume_s else kill.signal
        console.print(
            f"{len(found):3}/{kills} {kill.victim} {how}: last command after {kill.held_ms:.1f} ms, "
            f"moves again after {kill.back_s:.1f} s; {kill.cause} {_words(kill.failures)}"
        )

    nuisances = 0
    while len(found) < kills:
        campaign = Campaign(blueprint, seed, tell)
        campaign.play(one_run(plan[len(found) :]))
        nuisances += campaign.nuisances
        if campaign.is_interrupted:
            return found, nuisances, False
    return found, nuisances, True


def _failures(kills: Sequence[Kill], supervisors: Sequence[Orphaned]) -> list[str]:
    found = [failure for kill in kills for failure in kill.failures]
    return found + [failure for kill in supervisors for failure in kill.failures]


def _words(failures: Sequence[str]) -> str:
    return f"[red]{'; '.join(failures)}[/red]" if failures else ""


def _show(console: Console, result: Result) -> None:
    table = Table("victim", "signal", "kills", "median ms", "max ms", title="last command after the kill")
    groups: dict[tuple[str, str], list[float]] = {}
    for kill in result.kills:
        groups.setdefault((kill.victim, kill.signal), []).append(kill.held_ms)
    for (victim, name), held in sorted(groups.items()):
        table.add_row(victim, name, str(len(held)), f"{statistics.median(held):.1f}", f"{max(held):.1f}")
    console.print(table)
    console.print(
        f"{len(result.kills)} kills: last command at most {result.held_ms_max:.1f} ms after a kill "
        f"(bound {HOLD_BOUND_MS:g} ms); {result.nuisances} holds that nobody caused"
    )
    console.print(
        f"{len(result.supervisor_kills)} supervisors killed: all processes gone after at most "
        f"{result.gone_s_max:.2f} s (bound {GONE_BOUND_S:g} s)"
    )
    console.print(f"verdict: {result.verdict}")


if __name__ == "__main__":
    typer.run(main)
