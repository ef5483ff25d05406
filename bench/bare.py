"""Runs one bare chain of processes and gathers its figures."""

import contextlib
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.errors import StageSilent, TooFewSamples
from bench.figures import Round, quantile
from bench.link import SILENCE_S, StageConfig, StageResult

STAGES = 6
RATE_HZ = 1000.0
WARMUP = 300
_START_TIMEOUT_S = 30.0


class Stage:
    """One process of a bare chain and the lines it says."""

    def __init__(self, config: StageConfig) -> None:
        self.number = config.number
        self._rest = b""
        command = [sys.executable, "-m", "bench.stage", msgspec.json.encode(config).decode()]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )

    def go(self) -> None:
        """Let the source begin."""
        if self.process.stdin is not None:
            self.process.stdin.write(b"go\n")

    def line(self, expected: str, timeout: float) -> bytes:
        """The next line it says. Raises StageSilent."""
        out = self.process.stdout
        end = time.monotonic() + timeout
        while out is not None and b"\n" not in self._rest:
            if not select.select([out], [], [], max(0.0, end - time.monotonic()))[0]:
                break
            data = os.read(out.fileno(), 1 << 16)
            if not data:
                break
            self._rest += data
        said, newline, self._rest = self._rest.partition(b"\n")
        if not newline:
            raise StageSilent(self.number, expected, timeout, self._last_words())
        return said

    def _last_words(self) -> str:
        self.process.kill()
        _, errors = self.process.communicate(timeout=5.0)
        return errors.decode(errors="replace").strip()[-400:]

    def end(self) -> None:
        """Make sure it is gone."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1.0)
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def run_bare(name: str, transport: str, samples: int, *, fifo: bool = False) -> Round:
    """One round of a bare chain. Raises StageSilent, TooFewSamples."""
    with _stages(transport, samples, fifo) as stages:
        for stage in stages:
            stage.line("ready", _START_TIMEOUT_S)
        stages[-1].line("a first message", _START_TIMEOUT_S)
        stages[0].go()
        lasting = (WARMUP + samples) / RATE_HZ + 2.0 * SILENCE_S
        results = [msgspec.json.decode(stage.line("its result", lasting), type=StageResult) for stage in stages]
    return _round(name, samples, results)


@contextlib.contextmanager
def _stages(transport: str, samples: int, fifo: bool) -> Iterator[list[Stage]]:
    """The processes of a chain; none is left whatever happens within."""
    stages: list[Stage] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        addresses = ["", *(_address(transport, Path(folder), k) for k in range(STAGES - 1)), ""]
        try:
            for number in range(STAGES):
                config = StageConfig(
                    transport=transport,
                    number=number,
                    hears=addresses[number],
                    says=addresses[number + 1],
                    samples=samples,
                    warmup=WARMUP,
                    rate=RATE_HZ,
                    fifo=fifo,
                )
                stages.append(Stage(config))
            yield stages
        finally:
            for stage in stages:
                stage.end()


def _address(transport: str, folder: Path, number: int) -> str:
    path = folder / str(number)
    return f"unixsock-stream/{path}" if transport == "zenoh" else str(path)


def _round(name: str, samples: int, results: list[StageResult]) -> Round:
    latencies = sorted(results[-1].latencies)
    if len(latencies) < samples // 2:
        raise TooFewSamples(name, samples, len(latencies), [])
    return Round(
        chain=name,
        samples=len(latencies),
        p50_us=quantile(latencies, 0.5) * 1e-3,
        p99_us=quantile(latencies, 0.99) * 1e-3,
        max_us=latencies[-1] * 1e-3,
        lost=samples - len(latencies),
        replaced=0,
        cpu_percent=sum(100.0 * r.cpu_s / r.lasted_s for r in results),
    )
