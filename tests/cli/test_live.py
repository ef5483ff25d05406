"""Every verb for a live run, on one run of real processes; it ends as Ctrl-C ends it."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from sutura.cli.live_run import watched_run
from sutura.cli.top_look import Onlooker
from sutura.launch.run_errors import NoSuchRun
from sutura.runtime.clock import monotonic
from sutura.runtime.status import PlaceStatus

pytestmark = pytest.mark.realtime

Sutura = Callable[..., Any]
PATIENCE_NS = 60_000_000_000
NODES = {"operator", "master", "tremor", "scaling", "ik", "arm", "fk", "watchdog", "recorder"}


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Ask again and again, for a bounded time."""
    end, pause = monotonic() + PATIENCE_NS, threading.Event()
    while not condition():
        assert monotonic() < end, f"in vain: {what}"
        pause.wait(0.05)


def statuses() -> dict[str, PlaceStatus]:
    """Of the live run, as far as there is one."""
    try:
        with watched_run(None) as run:
            return run.statuses()
    except NoSuchRun:
        return {}


def all_run() -> bool:
    """Whether every node of the run has begun to handle its inputs."""
    return len(statuses()) == len(NODES) and all(status.handled > 0 for status in statuses().values())


@pytest.fixture(scope="module", autouse=True)
def run() -> Iterator[Path]:
    """A run of the teleop topology; gives its home, and ends it with SIGINT."""
    folder = Path(tempfile.mkdtemp(prefix="su"))
    report = folder / "report.json"
    command = [sys.executable, "-m", "sutura.cli.main", "launch", "teleop", "--report", str(report)]
    command += ["--headless", "--set", "arm_at_start=true", "--set", "driver=kinematic"]
    with pytest.MonkeyPatch.context() as patch, (folder / "out.txt").open("wb") as out:
        patch.setenv("SUTURA_HOME", str(folder))
        process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            wait_until(lambda: process.poll() is not None or all_run(), "for the run to start")
            assert process.poll() is None, (folder / "out.txt").read_text()
            yield folder
            process.send_signal(signal.SIGINT)
            code = process.wait(30)
        finally:
            process.kill()
            process.wait()
    _check_the_end(code, report, (folder / "out.txt").read_text())
    shutil.rmtree(folder)


def _check_the_end(code: int, report: Path, told: str) -> None:
    """The exit code says the verdict; the report stands in both places; what happened was told as it came."""
    said = msgspec.json.decode(report.read_bytes(), type=dict[str, Any])
    assert code == (0 if said["verdict"] == "pass" else 1), told
    assert f"verdict: {said['verdict']}" in told
    kept = list(report.parent.glob("runs/*/report.json"))
    assert [file.read_bytes() for file in kept] == [report.read_bytes()]
    assert f"report: {kept[0]}" in told
    assert all(trip["cause"] in told for trip in said["trips"])
    assert "Traceback" not in told
    assert not list(report.parent.glob("runs/*/s"))


def test_topics_are_listed(sutura: Sutura) -> None:
    topics = {row["topic"]: row for row in sutura("topic", "list", "--json").rows}
    assert topics["PSM1/servo_jp"] == {"topic": "PSM1/servo_jp", "type": "JointCommand", "place": "ik"}
    assert "watchdog/state" in sutura("topic", "list").out


def test_echo_shows_messages_by_field(sutura: Sutura) -> None:
    outcome = sutura("topic", "echo", "MTMR/measured_cp", "--count", "3", "--json")
    frames = [msgspec.json.decode(line, type=dict[str, Any]) for line in outcome.out.splitlines()]
    assert outcome.code == 0
    assert len(frames) == 3
    assert frames[0]["seq"] < frames[1]["seq"] < frames[2]["seq"]
    assert set(frames[0]["payload"]) == {"position", "orientation"}
    assert "orientation:" in sutura("topic", "echo", "MTMR/measured_cp", "--count", "1").out


def test_echo_shows_a_latched_state_to_a_late_comer(sutura: Sutura) -> None:
    assert "phase:" in sutura("topic", "echo", "watchdog/state", "--count", "1").out


def test_echo_that_gets_too_little_ends_with_1(sutura: Sutura) -> None:
    outcome = sutura("topic", "echo", "console/clutch", "--count", "100000", "--duration", "0.3")
    assert outcome.code == 1
    assert "of 100000" in outcome.err


def test_hz_measures_by_the_stamps_of_the_writer(sutura: Sutura) -> None:
    outcome = sutura("topic", "hz", "MTMR/measured_cp", "--duration", "1", "--json")
    assert outcome.code == 0
    assert outcome.table["rhythm"]["window"] > 1
    assert outcome.table["rhythm"]["rate_hz"] > 0.0


