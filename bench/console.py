"""What the web console costs the control path: runs without it and with it, somebody watching, in turn.

`python -m bench.console --rounds 3 --seconds 6 --json console.json`
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from bench.errors import NotRunnable, TooFewSamples
from bench.machine import Machine, this_machine
from sutura.console import read_address, with_console, without_consoles
from sutura.errors import SuturaError
from sutura.launch.checker import check_topology
from sutura.launch.loader import load_topology
from sutura.launch.run import run_topology
from sutura.launch.supervisor import Supervisor

P50_MOST, P99_MOST = 1.15, 2.0


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One run. From gesture to motor [µs]; lost: where motion depends on it; cpu_percent: of the console."""

    console: bool
    p50_us: float
    p99_us: float
    lost: int
    trips: int
    cpu_percent: float

    def words(self) -> str:
        """For people."""
        cost = f", console {self.cpu_percent:.0f} % of a core" if self.console else ""
        path = f"p50 {self.p50_us:.0f} µs, p99 {self.p99_us:.0f} µs, lost {self.lost}, trips {self.trips}"
        return f"console {'on' if self.console else 'off'}: {path}{cost}"


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """All that was measured; ratios: with the console over without, the median of the rounds'."""

    machine: Machine
    rounds: list[tuple[Round, Round]]
    p50_ratio: float
    p99_ratio: float
    lost: int
    trips: int


class _Onlooker:
    """Watches the console of a run once it is there, from a process of its own."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __call__(self, run: Supervisor) -> None:
        address = read_address(run.run.path)
        if self._process is None and address is not None:
            command = [sys.executable, "-m", "bench.console_viewer", address.url_to_watch]
            self._process = subprocess.Popen(command, preexec_fn=lambda: os.nice(15) and None)

    def close(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


def run_round(console: bool, seconds: float) -> Round:
    """Run `sim` once. Raises NotRunnable, TooFewSamples, and what a start may raise."""
    topology = (with_console if console else without_consoles)(load_topology("sim"))
    problems = check_topology(topology)
    if problems:
        raise NotRunnable(topology.name, problems)
    onlooker = _Onlooker()
    with tempfile.TemporaryDirectory(prefix="su") as home:
        os.environ["SUTURA_HOME"] = home
        try:
            report = run_topology(topology, duration=seconds, note=lambda text: None, update=onlooker)
        finally:
            onlooker.close()
    path = report.path.latency_us if report.path is not None else None
    if path is None or path.p50 is None or path.p99 is None:
        raise TooFewSamples("the control path", 1, 0, report.reasons)
    control = {name for name, node in topology.nodes.items() if node.supervised} | {"watchdog"}
    links = [link for link in report.connections if {link.from_, link.to} <= control]
    cost = report.nodes["console"].cpu_percent if console else 0.0
    return Round(
        console=console,
        p50_us=path.p50,
        p99_us=path.p99,
        lost=sum(link.lost for link in links),
        trips=len(report.trips),
        cpu_percent=cost or 0.0,
    )


def measure(rounds: int, seconds: float, console: Console) -> Bench:
    """Runs without and with it, in turn; which is first changes from round to round."""
    done: list[tuple[Round, Round]] = []
    for number in range(rounds):
        pair: dict[bool, Round] = {}
        for is_on in (number % 2 == 1, number % 2 == 0):
            pair[is_on] = run_round(is_on, seconds)
            console.print(f"round {number}: {pair[is_on].words()}", highlight=False)
        done.append((pair[False], pair[True]))
    every = [each for both in done for each in both]
    return Bench(
        machine=this_machine(),
        rounds=done,
        p50_ratio=statistics.median(on.p50_us / off.p50_us for off, on in done),
        p99_ratio=statistics.median(on.p99_us / off.p99_us for off, on in done),
        lost=sum(each.lost for each in every),
        trips=sum(each.trips for each in every),
    )


def main(
    rounds: Annotated[int, typer.Option(min=1, help="pairs of runs, without and with the console")] = 3,
    seconds: Annotated[float, typer.Option(min=3.0, help="of each run")] = 6.0,
    json: Annotated[Path | None, typer.Option(help="write everything to this file")] = None,
) -> None:
    """Measure the control path with the console off and on, interleaved."""
    console = Console()
    try:
        bench = measure(rounds, seconds, console)
    except SuturaError as error:
        console.print(str(error))
        sys.exit(1)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(bench)) + b"\n")
    for line in (
        f"control path, console on / off: p50 × {bench.p50_ratio:.2f} (wanted ≤ {P50_MOST})",
        f"control path, console on / off: p99 × {bench.p99_ratio:.2f} (wanted ≤ {P99_MOST})",
        f"lost control messages {bench.lost}, trips {bench.trips}",
    ):
        console.print(line, highlight=False)


if __name__ == "__main__":
    typer.run(main)
