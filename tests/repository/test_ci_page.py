"""The page about CI shows its files as they are, and a newcomer who follows it gets what it says."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text()
SHOWN = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder with what the page lets a newcomer write."""
    for name, text in SHOWN.items():
        (tmp_path / Path(name).name).write_text(text)
    return tmp_path


def follow(command: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a command of the page in the newcomer's folder."""
    words = shlex.split(command)
    words[:1] = (
        [sys.executable, "-m", "sutura.cli.main"] if words[0] == "sutura" else [sys.executable, "-m", words[0]]
    )
    env = {**os.environ, "SUTURA_HOME": str(folder / "home")}
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, timeout=120)


def test_the_page_shows_the_files_as_they_are() -> None:
    assert {Path(name).name for name in SHOWN} == {path.name for path in (ROOT / "examples" / "ci").iterdir()}
    for name, text in SHOWN.items():
        assert text == (ROOT / name).read_text(), f"{name} differs from what the page shows"


def test_a_newcomer_gets_a_sound_and_tested_topology(folder: Path) -> None:
    checked = follow("sutura check robot.yaml", folder)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = follow("sutura test robot.yaml --junit results.xml", folder)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    suite = ElementTree.parse(folder / "results.xml").getroot()
    assert len(suite.findall(".//testcase")) > 4
    assert not suite.findall(".//failure")


def test_a_misspelt_port_is_found_by_the_check_with_the_nearest_name(folder: Path) -> None:
    robot = folder / "robot.yaml"
    robot.write_text(robot.read_text().replace("{wanted: PSM1/servo_cp}", "{wantd: PSM1/servo_cp}"))
    checked = follow("sutura check robot.yaml", folder)
    assert checked.returncode == 1
    assert re.search(r"robot.yaml:9: .*'wantd'; did you mean 'wanted'", checked.stdout + checked.stderr)


def test_the_tests_of_the_page_pass_in_parallel(folder: Path) -> None:
    tested = follow(f"pytest -n 2 -p no:cacheprovider --rootdir={folder} --basetemp={folder / 'runs'}", folder)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert "2 passed" in tested.stdout


def test_the_workflow_runs_what_the_page_says() -> None:
    steps = yaml.safe_load(SHOWN["examples/ci/workflow.yml"])["jobs"]["test"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    for command in ("sutura check robot.yaml", "sutura test robot.yaml", "pytest -n auto"):
        assert any(command in run for run in runs), command
    assert steps[-1]["if"] == "always()"