def test_info_names_writer_readers_and_units(sutura: Sutura) -> None:
    info = sutura("topic", "info", "console/clutch", "--json").table
    assert info["writer"]["node"] == "operator"
    assert {reader["reader"] for reader in info["readers"]} == {"arm", "scaling", "recorder"}
    shown = sutura("topic", "info", "PSM1/servo_cp").out
    assert "[m]" in shown
    assert "ik.target" in shown


def test_an_unknown_topic_gets_the_nearest_name(sutura: Sutura) -> None:
    for verb in ("echo", "hz", "info"):
        outcome = sutura("topic", verb, "PSM1/servo_jb")
        assert outcome.code == 2
        assert "did you mean 'PSM1/servo_jp'?" in outcome.err


def test_a_topic_with_a_writer_takes_no_other(sutura: Sutura) -> None:
    outcome = sutura("topic", "pub", "console/clutch", "Clutch", "{pressed: false}")
    assert outcome.code == 1
    assert "takes no other writer" in outcome.err


@pytest.mark.parametrize(
    ("kind", "values"), [("Clich", "{}"), ("Clutch", "{}"), ("Clutch", "{pressed: 1}"), ("Clutch", "[")]
)
def test_values_that_do_not_fit_are_not_published(sutura: Sutura, kind: str, values: str) -> None:
    assert sutura("topic", "pub", "some/topic", kind, values).code == 2


def test_nodes_are_listed_and_told_of(sutura: Sutura) -> None:
    assert {row["node"] for row in sutura("node", "list", "--json").rows} == NODES
    assert "InverseKinematics" in sutura("node", "list").out
    info = sutura("node", "info", "ik", "--json").table
    assert {link["topic"] for link in info["inputs"]} == {"PSM1/servo_cp", "PSM1/setpoint_js"}
    shown = sutura("node", "info", "arm").out
    assert "estop" in shown
    assert "PSM1/measured_js" in shown
    assert sutura("node", "info", "amr").code == 2


def test_parameters_are_read_and_changed(sutura: Sutura) -> None:
    assert sutura("param", "set", "scaling", "scale", "0.25").code == 0
    assert sutura("param", "get", "scaling", "scale").out == "0.25\n"
    assert sutura("param", "get", "scaling", "scale", "--json").data == 0.25
    listed = {param["name"]: param for param in sutura("param", "list", "scaling", "--json").table["scaling"]}
    assert listed["scale"]["value"] == 0.25
    assert listed["scale"]["bounds"] == "> 0, <= 1"
    assert set(sutura("param", "list", "--json").table) == NODES


def test_a_refused_parameter_says_why_and_changes_nothing(sutura: Sutura) -> None:
    before = sutura("param", "get", "scaling", "scale").out
    outcome = sutura("param", "set", "scaling", "scale", "7")
    assert outcome.code == 1
    assert "<= 1.0" in outcome.err
    assert sutura("param", "get", "scaling", "scale").out == before
    assert sutura("param", "set", "scaling", "scael", "0.1").code == 2
    assert sutura("param", "get", "scaling", "scael").code == 2


def test_the_graph_of_the_run_is_that_of_its_topology(sutura: Sutura) -> None:
    live = sutura("graph", "--format", "json").table
    topics = [topic for topic in live["topics"] if topic["writer"] != "recorder"]
    for topic in topics:
        readers = topic["readers"]
        topic["readers"] = [reader for reader in readers if reader["node"] != "recorder"]
        assert len(topic["readers"]) == len(readers) - 1, "every topic is recorded"
    assert topics == sutura("graph", "teleop", "--format", "json").table["topics"]


def test_an_emergency_stop_latches_until_released_and_reset(sutura: Sutura) -> None:
    def arm() -> str:
        return str(msgspec.json.decode(state("PSM1/operating_state").out)["payload"]["state"])

    def state(topic: str) -> Any:
        return sutura("topic", "echo", topic, "--count", "1", "--json")

    stopped = sutura("estop", "--json")
    assert stopped.code == 0
    assert [answer["node"] for answer in stopped.rows] == ["arm", "operator", "watchdog"]
    assert arm() == "FAULT"
    refused = sutura("reset")
    assert refused.code == 1
    assert "emergency stop" in refused.err
    assert "watchdog" in refused.err
    assert sutura("enable").code == 1
    assert sutura("estop", "--release").code == 0
    wait_until(lambda: sutura("reset").code == 0, "for the release to reach the actuator")
    wait_until(lambda: sutura("enable", "arm").code == 0, "for the actuator to be enabled")
    assert sutura("clutch", "press").code == 0
    assert sutura("clutch", "release", "operator").code == 0
    assert arm() == "ENABLED"
    assert sutura("disable").code == 0
    assert arm() == "DISABLED"


