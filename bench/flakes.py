"""The topology tests again and again, to find the one that is not the same each time: `python -m bench.flakes`."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import track

TESTS = Path("tests/topologies")
BOUND_S = 300.0  # of one run


class Flakes(msgspec.Struct, frozen=True):
    """What came of it. failures: the last lines of each run that failed."""

    runs: int
    seconds: float
    failures: list[str]


def run_once(tests: Sequence[Path]) -> str:
    """One run of the tests in a process of its own; returns what it said if it failed."""
    options = ("-q", "-m", "not realtime", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *options, *map(str, tests)]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=BOUND_S)
    except subprocess.TimeoutExpired:
        return f"it did not end within {BOUND_S:g} s"
    return "" if ended.returncode == 0 else "\n".join((ended.stdout + ended.stderr).splitlines()[-20:])


def run_all(tests: Sequence[Path], runs: int, jobs: int) -> Iterator[str]:
    """All runs, some at a time; what each said if it failed."""
    with ThreadPoolExecutor(jobs) as pool:
        for future in as_completed([pool.submit(run_once, tests) for _ in range(runs)]):
            yield future.result()


def main(
    tests: Annotated[list[Path] | None, typer.Argument(help="what to run", show_default=str(TESTS))] = None,
    runs: Annotated[int, typer.Option(min=1, help="how often")] = 200,
    jobs: Annotated[int, typer.Option(min=1, help="how many at a time")] = 2,
    json: Annotated[Path | None, typer.Option(help="write the result to this file")] = None,
) -> None:
    """Run the topology tests many times; exit 1 if any run failed."""
    console = Console(stderr=True)
    begun = time.monotonic()
    outcomes = list(track(run_all(tests or [TESTS], runs, jobs), "topology tests", total=runs, console=console))
    flakes = Flakes(runs, round(time.monotonic() - begun, 1), [said for said in outcomes if said])
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(flakes)) + b"\n")
    for said in flakes.failures:
        console.print(said, markup=False, highlight=False)
    console.print(f"{runs} runs in {flakes.seconds:g} s, {len(flakes.failures)} failed", highlight=False)
    sys.exit(1 if flakes.failures else 0)


if __name__ == "__main__":
    typer.run(main)
