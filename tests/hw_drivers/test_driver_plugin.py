"""The template package, installed into a folder of its own, and used by name."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "examples" / "driver_plugin"
TOPOLOGY = """\
sutura: 1
include: [{file: teleop, args: {arm_at_start: true}}]
nodes: {arm: {driver: {use: acme, stiffness: 0.5}}}
"""


def run(*arguments: str, path: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    paths = os.pathsep.join([str(path), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": paths}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source") / "plugin"
    subprocess.run(["cp", "-r", str(PLUGIN), str(source)], check=True)
    setup = "import setuptools; setuptools.setup()"  # what pip calls, without the wheel that it needs in between
    for command in ("install_lib", "install_egg_info"):
        done = run("-c", setup, "-q", command, "--install-dir", str(target), path=target, folder=source)
        assert done.returncode == 0, done.stderr
    return target


def sutura(path: Path, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return run("-m", "sutura.cli.main", *arguments, path=path, folder=folder)


def test_it_is_listed_with_its_package_and_version(installed: Path, tmp_path: Path) -> None:
    rows = json.loads(sutura(installed, tmp_path, "driver", "list", "--json").stdout)
    (acme,) = [row for row in rows if row["name"] == "acme"]
    assert (acme["kind"], acme["package"], acme["version"]) == ("actuator", "acme-arm", "1.2.0")


def test_a_topology_uses_it_by_name(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(TOPOLOGY)
    done = sutura(installed, tmp_path, "check", "mine.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    done = sutura(installed, tmp_path, "check", "mine.yaml", "--set", "arm.driver.stiffness=2")
    assert done.returncode == 1
    assert "bad-driver-option" in done.stderr


@pytest.mark.realtime
def test_it_keeps_the_contract_and_its_report_is_what_a_topology_requires(installed: Path, tmp_path: Path) -> None:
    order = (
        "driver",
        "check",
        "acme",
        "--duration",
        "0.5",
        "--rate",
        "100",
        "--no-judge-time",
        "--json",
        "acme.json",
    )
    done = sutura(installed, tmp_path, *order, "--report", "acme.md")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "keeps its contract" in (tmp_path / "acme.md").read_text()
    (tmp_path / "mine.yaml").write_text(TOPOLOGY.replace("{driver", "{requires_report: acme.json, driver"))
    assert sutura(installed, tmp_path, "check", "mine.yaml").returncode == 0
    other = sutura(installed, tmp_path, "check", "mine.yaml", "--set", "arm.driver=kinematic")
    assert "is of driver 'acme', the node uses 'kinematic'" in other.stderr


@pytest.mark.realtime
def test_its_own_tests_pass(installed: Path, tmp_path: Path) -> None:
    order = ("-m", "pytest", "-rs", "-p", "no:cacheprovider", str(PLUGIN / "tests"), "--rootdir", str(tmp_path))
    done = run(*order, path=installed, folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "SKIPPED" in done.stdout
