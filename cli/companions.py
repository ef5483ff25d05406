"""Processes beside a run that only look: started when it runs, ended with it, and never waited for in between."""

import socket
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from types import TracebackType

from sutura.cli.errors import PortTaken
from sutura.extras import MissingExtra
from sutura.launch.run_dir import RunDirectory

_PATIENCE_S = 2.0
# by command: its extra, the library it needs, what it shows
KINDS = {
    "foxglove": ("foxglove", "foxglove", "the live view", "ws://127.0.0.1:{port}"),
    "metrics": ("prometheus", "prometheus_client", "a Prometheus endpoint", "http://127.0.0.1:{port}/metrics"),
}


class Companions:
    """ports: by command (`foxglove`, `metrics`); use it as a context manager around the run.

    Raises MissingExtra and PortTaken, before anything runs.
    """

    def __init__(self, ports: dict[str, int]) -> None:
        self._ports = ports
        self._processes: list[subprocess.Popen[bytes]] = []
        self._started = False
        for command, port in ports.items():
            name, library, purpose, _ = KINDS[command]
            if find_spec(library) is None:
                raise MissingExtra(purpose, name, library)
            _require_free(port)

    def __enter__(self) -> "Companions":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def start(self, run: RunDirectory, note: Callable[[str], None]) -> None:
        """Start them, the first time this is called."""
        if self._started:
            return
        self._started = True
        for command, port in self._ports.items():
            arguments = [
                sys.executable,
                "-m",
                "sutura.cli.main",
                command,
                "--run",
                run.path.name,
                "--port",
                str(port),
            ]
            with (run.logs / f"{command}.log").open("ab") as log:
                process = subprocess.Popen(
                    arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
            self._processes.append(process)
            note(f"{command}: {KINDS[command][3].format(port=port)}")


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(port, error.strerror or str(error)) from error
