"""`sutura emulate` as a person and a script use it."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from tests.hw_drivers.devices import NO_MULTICAST

Sutura = Callable[..., Any]
BOUND_S = 20.0


@contextmanager
def emulating(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "sutura.cli.main", "emulate", *arguments]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly(number: signal.Signals) -> None:
    with emulating("dvrk") as process:
        assert "an emulated dvrk runs; driver dvrk" in said(process)
        assert said(process).strip().startswith("--set arm.driver.listen=")
        while said(process) != "Ctrl-C ends it\n":
            assert process.poll() is None
        process.send_signal(number)
        _, err = process.communicate(timeout=BOUND_S)
        assert process.returncode == 0
        assert err == "the emulated dvrk ends\n"


@pytest.mark.skipif(bool(NO_MULTICAST), reason=NO_MULTICAST)
def test_a_script_reads_how_to_reach_it_and_calls_it() -> None:
    with emulating("can", "--like", "real", "--control") as process:
        first = json.loads(said(process))
        assert (first["kind"], first["driver"]) == ("can", "canopen")
        assert first["options"]["interface"] == "udp_multicast"
        out, err = process.communicate('{"call": "truth"}\n{"call": "fly"}\nno json\n', timeout=BOUND_S)
        answers = [json.loads(line) for line in out.splitlines()]
        assert process.returncode == 0, err
        assert [answer["ok"] for answer in answers] == [True, False, False]
        positions = answers[0]["answer"]["positions"]
        assert positions[2] == pytest.approx(0.12), "it begins at the arm's home, through its joint map"
        assert "(it takes: unplug, plug, fail, repair, push, truth)" in answers[1]["error"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("cam",), 2, "no emulator driver 'cam' is installed; did you mean 'can'?"),
        (("can", "--set", "interfase=virtual"), 2, "interfase"),
        (("can", "--set", "interface"), 2, "OPTION=VALUE"),
        (("can", "--set", "channel=here"), 1, "expected GROUP:PORT, came 'here'"),
        (("can", "--set", "interface=nowhere"), 1, "the bus nowhere can0 cannot be opened"),
        (("can", "--like", "sim"), 2, "no node of sim uses driver 'canopen' (its drivers: mujoco, script)"),
        (("can", "--like", "nowhere"), 2, "nowhere"),
        (("can", "--set", "joint_map={motors: [1, 2]}"), 2, "expected 7 values"),
    ],
)
def test_what_cannot_be_emulated_is_said_in_a_line(
    sutura: Sutura, arguments: Sequence[str], code: int, words: str
) -> None:
    outcome = sutura("emulate", *arguments)
    assert (outcome.code, outcome.out) == (code, "")
    assert words in outcome.err
    assert outcome.err.startswith("error: ")
    assert len(outcome.err.splitlines()) == 1


def test_a_missing_extra_is_named(sutura: Sutura, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "can", None)
    outcome = sutura("emulate", "can")
    assert outcome.code == 1
    assert "pip install 'sutura[can]'" in outcome.err
