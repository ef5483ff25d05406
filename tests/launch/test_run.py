"""Whole runs in a process of their own, ended as people and machines end them, and their reports."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec
import pytest

from sutura.launch import load_topology
from sutura.launch.report import Report
from sutura.launch.run import run_topology
from tests.launch.conftest import Program, is_gone

pytestmark = pytest.mark.realtime

Start = Callable[..., Program]
TELEOP = ("teleop", ["arm_at_start=true"])


def read(program: Program) -> dict[str, object]:
    report: dict[str, object] = json.loads((program.run / "report.json").read_text())
    return report


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_run_in_good_order_with_its_report(program: Start, number: signal.Signals) -> None:
    run = program(*TELEOP)
    pids = run.pids
    assert run.end(number) == 0
    report = read(run)
    assert report["verdict"] == run.until("verdict")
    assert (report["verdict"] == "fail") == bool(report["reasons"])
    assert all(map(is_gone, pids.values()))
    assert not (run.run / "s").exists()
    assert not (run.run / "run.json").exists()


def test_impatience_does_not_spoil_the_end(program: Start) -> None:
    run = program(*TELEOP)
    pids = run.pids
    for _ in range(3):
        run.process.send_signal(signal.SIGINT)
    assert run.end(signal.SIGTERM) == 0
    assert read(run)["verdict"] in ("pass", "fail")
    assert all(map(is_gone, pids.values()))


def test_a_signal_during_the_start_gives_the_run_up(program: Start) -> None:
    run = program(*TELEOP)
    assert "places started" in str(run.until("note"))
    assert run.end(signal.SIGINT) == 3
    assert "asked to end" in str(run.until("error"))


def test_a_suspended_place_does_not_keep_the_report_from_being_written(program: Start) -> None:
    run = program(*TELEOP)
    os.kill(run.pids["fk"], signal.SIGSTOP)
    assert run.end(signal.SIGINT) == 0
    report = read(run)
    assert report["verdict"] == "fail"
    assert any("fk" in reason for reason in cast("list[str]", report["reasons"]))


def keys(value: object) -> set[str]:
    assert isinstance(value, dict)
    return set(value)


def rows(report: dict[str, object], name: str) -> list[dict[str, object]]:
    return cast("list[dict[str, object]]", report[name])


def test_the_report_says_all_that_is_promised(program: Start, home: Path) -> None:
    run = program("teleop", ["arm_at_start=true", "scale=0.3"])
    run.until("run")
    run.forget()
    run.until("run")  # a second round of figures: the arm has moved or is about to
    assert run.end(signal.SIGINT) == 0
    report = read(run)
    msgspec.convert(report, Report, strict=True)
    assert {"verdict", "reasons", "connections", "nodes", "path", "tracking", "trips", "task"} <= keys(report)
    latency = {"p50", "p99", "max"}
    for link in rows(report, "connections"):
        figures = {"topic", "from", "to", "sent", "received", "lost", "overwritten", "stale", "rejected"}
        assert keys(link) == {*figures, "latency_us"}
        assert keys(link["latency_us"]) == latency
    ends = {(link["topic"], link["from"], link["to"]) for link in rows(report, "connections")}
    assert ("PSM1/servo_jp", "ik", "arm") in ends
    nodes = cast("dict[str, object]", report["nodes"])
    assert {"master", "tremor", "scaling", "ik", "arm", "fk", "watchdog", "operator"} <= set(nodes)
    assert all({"rate_hz", "overruns", "cpu_percent", "restarts"} <= keys(node) for node in nodes.values())
    ran = report["ran"]
    assert {"topology", "arguments", "versions", "seed", "duration_s"} <= keys(ran)
    assert cast("dict[str, dict[str, object]]", ran)["arguments"]["scale"] == 0.3


def test_the_path_from_gesture_to_motor_and_the_tracking_are_measured(program: Start) -> None:
    run = program(*TELEOP)
    while not run.until("moved"):
        run.forget()
    assert run.end(signal.SIGINT) == 0
    report = read(run)
    path, tracking = report["path"], report["tracking"]
    assert isinstance(path, dict)
    assert (path["from"], path["to"]) == ("master", "arm")
    assert 0 < path["latency_us"]["p50"] <= path["latency_us"]["p99"] <= path["latency_us"]["max"]
    assert isinstance(tracking, dict)
    assert keys(tracking["tip_error_mm"]) == {"p50", "p95", "max"}
    assert tracking["tip_error_mm"]["p50"] is not None


def test_a_trip_stands_in_the_report_with_its_time_and_cause(program: Start) -> None:
    run = program(*TELEOP)
    run.until("pids")
    while not any(event[1] == "reset" for event in cast("list[list[str]]", run.until("events"))):
        run.forget()
    os.kill(run.pids["tremor"], signal.SIGKILL)
    while not any(event[1] == "trip" for event in cast("list[list[str]]", run.until("events"))):
        run.forget()
    assert run.end(signal.SIGINT) == 0
    report = read(run)
    trips = rows(report, "trips")
    assert keys(trips[0]) == {"at_s", "cause"}
    assert "tremor" in str(trips[0]["cause"])
    assert report["verdict"] == "fail"
    assert any("tremor" in reason for reason in cast("list[str]", report["reasons"]))
    nodes = cast("dict[str, dict[str, object]]", report["nodes"])
    assert nodes["tremor"]["restarts"] in (0, 1)


def test_the_report_is_also_written_where_it_is_wanted(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    said: list[str] = []
    report = run_topology(
        load_topology("teleop", ["arm_at_start=true"]),
        seed=7,
        duration=0.2,
        report_file=path,
        note=said.append,
        update=lambda supervisor: None,
    )
    assert report.ran.seed == 7
    assert report.ran.duration_s >= 0.2
    assert any(str(home) in text for text in said)
    assert msgspec.json.decode(path.read_bytes(), type=Report) == report
