"""Those who look at a live run: Foxglove by WebSocket, Prometheus by HTTP, and that nothing waits for them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from sutura.runtime.clock import monotonic
from tests.cli.test_live import wait_until

pytest.importorskip("foxglove")
parser = pytest.importorskip("prometheus_client.parser")
client = pytest.importorskip("websockets.sync.client")

Sutura = Callable[..., Any]
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def free_port() -> int:
    """A port of loopback that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Run:
    """A run of teleop with both of those who look on."""

    process: subprocess.Popen[bytes]
    folder: Path
    foxglove: int
    prometheus: int

    def samples(self) -> Samples:
        """What a scrape gives; nothing while nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.prometheus}/metrics", timeout=10) as page:
                text = page.read().decode()
        except OSError:
            return {}
        families = parser.text_string_to_metric_families(text)
        return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}

    def sent(self) -> float:
        """Joint commands so far."""
        return sum(v for (name, labels), v in self.samples().items() if _is_command(name, dict(labels)))

    def companion(self, command: str) -> psutil.Process:
        """The process that looks on."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        return next(c for c in children if c.is_running() and command in c.cmdline())


def _is_command(name: str, labels: dict[str, str]) -> bool:
    return name == "sutura_output_sent_total" and labels["topic"] == "PSM1/servo_jp"


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """It is ended with SIGINT."""
    folder = Path(tempfile.mkdtemp(prefix="su"))
    ports = free_port(), free_port()
    command = [
        sys.executable,
        "-m",
        "sutura.cli.main",
        "launch",
        "teleop",
        "--headless",
        "--set",
        "arm_at_start=true",
    ]
    command += ["--foxglove", str(ports[0]), "--prometheus", str(ports[1]), "--report", str(folder / "report.json")]
    with (folder / "out.txt").open("wb") as out:
        environment = {**os.environ, "SUTURA_HOME": str(folder)}
        process = subprocess.Popen(command, stdout=out, stderr=out, env=environment)
        made = Run(process, folder, *ports)
        try:
            wait_until(lambda: process.poll() is not None or made.sent() > 100, "for the run to be seen")
            assert process.poll() is None, (folder / "out.txt").read_text()
            yield made
            process.send_signal(signal.SIGINT)  # the last test may have done so
            process.wait(60)
        finally:
            process.kill()
            process.wait()
    shutil.rmtree(folder)


@pytest.mark.realtime
def test_prometheus_reads_the_figures_of_places_connections_and_timers(run: Run) -> None:
    before, after = run.samples(), run.samples()
    places = {dict(labels)["place"] for name, labels in after if name == "sutura_place_up"}
    assert places == {"operator", "master", "tremor", "scaling", "ik", "arm", "fk", "watchdog", "recorder"}
    counters = [key for key in before if key[0].endswith("_total")]
    assert all(after[key] >= before[key] for key in counters)
    link = {"topic": "PSM1/servo_jp", "writer": "ik", "reader": "arm", "port": "command"}
    for name in ("received_total", "lost_total", "overwritten_total", "stale_total", "rejected_total", "fresh"):
        assert (f"sutura_input_{name}", frozenset(link.items())) in after
    latency = after["sutura_input_latency_seconds", frozenset({**link, "quantile": "0.5"}.items())]
    assert 0.0 < latency < 1.0
    assert after["sutura_node_fault", frozenset({"node": "arm", "place": "arm"}.items())] == 0
    assert any(name == "sutura_timer_overruns_total" for name, _ in after)


