"""`sutura doctor`: what is needed and there is ok, what is needed and missing fails with a hint."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sutura.cli.probes_heavy import library_hint

Sutura = Callable[..., Any]


def test_a_machine_that_runs_the_tests_is_good_enough(sutura: Sutura, home: Path) -> None:
    outcome = sutura("doctor", "--json")
    findings = {finding["name"]: finding for finding in outcome.table["findings"]}
    assert outcome.table["ok"] is True
    assert outcome.code == 0
    assert findings["physics"]["state"] == findings["ZeroMQ"]["state"] == findings["libraries"]["state"] == "ok"
    assert all(finding["hint"] for finding in findings.values() if finding["state"] != "ok")


def test_a_home_whose_path_is_too_long_for_sockets_fails(
    sutura: Sutura, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUTURA_HOME", str(tmp_path / ("long" * 20)))
    outcome = sutura("doctor", "--quick")
    assert outcome.code == 1
    assert "socket paths" in outcome.out
    assert "SUTURA_HOME" in outcome.out


def test_a_home_that_cannot_be_made_fails(sutura: Sutura, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SUTURA_HOME", str(tmp_path / "file"))
    outcome = sutura("doctor", "--quick", "--json")
    states = {finding["name"]: finding["state"] for finding in outcome.table["findings"]}
    assert outcome.code == 1
    assert states["run home"] == "fail"


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("libGL.so.1: cannot open shared object file: No such file or directory", "sudo apt-get install libgl1"),
        ("libEGL.so.1: cannot open shared object file", "sudo apt-get install libegl1"),
        ("libstdc++.so.6: version not found", "sudo apt-get install libstdc++6"),
        ("libfoo.so.3: cannot open shared object file", "install the system library libfoo"),
        ("No module named 'mujoco'", "pip install --force-reinstall mujoco"),
    ],
)
def test_a_missing_system_library_is_named_with_its_remedy(error: str, hint: str) -> None:
    assert library_hint(error) == hint
