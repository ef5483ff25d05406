"""The comparison of solvers: what is not installed is named, and what is measured is solved."""

from pathlib import Path

import msgspec
from typer.testing import CliRunner

from bench.ik import IkBench, command
from bench.ik_solvers import OURS


def test_every_solver_here_is_measured_on_targets_that_it_reaches(tmp_path: Path) -> None:
    file, plot = tmp_path / "ik.json", tmp_path / "ik.svg"
    done = CliRunner().invoke(
        command, ["--rounds", "1", "--targets", "20", "--json", str(file), "--plot", str(plot)]
    )
    assert done.exit_code == 0, done.output
    bench = msgspec.json.decode(file.read_bytes(), type=IkBench)
    solvers = {one.solver: one for one in bench.solvers}
    assert len(solvers) + len(bench.left_out) == 5
    assert all(f"left out: {package}: " in done.output for package in bench.left_out)
    assert solvers[OURS].ratio == 1.0
    assert solvers[OURS].worst_position_m < 1e-12
    for one in bench.solvers:
        assert one.worst_position_m < 2e-6
        assert one.off_path == 0
        assert list(one.percentiles_us) == sorted(one.percentiles_us)
        assert one.solver in plot.read_text()