@pytest.mark.realtime
def test_a_websocket_client_sees_every_schema_and_the_arm_move(run: Run) -> None:
    wanted = {"foxglove/PSM1/measured_cp", "PSM1/measured_cp", "foxglove/transforms", "foxglove/log", "diagnostics"}
    channels: dict[str, dict[str, Any]] = {}
    with client.connect(f"ws://127.0.0.1:{run.foxglove}", subprotocols=["foxglove.sdk.v1"]) as socket_:
        while not wanted <= channels.keys():
            told = socket_.recv(timeout=20)
            if isinstance(told, str) and (message := msgspec.json.decode(told))["op"] == "advertise":
                channels |= {channel["topic"]: channel for channel in message["channels"]}
        assert channels["foxglove/PSM1/measured_cp"]["schemaName"] == "foxglove.PoseInFrame"
        assert channels["diagnostics"]["schemaName"] == "diagnostic_msgs/DiagnosticArray"
        channel = channels["PSM1/measured_cp"]["id"]
        socket_.send(
            msgspec.json.encode({"op": "subscribe", "subscriptions": [{"id": 1, "channelId": channel}]}).decode()
        )
        seqs: list[int] = []
        while len(seqs) < 5:
            told = socket_.recv(timeout=20)
            if isinstance(told, bytes) and told[0] == 1:
                shown = msgspec.json.decode(told[13:])
                assert len(shown["position"]) == 3
                seqs.append(shown["envelope"]["seq"])
        assert seqs == sorted(set(seqs))


@pytest.fixture
def seen(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The run, where commands in this process find it."""
    monkeypatch.setenv("SUTURA_HOME", str(run.folder))
    return run


@pytest.mark.realtime
@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("sutura topic echo PSM1/serv", {"PSM1/servo_cp", "PSM1/servo_jp"}),
        ("sutura node info sca", {"scaling"}),
        ("sutura param set scaling sc", {"scale"}),
        ("sutura launch sev", {"seven_joint"}),
    ],
)
def test_a_shell_completes_the_names_of_the_run(seen: Run, typed: str, names: set[str]) -> None:
    assert completed(typed) == names


def completed(typed: str) -> set[str]:
    """What bash is told when the tab key is pressed."""
    asked = {"_SUTURA_COMPLETE": "complete_bash", "COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    command = [sys.executable, "-m", "sutura.cli.main"]
    told = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=False)
    assert not told.stderr
    return set(told.stdout.split())


def test_without_a_run_a_shell_completes_nothing_and_says_nothing(home: Path) -> None:
    assert completed("sutura topic echo PSM") == set()


@pytest.mark.realtime
def test_a_port_that_is_taken_is_refused_before_anything_starts(run: Run, sutura: Sutura) -> None:
    told = sutura("launch", "teleop", "--prometheus", str(run.prometheus))
    assert (told.code, f"127.0.0.1:{run.prometheus}" in told.err) == (2, True)


@pytest.mark.realtime
def test_nothing_is_lost_when_those_who_look_on_hang_and_die(run: Run) -> None:
    run.companion("foxglove").send_signal(signal.SIGSTOP)
    begin = run.sent()
    wait_until(lambda: run.sent() > begin + 2000, "for commands while the live view hangs")
    killed = run.companion("foxglove"), run.companion("metrics")
    for process in killed:
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: not run.samples(), "for the endpoint to be gone")
    end = monotonic() + 1_000_000_000
    wait_until(lambda: monotonic() > end, "for a second without them")
    assert run.process.poll() is None
    run.process.send_signal(signal.SIGINT)
    run.process.wait(30)
    report = msgspec.json.decode((run.folder / "report.json").read_bytes())
    assert all(link["lost"] == 0 for link in report["connections"])
    assert not [event for event in report["events"] if event["kind"] in ("ended", "unrecorded")]


def test_on_a_virtual_clock_there_is_nothing_to_look_at(sutura: Sutura) -> None:
    told = sutura("launch", "teleop", "--lockstep", "--foxglove", "8765")
    assert (told.code, "--lockstep" in told.err) == (2, True)


@pytest.mark.parametrize("command", ["foxglove", "metrics"])
def test_without_a_run_they_say_so(sutura: Sutura, home: Path, command: str) -> None:
    told = sutura(command, "--port", "0")
    assert (told.code, "no run is live" in told.err) == (2, True)
