"""The gesture-to-motor chain against bare chains: `python -m bench.chain`.

In every round each chain runs once, one after the other, in an order shuffled with a fixed seed; medians over the
rounds and ratios within a round are what is compared, as one machine is never equally quiet twice.
"""

import random
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from bench.bare import RATE_HZ, STAGES, run_bare
from bench.figures import PLAIN, Chain, Round, compare
from bench.machine import Machine, OthersMeter, this_machine, wait_until_quiet
from bench.project import run_project
from bench.table import markdown, rich_table
from sutura.errors import SuturaError

PATIENCE_S = 30.0
ATTEMPTS = 4
QUIET_PERCENT = 4.0

Run = Callable[[int], Round]


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """A whole bench.

    failures: runs that could not be measured; a round in which a chain failed in every attempt counts for none.
    """

    machine: Machine
    rate_hz: float
    stages: int
    samples: int
    fifo: bool
    seed: int
    chains: list[Chain]
    rounds: list[dict[str, Round]]
    failures: list[str]


def the_chains(fifo: bool) -> dict[str, Run]:
    """Every chain by name; without Zenoh's where it is not installed."""
    chains: dict[str, Run] = {
        PLAIN: lambda samples: run_bare(PLAIN, "zmq", samples, fifo=fifo),
        "bare zenoh": lambda samples: run_bare("bare zenoh", "zenoh", samples, fifo=fifo),
        "six processes": lambda samples: run_project("six processes", samples, fifo=fifo),
        "one place": lambda samples: run_project("one place", samples, together=True, fifo=fifo),
    }
    if find_spec("zenoh") is None:
        del chains["bare zenoh"]
    return chains


def measure(rounds: int, samples: int, fifo: bool, seed: int, say: Callable[[str], None]) -> Bench:
    """Run all chains `rounds` times, interleaved."""
    chains, order = the_chains(fifo), random.Random(seed)
    done: list[dict[str, Round]] = []
    failures: list[str] = []
    for number in range(1, rounds + 1):
        wait_until_quiet(PATIENCE_S)
        row: dict[str, Round] = {}
        for name in order.sample(list(chains), len(chains)):
            found = _try(chains[name], samples, failures)
            if found is not None:
                row[name] = found
                say(f"round {number}: {name}: p50 {found.p50_us:.0f} µs, others {found.others_percent:g} %")
        if len(row) == len(chains):
            done.append({name: row[name] for name in chains})
    return Bench(
        machine=this_machine(),
        rate_hz=RATE_HZ,
        stages=STAGES,
        samples=samples,
        fifo=fifo,
        seed=seed,
        chains=compare(done) if done else [],
        rounds=done,
        failures=failures,
    )


def _try(run: Run, samples: int, failures: list[str]) -> Round | None:
    """One run that strangers left alone, or of some attempts the one they disturbed least, whatever it measured."""
    attempts: list[Round] = []
    for _ in range(ATTEMPTS):
        meter = OthersMeter()
        try:
            found = run(samples)
        except SuturaError as error:
            failures.append(str(error))
        else:
            attempts.append(msgspec.structs.replace(found, others_percent=meter.percent()))
            if attempts[-1].others_percent < QUIET_PERCENT:
                break
        wait_until_quiet(PATIENCE_S)
    return min(attempts, key=lambda attempt: attempt.others_percent, default=None)


def main(
    rounds: Annotated[int, typer.Option(min=1, help="how often each chain runs")] = 5,
    samples: Annotated[int, typer.Option(min=100, help="messages counted in each run")] = 3000,
    quick: Annotated[bool, typer.Option("--quick", help="2 rounds of 1000 samples")] = False,
    fifo: Annotated[bool, typer.Option("--fifo", help="schedule every chain SCHED_FIFO")] = False,
    seed: Annotated[int, typer.Option(help="of the order of the chains")] = 0,
    json: Annotated[Path | None, typer.Option(help="write everything to this file")] = None,
    page: Annotated[Path | None, typer.Option("--markdown", help="write the table to this file")] = None,
) -> None:
    """Measure the gesture-to-motor chain against bare chains, interleaved."""
    console = Console()
    if quick:
        rounds, samples = 2, 1000
    bench = measure(rounds, samples, fifo, seed, lambda text: console.print(text, highlight=False))
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(bench)) + b"\n")
    if not bench.chains:
        console.print("no round was complete", *bench.failures, sep="\n")
        sys.exit(1)
    console.print(rich_table(bench.chains, conditions(bench)))
    if page is not None:
        page.write_text(markdown(bench.chains, bench.machine, conditions(bench)))


def conditions(bench: Bench) -> str:
    """How it was measured, in a sentence."""
    scheduling = "SCHED_FIFO" if bench.fifo else "ordinary scheduling"
    others = sorted(run.others_percent for row in bench.rounds for run in row.values())
    return (
        f"{len(bench.rounds)} rounds of {bench.samples} samples at {bench.rate_hz:g} Hz, interleaved, "
        f"{scheduling}; strangers used up to {others[-1]:.0f} % of the machine during a run "
        f"(median {others[len(others) // 2]:.0f} %)."
    )


if __name__ == "__main__":
    typer.run(main)
