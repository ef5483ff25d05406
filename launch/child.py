"""One place's process: started, watched, stopped with escalation and bounded waits."""

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from sutura.runtime.clock import monotonic

_ESCALATION = ((signal.SIGTERM, 0.5), (signal.SIGKILL, 1.0))


class Child:
    """A place's process and what is known of it."""

    def __init__(self, place: str, log: Path) -> None:
        self.place = place
        self.log = log
        self.restarts = 0
        self.incarnation = ""
        self.started_at = 0
        self.answered_at = 0
        self.phase = "down"
        self.killed_for = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of the process, or 0."""
        return self._process.pid if self._process is not None else 0

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended; reaps it if it has."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How it ended: negative for a signal; None while it runs."""
        return None if self._process is None else self._process.poll()

    def new_incarnation(self) -> str:
        """A token that no other incarnation in this run has."""
        self.incarnation = secrets.token_hex(4)
        return self.incarnation

    def start(self, config: Path) -> None:
        """Start the process; its output goes to its log. It gets a session of its own: Ctrl-C is ours to handle."""
        command = [sys.executable, "-m", "sutura.runtime.place", str(config), str(os.getpid())]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.started_at = self.answered_at = monotonic()
        self.phase = "starting"
        self.killed_for = ""

    def kill(self, reason: str) -> None:
        """End it at once."""
        self.killed_for = reason
        self._signal(signal.SIGKILL)

    def wait(self, seconds: float) -> bool:
        """Wait for its end; False if it has not ended by then."""
        if self._process is None:
            return True
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, patience: float) -> str:
        """Wait for an end it was asked for, then SIGTERM, then SIGKILL; returns the signal it took, or nothing."""
        if self.wait(patience):
            return ""
        for number, seconds in _ESCALATION:
            self._signal(number)
            if self.wait(seconds):
                return number.name
        return "SIGKILL, and it has not ended"

    def ending(self) -> str:
        """How it ended, in words."""
        code = self.exit_code
        if self.killed_for:
            return self.killed_for
        if code is None:
            return "is running"
        if code < 0:
            name = signal.Signals(-code).name
            hint = " (its loop stood still for longer than its hang_limit)" if -code == signal.SIGALRM else ""
            return f"ended by {name}{hint}"
        return f"ended with exit code {code}"

    def last_words(self) -> str:
        """The last line of its log, for people."""
        try:
            lines = self.log.read_text(errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1] if lines else ""

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
