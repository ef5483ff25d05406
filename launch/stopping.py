"""The end of a run: actuators first, then all, recorders last; last figures; then the end of every process, by
force if need be.

Each step has its share of the time and gives what it does not need to the next, so that the whole takes less than
two seconds whatever hangs.
"""

import signal
import time
from collections.abc import Iterable

from sutura.launch.child import Child
from sutura.launch.crew import Crew
from sutura.runtime.clock import monotonic

# Seconds from the beginning until which each step may last.
_ACTUATORS_QUIET_S = 0.25
_ALL_QUIET_S = 0.45
_RECORDERS_QUIET_S = 0.55
_HEARING_OUT_NS = 40_000_000  # recorders take their messages in lots of 20 ms
_FIGURES_S = 0.7
_ENDED_S = 1.0
_TERMINATED_S = 1.15
_KILLED_S = 1.3
_SLICE_S = 0.005


def stop_together(crew: Crew) -> None:
    """End every process of a crew; what had to be forced is among its events."""
    begun = monotonic()

    def until(seconds: float) -> int:
        return begun + int(seconds * 1e9)

    for child in crew.children.values():
        if child.is_suspended:  # it can hear nothing, and what it holds must be made safe
            child.kill("was suspended at the end of the run, was killed")
    _quiesce(crew, [child for child in crew.up() if child.place in crew.actuators], until(_ACTUATORS_QUIET_S))
    _quiesce(crew, [child for child in crew.up() if child.place not in crew.recorders], until(_ALL_QUIET_S))
    if crew.recorders:
        crew.wait(lambda child: False, min(monotonic() + _HEARING_OUT_NS, until(_RECORDERS_QUIET_S)))
    _quiesce(crew, crew.up(), until(_RECORDERS_QUIET_S))
    _last_figures(crew, until(_FIGURES_S))
    for child in crew.up():
        crew.send(child, "stop")
    ending = _Ending(crew)
    ending.wait(until(_ENDED_S))
    ending.force(signal.SIGTERM, until(_TERMINATED_S))
    ending.force(signal.SIGKILL, until(_KILLED_S))
    ending.tell()
    crew.disband()


def _quiesce(crew: Crew, children: Iterable[Child], deadline: int) -> None:
    waited_for = [child for child in children if child.phase == "running" and crew.send(child, "quiesce")]
    crew.wait(lambda child: child not in waited_for or child.phase != "running", deadline)


def _last_figures(crew: Crew, deadline: int) -> None:
    asked_at = monotonic()
    for child in crew.up():
        crew.send(child, "status")
    crew.wait(lambda child: child.place in crew.statuses and crew.statuses[child.place].now > asked_at, deadline)


class _Ending:
    """The last steps of all processes, taken together; whoever does not end well has its devices rescued."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._rescues = [rescue for group in crew.rescues.values() for rescue in group]
        self._forced: dict[Child, str] = {}
        self._left = [c for c in crew.children.values() if c.pid and c.phase not in ("mourned", "ended")]
        self._up = [child for child in self._left if child.is_up]
        for child in self._left:
            if not child.is_up:  # it cannot be asked
                child.send_signal(signal.SIGTERM)

    def wait(self, deadline: int) -> None:
        """See processes end until `deadline` [ns] at most."""
        while self._see_off() and monotonic() < deadline:
            time.sleep(_SLICE_S)

    def force(self, number: signal.Signals, deadline: int) -> None:
        """Send a signal to what is left, and wait."""
        for child in self._left:
            child.send_signal(number)
            self._forced[child] = number.name
        self.wait(deadline)

    def tell(self) -> None:
        """Note what had to be forced, and what came of the rescues."""
        for child, signal_name in self._forced.items():
            end = "" if child not in self._left else ", and has not ended"
            self._crew.event(child.place, "forced", f"place {child.place} ended only after {signal_name}{end}")
        for rescue in self._rescues:
            self._crew.event(rescue.node, "rescue", rescue.outcome())

    def _see_off(self) -> bool:
        gone = [child for child in self._left if not child.is_running]
        self._left = [child for child in self._left if child not in gone]
        fallen = [child for child in gone if child.exit_code != 0]
        self._rescues += self._crew.rescuer.begin(child.place for child in fallen)
        for child in fallen:
            if child in self._up and child not in self._forced:
                self._crew.event(
                    child.place, "ended", f"place {child.place} {child.ending()}: {child.last_words()}"
                )
        return bool(self._left)
