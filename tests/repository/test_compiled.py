"""The compiled hot paths say what the interpreted ones say, to the last byte, and pass their tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_RUN = """
import json, sys
from pathlib import Path
from sutura.kinematics import chain
from sutura.launch import load_topology
from sutura.launch.recorders import without_recorders
from sutura.launch.run import run_lockstep
report = run_lockstep(without_recorders(load_topology("teleop", ["arm_at_start=true"])), seed=7, duration=4.0,
                      note=lambda text: None, update=lambda run: None)
print(json.dumps([chain.__file__.endswith(".py"), report.verdict, report.recording_hash]))
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with its hot paths compiled, made in a folder of its own."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler: sudo apt-get install build-essential python3-dev")
    work = tmp_path_factory.mktemp("compiled")
    source = work / "source"
    shutil.copytree(
        ROOT, source, symlinks=True, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__")
    )
    done = subprocess.run(
        [sys.executable, "setup.py", "-q", "build", "--build-lib", str(work / "fast")],
        cwd=source,
        env={**os.environ, "SUTURA_COMPILE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if "Python.h" in done.stderr:
        pytest.skip("no headers of Python: sudo apt-get install python3-dev")
    assert done.returncode == 0, done.stderr[-3000:]
    for part in ("tests", "bench", "pyproject.toml"):
        (work / "fast" / part).symlink_to(ROOT / part)
    return work / "fast"


def python(folder: Path, *arguments: str, home: Path) -> str:
    """What Python says, run in a folder, whose packages come first."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "SUTURA_HOME": str(home), "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_compiled_and_interpreted_runs_have_the_same_hash(compiled: Path, tmp_path: Path) -> None:
    interpreted = python(ROOT, "-c", _RUN, home=tmp_path / "a").split()
    fast = python(compiled, "-c", _RUN, home=tmp_path / "b").split()
    assert (interpreted[0], fast[0]) == ("[true,", "[false,"), "one interpreted, one compiled"
    assert interpreted[1:] == fast[1:]
    assert '"pass",' in fast


def test_compiled_modules_pass_their_tests(compiled: Path, tmp_path: Path) -> None:
    suites = ("tests/kinematics", "tests/nodes", "tests/messages/test_codec.py", "tests/runtime/test_safety.py")
    said = python(compiled, "-m", "pytest", "-m", "not realtime", "-p", "no:cacheprovider", *suites, home=tmp_path)
    assert "passed" in said
