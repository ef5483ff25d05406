"""Strikes the processes of a run as a fault script says; what follows is the supervisor's ordinary work."""

import signal

from sutura.launch.crew import Crew
from sutura.nodes import Event


class ProcessHands:
    """Signals to the places of a crew. started_at [ns]: the run's zero."""

    def __init__(self, crew: Crew, started_at: int) -> None:
        self._crew = crew
        self._started_at = started_at
        self._hung: dict[str, int] = {}  # its pid by place: who was started anew meanwhile does not hang

    def is_there(self, place: str) -> bool:
        """Whether a place has a process."""
        return self._crew.children[place].is_running

    def kill(self, place: str) -> None:
        """End its process."""
        self._crew.children[place].send_signal(signal.SIGKILL)

    def hang(self, place: str) -> None:
        """Stop its process."""
        self._hung[place] = self._crew.children[place].pid
        self._crew.children[place].send_signal(signal.SIGSTOP)

    def go_on(self, place: str) -> None:
        """Let the process that was stopped go on."""
        child = self._crew.children[place]
        if self._hung.pop(place, 0) == child.pid:
            child.send_signal(signal.SIGCONT)

    def tell(self, at: float, node: str, kind: str, text: str) -> None:
        """Keep an event. at [s of the run]."""
        self._crew.events.append(Event(self._started_at + round(at * 1e9), node, kind, text))
