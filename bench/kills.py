"""Kills the processes on which motion depends, one after the other, in a run under way, and measures how it holds.

What is done is written as generators: at each `yield` the supervisor takes a round of its own work.
"""

import os
import signal
from collections.abc import Callable, Generator, Sequence

from bench.errors import NeverFollowed
from bench.plan import Kill, Plan
from bench.recording_arm import Marks
from sutura.launch.blueprint import Blueprint
from sutura.launch.run import interruptible
from sutura.launch.run_dir import RunDirectory
from sutura.launch.supervisor import Supervisor
from sutura.nodes import Event, RequestRefused
from sutura.runtime.client import ControlClient
from sutura.runtime.clock import monotonic
from sutura.runtime.errors import NoAnswer

HOLD_BOUND_MS = 50.0
_WAIT_S = 20.0  # for anything that is waited for
_TRIES = 8
_LATELY_NS = 10_000_000  # an arm that follows was written to in this time
_ADVANCE = 50  # writes that show that it moves
_CAUSES = ("trip", "hold", "fault", "ended", "hung")

Steps = Generator[None, None, None]


class Campaign:
    """The kills of one run of a topology with one `RecordingArm`."""

    def __init__(self, blueprint: Blueprint, seed: int, tell: Callable[[Kill], None]) -> None:
        self.nuisances = 0  # holds that nobody has caused, as on a busy machine
        self.is_interrupted = False
        self._tell = tell
        self._arm, *_ = blueprint.actuators
        self._watchdog, *_ = blueprint.nodes_of_class("Watchdog")
        self._operator, *_ = blueprint.nodes_of_class("Operator")
        self._topology = blueprint.topology
        run = RunDirectory.create("safety")
        self._marks = Marks(run.path, self._arm)
        self._client = ControlClient(run.sockets)
        self._supervisor = Supervisor(blueprint, run, seed)

    def play(self, plan: Sequence[Plan]) -> None:
        """Start the run, carry the plan out, end the run."""
        with interruptible() as interrupted:
            try:
                self._supervisor.start(lambda text: None, lambda: bool(interrupted))
                steps = self._carry_out(plan)
                self._supervisor.watch(
                    lambda: bool(interrupted) or next(steps, self) is self, lambda supervisor: None
                )
            finally:
                self.is_interrupted = bool(interrupted)
                self._client.close()
                self._supervisor.stop()

    def _carry_out(self, plan: Sequence[Plan]) -> Steps:
        yield from self._make_move()
        for kill in plan:
            if not self._moves_now():
                self.nuisances += 1
                yield from self._make_move()
            yield from self._kill(kill)

    # One kill -------------------------------------------------------------------------------------------------

    def _kill(self, plan: Plan) -> Steps:
        failures: list[str] = []
        child = self._supervisor.children[self._topology.place_of(plan.victim)]
        told, pid, at = len(self._supervisor.events), child.pid, monotonic()
        os.kill(pid, signal.Signals[plan.signal])
        if plan.resume_s:
            yield from self._pause(plan.resume_s)
            os.kill(pid, signal.SIGCONT)
        yield from self._until(
            lambda: child.pid != pid or (bool(plan.resume_s) and _since(at) > 1.0), failures, "end"
        )
        yield from self._until(self._all_are_up, failures, "all are up again")
        yield from self._pause(0.3)
        yield from self._reclutch()
        yield from self._pause(0.3)
        held_ms = max(0.0, (self._marks.written_at - at) * 1e-6)
        if held_ms > HOLD_BOUND_MS:
            failures.append(f"a command was applied {held_ms:.1f} ms after the kill, without a reset")
        writes = self._marks.writes
        yield from self._until(self._reset, failures, "a reset is taken")
        yield from self._pause(0.2)
        if self._marks.writes != writes:
            failures.append("it moved after the reset without a re-clutch")
        yield from self._make_move()
        cause = self._cause(plan.victim, child.place, self._supervisor.events[told:])
        if not cause:
            failures.append("no event names the cause")
        self._tell(
            Kill(
                victim=plan.victim,
                signal=plan.signal,
                resume_s=plan.resume_s,
                held_ms=round(held_ms, 3),
                back_s=round(_since(at), 2),
                cause=cause,
                failures=failures,
            )
        )

    def _cause(self, victim: str, place: str, events: Sequence[Event]) -> str:
        """What names the victim: rather a node's words than the supervisor's. A watchdog's fall shows as a missing
        permit, an operator's as silent levels."""
        names = [f"node {victim}:", f"node {victim} ", f"place {place} "]
        names += ["permit"] if victim == self._watchdog else []
        names += ["operator's", "emergency stop"] if victim == self._operator else []
        found = [e for e in events if e.kind in _CAUSES and any(name in e.text for name in names)]
        return min(found, key=lambda e: _CAUSES.index(e.kind)).text if found else ""

    # Moving ---------------------------------------------------------------------------------------------------

    def _make_move(self) -> Steps:
        """Reset, enable and re-clutch until the arm moves. Raises NeverFollowed."""
        for _ in range(_TRIES):
            yield from self._until(self._all_are_up, [], "all are up")
            self._reset()
            self._ask(self._arm, "reset")
            self._ask(self._arm, "enable")
            yield from self._reclutch()
            before, at = self._marks.writes, monotonic()
            while self._marks.writes < before + _ADVANCE and _since(at) < 1.0:
                yield
            if self._moves_now():
                return
        raise NeverFollowed(self._supervisor.events)

    def _reclutch(self) -> Steps:
        for command in ("press_clutch", "release_clutch"):
            self._ask(self._operator, command)
            yield from self._pause(0.1)

    def _moves_now(self) -> bool:
        return monotonic() - self._marks.written_at < _LATELY_NS

    def _all_are_up(self) -> bool:
        return all(child.phase == "running" for child in self._supervisor.children.values())

    def _reset(self) -> bool:
        return self._ask(self._watchdog, "reset")

    def _ask(self, node: str, command: str) -> bool:
        """Whether a node took a command."""
        try:
            self._client.ask(self._topology.place_of(node), "command", node=node, command=command)
        except (NoAnswer, RequestRefused):
            return False
        return True

    # Waiting --------------------------------------------------------------------------------------------------

    def _pause(self, seconds: float) -> Steps:
        at = monotonic()
        while _since(at) < seconds:
            yield

    def _until(self, is_true: Callable[[], bool], failures: list[str], what: str) -> Steps:
        at = monotonic()
        while not is_true():
            if _since(at) > _WAIT_S:
                failures.append(f"waited {_WAIT_S:g} s in vain until {what}")
                return
            yield


def _since(at: int) -> float:
    return (monotonic() - at) * 1e-9
