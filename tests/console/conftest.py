"""A run with its console as `sutura launch` makes it, and a browser that looks at it."""

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sutura.runtime.clock import monotonic
from tests.console.browser import Browser, chromium

ROOT = Path(__file__).parents[2]
BOUND_S = 60.0


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home for runs with a short path, as sockets need it."""
    folder = Path(tempfile.mkdtemp(prefix="su"))
    monkeypatch.setenv("SUTURA_HOME", str(folder))
    yield folder
    shutil.rmtree(folder)


class Launched:
    """`sutura launch …` as a process, and what it says."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "sutura.cli.main", "launch", *arguments]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
        )
        self.said = ""

    def until(self, pattern: str) -> str:
        """Read until a line fits; its first group."""
        out = self.process.stdout
        assert out is not None
        end = monotonic() + int(BOUND_S * 1e9)
        while not (found := re.search(pattern, self.said)):
            left = max(0.0, (end - monotonic()) * 1e-9)
            assert select.select([out], [], [], left)[0], f"no {pattern!r} in: {self.said}"
            data = os.read(out.fileno(), 1 << 16)
            assert data, f"it ended without {pattern!r}: {self.said}"
            self.said += data.decode()
        return found[1]

    def end(self) -> int:
        """Ctrl-C, and its exit code."""
        self.process.send_signal(signal.SIGINT)
        rest, _ = self.process.communicate(timeout=BOUND_S)
        self.said += rest.decode()
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.communicate(timeout=BOUND_S)


@pytest.fixture
def launched(home: Path) -> Iterator[Callable[..., Launched]]:
    made: list[Launched] = []

    def start(*arguments: str) -> Launched:
        made.append(Launched(*arguments))
        return made[-1]

    yield start
    for each in made:
        each.close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """Skips where there is none."""
    with chromium(tmp_path) as opened:
        yield opened
