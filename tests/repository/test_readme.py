"""The README shows the example files as they are, and they run."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sutura.launch import Blueprint, check_topology, examine, load_topology, place_configs
from sutura.launch.expect import KINDS
from sutura.launch.loader import load_trial
from sutura.launch.trial import Trial
from sutura.runtime.lockstep import Lockstep

ROOT = Path(__file__).parents[2]
SHOWN = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)


@pytest.fixture
def run_dir() -> Iterator[Path]:
    """A short path: socket addresses are limited."""
    path = Path(tempfile.mkdtemp(prefix="sutura-", dir="/tmp"))
    yield path
    shutil.rmtree(path)


def _shown() -> dict[str, str]:
    return dict(SHOWN.findall((ROOT / "README.md").read_text()))


def test_readme_shows_the_files_as_they_are() -> None:
    shown = _shown()
    assert len(shown) == 3
    for name, text in shown.items():
        assert text == (ROOT / name).read_text(), f"{name} differs from what the README shows"


def test_a_node_takes_at_most_thirty_lines() -> None:
    assert len((ROOT / "examples" / "speed_watch.py").read_text().splitlines()) <= 30


def test_node_and_driver_run_as_the_readme_writes_them(tmp_path: Path, run_dir: Path) -> None:
    for name, text in _shown().items():
        (tmp_path / Path(name).name).write_text(text)
    topology = load_topology(str(tmp_path / "my_robot.yaml"))
    assert check_topology(topology) == []
    lockstep = Lockstep(place_configs(Blueprint.of(topology), run_dir, seed=1, boot_id="test"))
    lockstep.begin()
    lockstep.run_until(4.0)
    lockstep.end()
    arm, watch = lockstep.hosts["arm"].nodes["arm"], lockstep.hosts["speed"].nodes["speed"]
    assert type(arm).__name__ == "Actuator"
    assert arm.figures["gesture_to_motor"].total > 2000, "the driver was written to at the master's rate"
    assert watch.figures["tip_speed"].total > 200
    assert watch.figures["tip_speed"].quantile(1.0) > 0.0, "the tip moved"


def test_the_topology_of_the_docs_is_sound(tmp_path: Path) -> None:
    shutil.copy(ROOT / "examples" / "speed_watch.py", tmp_path)
    shown = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "topologies.md").read_text(), re.DOTALL)
    (tmp_path / "shown.yaml").write_text(shown[0])
    findings = examine(load_topology(str(tmp_path / "shown.yaml")))
    assert findings.problems == []
    assert [each.problem.topic for each in findings.silenced] == ["pointer/measured_cp"]


def test_the_test_of_the_docs_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUTURA_HOME", str(tmp_path))
    shown = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "testing.md").read_text(), re.DOTALL)
    (tmp_path / "leaves.yaml").write_text(shown[0])
    topology = load_trial(str(tmp_path / "leaves.yaml"))
    assert check_topology(topology) == []
    report = Trial(topology=topology).run(note=lambda text: None, update=lambda run: None)
    assert report.test is not None
    assert [each for each in report.test.expectations if each.outcome != "held"] == []
    assert report.test.passed, report.test.unexpected


def test_every_kind_of_expectation_is_in_the_docs() -> None:
    text = (ROOT / "docs" / "testing.md").read_text()
    assert [kind for kind in KINDS if f"`{kind}`" not in text and f"`{kind}: " not in text] == []


def test_every_link_of_the_docs_leads_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"
