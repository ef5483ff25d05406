"""The supervisor's end of the guard: keeps it told, and alive."""

import subprocess
import sys

import msgspec

from sutura.launch.guard import Note, Ward
from sutura.launch.rescue import Orders
from sutura.launch.run_dir import RunDirectory, start_time

_MAX_RESTARTS = 5
_FAREWELL_S = 0.3


class Guardian:
    """Starts the guard of a run and tells it of every process; see `sutura.launch.guard`."""

    def __init__(self, run: RunDirectory, orders: Orders) -> None:
        self._run = run
        self._orders = {place: list(group) for place, group in orders.items()}
        self._wards: dict[str, Ward] = {}
        self._restarts = 0
        self._guard = self._start()

    @property
    def pid(self) -> int:
        """Of the guard's process."""
        return self._guard.pid

    def look_after(self, place: str, pid: int) -> None:
        """Tell it of a process."""
        started = start_time(pid)
        if started is None:
            return  # it has ended already
        self._wards[place] = Ward(place, pid, started)
        self._tell(Note(ward=self._wards[place]))

    def keep(self) -> str:
        """Start the guard anew if it has ended; returns what happened, in words, or nothing."""
        if self._guard.poll() is None or self._restarts > _MAX_RESTARTS:
            return ""
        self._restarts += 1
        self._close_pipe()
        if self._restarts > _MAX_RESTARTS:
            return "the guard of this run keeps ending; a kill of the supervisor is not covered any more"
        self._guard = self._start()
        for ward in self._wards.values():
            self._tell(Note(ward=ward))
        return "the guard of this run had ended; it was started anew"

    def dismiss(self) -> None:
        """Let the guard go: every process has ended."""
        self._tell(Note(farewell=True))
        self._close_pipe()
        try:
            self._guard.wait(_FAREWELL_S)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "sutura.launch.guard", str(self._run.path)]
        with (self._run.logs / "guard.log").open("ab") as log:
            self._guard = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, bufsize=0, start_new_session=True
            )
        self._tell(Note(orders=self._orders))
        return self._guard

    def _tell(self, note: Note) -> None:
        pipe = self._guard.stdin
        if pipe is None or pipe.closed:
            return
        try:
            pipe.write(msgspec.json.encode(note) + b"\n")
        except BrokenPipeError:  # it has ended, which `keep` finds and makes good
            pipe.close()

    def _close_pipe(self) -> None:
        if self._guard.stdin is not None and not self._guard.stdin.closed:
            self._guard.stdin.close()
