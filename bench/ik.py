"""Our inverse kinematics beside that of other libraries, on the same targets: `python -m bench.ik`.

Targets lie on random smooth paths through the arm's Cartesian workspace, 1 ms apart; every solver starts each solve
from its own last answer. In every round each solver does the same stretch of a path, in shuffled order; medians of
single solves and ratios within a round are what is compared.
"""

import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bench.ik_plot import drawing
from bench.ik_solvers import OURS, Solver, solvers
from bench.machine import Machine, this_machine
from sutura.kinematics import Arm, load_arm
from sutura.kinematics.rotations import angle_between, from_matrix

Floats = NDArray[np.float64]
_ARM = "psm_classic_lnd"
_OFF_PATH = 1e-3  # [rad, m] from the joints that made the target: another branch, or not solved


class SolverFigures(msgspec.Struct, frozen=True):
    """One solver. us: median of all solves; ratio: of medians to ours, by round, the middle and the extremes.

    percentiles_us: 1 to 99.
    """

    solver: str
    median_us: float
    p99_us: float
    ratio: float
    ratio_least: float
    ratio_largest: float
    worst_position_m: float
    worst_angle_rad: float
    off_path: int
    percentiles_us: tuple[float, ...]


class IkBench(msgspec.Struct, frozen=True, kw_only=True):
    """A whole bench; left_out: why a library is not in it."""

    machine: Machine
    arm: str
    seed: int
    rounds: int
    targets_per_round: int
    solvers: list[SolverFigures]
    left_out: dict[str, str]


class _Run:
    """What one solver has done so far."""

    def __init__(self, solver: Solver) -> None:
        self.solver = solver
        self.times: list[list[int]] = []
        self.position = self.angle = 0.0
        self.off_path = 0

    def go(self, arm: Arm, path: Floats, poses: list[Floats]) -> None:
        """Solve for every pose of one path, then judge the answers."""
        targets = [self.solver.target(pose) for pose in poses]
        near, solve, clock = path[0], self.solver.solve, time.perf_counter_ns
        times, answers = [], []
        for target in targets:
            begun = clock()
            near = solve(target, near)
            times.append(clock() - begun)
            answers.append(near)
        self.times.append(times)
        for q, pose, wanted in zip(answers, poses, path, strict=True):
            self._judge(arm, q, pose, wanted)

    def _judge(self, arm: Arm, q: Floats, pose: Floats, wanted: Floats) -> None:
        position, orientation = arm.forward_pose(tuple(map(float, q)))
        self.position = max(self.position, float(np.linalg.norm(position - pose[:3, 3])))
        self.angle = max(self.angle, angle_between(orientation, from_matrix(pose[:3, :3].tolist())))
        self.off_path += bool(np.abs(np.asarray(q) - wanted).max() > _OFF_PATH)

    def figures(self, ours: "_Run") -> SolverFigures:
        """In µs and as ratios to ours."""
        everything = [one for times in self.times for one in times]
        ratios = [
            statistics.median(mine) / statistics.median(theirs)
            for mine, theirs in zip(self.times, ours.times, strict=True)
        ]
        return SolverFigures(
            self.solver.name,
            round(statistics.median(everything) / 1e3, 2),
            round(float(np.percentile(everything, 99)) / 1e3, 2),
            round(statistics.median(ratios), 2),
            round(min(ratios), 2),
            round(max(ratios), 2),
            self.position,
            self.angle,
            self.off_path,
            tuple((np.percentile(everything, np.arange(1, 100)) / 1e3).round(2).tolist()),
        )


def smooth_path(arm: Arm, count: int, rng: np.random.Generator) -> Floats:
    """Joints of a path, count x 6: sines of 0.1 to 0.5 Hz through the Cartesian workspace, 1 ms apart."""
    lower, upper = np.array(arm.cartesian_limits.lower), np.array(arm.cartesian_limits.upper)
    times = 1e-3 * np.arange(count)[:, None]
    waves = np.sin(2 * np.pi * rng.uniform(0.1, 0.5, 6) * times + rng.uniform(0, 2 * np.pi, 6))
    path: Floats = (lower + upper) / 2 + 0.95 * waves * (upper - lower) / 2
    return path


def measure(rounds: int, targets: int, seed: int) -> IkBench:
    """Run every solver that is there."""
    arm, rng, order = load_arm(_ARM), np.random.default_rng(seed), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        found, left_out = solvers(arm, Path(folder))
    runs = [_Run(solver) for solver in found]
    for _ in range(rounds):
        path = smooth_path(arm, targets, rng)
        poses = [arm.forward(q) for q in path]
        for run in order.sample(runs, len(runs)):
            run.go(arm, path, poses)
    ours = next(run for run in runs if run.solver.name == OURS)
    figures = [run.figures(ours) for run in runs]
    return IkBench(
        machine=this_machine(),
        arm=_ARM,
        seed=seed,
        rounds=rounds,
        targets_per_round=targets,
        solvers=figures,
        left_out=left_out,
    )


command = typer.Typer(add_completion=False)
_HEADS = ("solver", "median µs", "p99 µs", "× ours (least–most)", "worst position", "worst angle", "off path")


def _cells(one: SolverFigures) -> tuple[str, ...]:
    ratio = f"{one.ratio:.1f} ({one.ratio_least:.1f}–{one.ratio_largest:.1f})"
    worst = f"{one.worst_position_m:.1e} m", f"{one.worst_angle_rad:.1e} rad"
    return one.solver, f"{one.median_us:.1f}", f"{one.p99_us:.1f}", ratio, *worst, str(one.off_path)


def markdown(bench: IkBench) -> str:
    """The table for a page."""
    rows = [_HEADS, ("---",) * len(_HEADS), *map(_cells, bench.solvers)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


@command.command()
def main(
    rounds: Annotated[int, typer.Option(min=1, help="how often each solver does a path")] = 10,
    targets: Annotated[int, typer.Option(min=10, help="poses of each path")] = 500,
    seed: Annotated[int, typer.Option(help="of the paths")] = 0,
    json: Annotated[Path | None, typer.Option(help="write all figures to this file")] = None,
    plot: Annotated[Path | None, typer.Option(help="draw how long the solves took, as SVG")] = None,
    table: Annotated[bool, typer.Option("--markdown", help="print the table as Markdown")] = False,
) -> None:
    """Time inverse kinematics of the patient-side arm: ours, roboticstoolbox, Pinocchio and mink.

    Example: python -m bench.ik --rounds 20 --json ik.json --plot ik.svg
    """
    console = Console()
    bench = measure(rounds, targets, seed)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(bench)))
    if plot is not None:
        plot.write_text(drawing((one.solver, one.percentiles_us) for one in bench.solvers))
    if table:
        console.print(markdown(bench), markup=False, soft_wrap=True)
    else:
        shown = Table(title=f"inverse kinematics of {bench.arm}, {rounds} × {targets} targets, one thread")
        for head in _HEADS:
            shown.add_column(head, no_wrap=True, justify="left" if head == "solver" else "right")
        for one in bench.solvers:
            shown.add_row(*_cells(one))
        console.print(shown)
    for package, why in bench.left_out.items():
        console.print(f"left out: {package}: {why}", markup=False)


if __name__ == "__main__":
    command()