def test_a_disabled_arm_does_not_home(sutura: Sutura) -> None:
    assert sutura("disable").code == 0
    outcome = sutura("home", "arm")
    assert outcome.code == 1
    assert "ENABLED" in outcome.err


def test_orders_to_nodes_that_are_not_there_end_with_2(sutura: Sutura) -> None:
    assert sutura("enable", "left_arm").code == 2
    assert sutura("disable", "scaling").code == 2
    assert sutura("clutch", "press", "nobody").code == 2
    assert sutura("clutch", "kick").code == 2


def test_the_run_is_found_by_a_part_of_its_name(sutura: Sutura) -> None:
    assert sutura("node", "list", "--run", "teleop").code == 0
    assert sutura("node", "list", "--run", "sim").code == 2


def test_doctor_tells_of_the_live_run(sutura: Sutura) -> None:
    findings = {finding["name"]: finding for finding in sutura("doctor", "--quick", "--json").table["findings"]}
    assert "teleop" in findings["live runs"]["detail"]


def test_bw_counts_the_bytes_of_whole_messages(sutura: Sutura) -> None:
    outcome = sutura("topic", "bw", "MTMR/measured_cp", "--duration", "1", "--json")
    assert outcome.code == 0
    found = outcome.table["bandwidth"]
    assert found["size_min"] <= found["size_mean"] <= found["size_max"]
    assert found["bytes_per_s"] > found["size_min"]
    assert "kB/s" in sutura("topic", "bw", "MTMR/measured_cp", "--duration", "1.2").out


def test_delay_tells_the_age_of_a_message_and_of_its_gesture(sutura: Sutura) -> None:
    outcome = sutura("topic", "delay", "MTMR/filtered_cp", "--duration", "1", "--json")
    assert outcome.code == 0
    found = outcome.table["delay"]
    assert 0.0 < found["age_p50"] <= found["age_p99"] <= found["age_max"]
    assert found["origin_p50"] > found["age_p50"], "the gesture was before"


def test_top_shows_every_node_and_the_way_from_the_hand(sutura: Sutura) -> None:
    look = sutura("top", "--node", "tremor", "--every", "0.5", "--json").table
    assert {node["node"] for node in look["nodes"]} == NODES
    assert [(hop["writer"], hop["reader"]) for hop in look["path"]] == [("master", "tremor.measured_cp")]
    assert look["path"][0]["hop"]["count"] > 0
    assert 0.0 < look["path"][0]["hop"]["p50"] <= look["path"][0]["path"]["p99"]
    hand = next(c for c in look["connections"] if c["reader"] == "tremor.measured_cp")
    assert hand["rate_hz"] > 0.0
    assert hand["age"] is not None
    printed = sutura("top", "--once", "--every", "0.3").out
    assert "master to arm" in printed or "no path yet" in printed or "tremor" in printed
    assert sutura("top", "--node", "nobody", "--once").code == 2


def test_top_draws_the_run_until_it_is_left(run: Path) -> None:
    screen_of = pytest.importorskip("sutura.cli.top_screen", reason="the extra `top` is not installed").TopScreen

    async def look_and_leave() -> str:
        with watched_run(None) as live:
            app = screen_of(Onlooker(live, "tremor"), 0.3, live.directory.is_live)
            async with app.run_test(size=(160, 40)) as pilot:
                await pilot.press("2")
                table = app.query_one("#path-table")
                while table.row_count == 0:
                    await pilot.pause(0.1)
                drawn = str(table.get_row_at(0))
                await pilot.press("q")
            return drawn

    assert "MTMR/measured_cp" in asyncio.run(look_and_leave())


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (("topic", "echo", "PSM1/servo"), ["PSM1/servo_cp", "PSM1/servo_jp"]),
        (("node", "info", "wat"), ["watchdog"]),
        (("enable", ""), ["arm"]),
        (("param", "get", "scaling", "sca"), ["scale"]),
        (("launch", "tele"), ["teleop"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_a_shell_completes_names(run: Path, typed: tuple[str, ...], offered: list[str]) -> None:
    asked = {
        "_SUTURA_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("sutura", *typed)),
        "COMP_CWORD": str(len(typed)),
    }
    command = [sys.executable, "-c", "from sutura.cli.main import main; main()"]
    said = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=False)
    assert said.stdout.split() == offered
    assert said.stderr == ""
