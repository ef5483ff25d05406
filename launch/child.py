"""One place's process: started, watched, ended."""

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from sutura.runtime.clock import monotonic

LEAD_NS = 100_000_000  # from the go to the first tick, so that every place hears it in time
_PRIVATE = 0o077  # whatever a place makes, sockets included, is its user's alone


class Child:
    """A place's process and what is known of it.

    phase: `down` → `starting` → `waiting` (for its readers) → `ready` → `opening` (its devices) → `running` →
    `quiet` → `stopping`; from any of them `mourned` (its devices are being made safe) → `ended`.
    """

    def __init__(self, place: str, log: Path, module: str = "sutura.runtime.place") -> None:
        self.place = place
        self.module = module
        self.log = log
        self.restarts = 0
        self.incarnation = ""
        self.started_at = 0
        self.asked_at = 0
        self.answered_at = 0
        self.go_at = 0
        self.phase = "down"
        self.killed_for = ""
        self._log_begin = 0
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
    def is_up(self) -> bool:
        """Whether its nodes have started and it answers requests, as far as is known."""
        return self.phase in ("running", "quiet", "stopping")

    @property
    def is_suspended(self) -> bool:
        """Whether the process has been stopped by a signal and could not even hear SIGTERM."""
        if not self.is_running:
            return False
        return os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None

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
        command = [sys.executable, "-m", self.module, str(config), str(os.getpid())]
        with self.log.open("ab") as log:
            self._log_begin = log.tell()
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, umask=_PRIVATE
            )
        self.started_at = self.answered_at = monotonic()
        self.asked_at = 0
        self.phase = "starting"
        self.killed_for = ""

    def heard(self, phase: str, made_at: int) -> None:
        """Note the phase it tells; made_at [ns]: when it made the figures that came along, 0 without.

        A place says `running` as soon as it hears the go, but its nodes have started only when it answers
        later than that.
        """
        self.answered_at = monotonic()
        if self.phase == "opening" and phase not in ("quiet", "stopping"):
            if phase == "running" and made_at > self.go_at + LEAD_NS:
                self.phase = phase
        elif phase:
            self.phase = phase

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, if there still is a process to get it."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def kill(self, reason: str) -> None:
        """End it at once."""
        self.killed_for = reason
        self.send_signal(signal.SIGKILL)

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
        """What it said last in its log, of this incarnation: its own last line, or else the last one."""
        try:
            with self.log.open(errors="replace") as log:
                log.seek(self._log_begin)
                lines = log.read().strip().splitlines()
        except OSError:
            return "it left no log"
        own = [line for line in lines if line.startswith(f"{self.place}: ")]
        return ((own or lines)[-1]).removeprefix(f"{self.place}: ") if lines else "it said nothing"
