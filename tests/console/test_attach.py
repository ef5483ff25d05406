"""A console is put into a topology, or left out, and nothing else changes."""

from pathlib import Path

import pytest

from sutura.console import read_address, with_console, without_consoles
from sutura.console.address import ConsoleAddress, remove_address, write_address
from sutura.launch import check_topology, load_topology

HELD = ("master.driver=console", "operator.driver=console")


@pytest.mark.parametrize("name", ["sim", "teleop", "seven_joint"])
@pytest.mark.parametrize("settings", [(), HELD, HELD[:1], HELD[1:]])
def test_a_topology_with_its_console_is_sound(name: str, settings: tuple[str, ...]) -> None:
    topology = with_console(load_topology(name, settings))
    assert check_topology(topology) == []
    console = topology.nodes["console"]
    assert console.supervised == bool(settings), "it is supervised where it holds the controls, and only there"
    assert ("console/heartbeat" in topology.nodes["watchdog"].inputs["beats"]) == bool(settings)
    assert topology.places["console"] == ("console",)


@pytest.mark.parametrize("settings", [(), HELD])
def test_without_it_a_topology_is_as_it_was(settings: tuple[str, ...]) -> None:
    plain = load_topology("sim", settings)
    assert without_consoles(with_console(plain)) == plain
    assert without_consoles(plain) == plain


def test_to_put_it_in_twice_is_to_put_it_in_once() -> None:
    once = with_console(load_topology("sim", HELD))
    assert with_console(once) == once


def test_a_console_that_a_topology_names_is_kept_and_wired(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text("sutura: 1\ninclude: [{file: sim}]\nnodes:\n  screen: {node: console, params: {port: 9000}}\n")
    topology = with_console(load_topology(str(file)))
    assert "console" not in topology.nodes
    assert topology.nodes["screen"].params["port"] == 9000
    assert topology.nodes["screen"].inputs["watchdog"] == ("watchdog/state",)
    assert check_topology(topology) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.org"])
def test_an_address_that_others_could_reach_does_not_start(tmp_path: Path, host: str) -> None:
    file = tmp_path / "open.yaml"
    file.write_text(
        f"sutura: 1\ninclude: [{{file: sim}}]\nnodes:\n  screen: {{node: console, params: {{host: '{host}'}}}}\n"
    )
    (problem,) = check_topology(load_topology(str(file)))
    assert "loopback only" in str(problem)
    assert "ssh -L" in str(problem)


def test_the_address_is_the_owner_s_alone_and_goes(tmp_path: Path) -> None:
    assert read_address(tmp_path) is None
    address = ConsoleAddress("127.0.0.1", 8081, "c0ffee")
    write_address(tmp_path, address)
    write_address(tmp_path, address)
    assert read_address(tmp_path) == address
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "c0ffee" in address.url
    assert "c0ffee" not in address.url_to_watch
    remove_address(tmp_path)
    assert read_address(tmp_path) is None
