"""Looks after the places of a run: who ends is mourned, its devices made safe, and started anew if it may be."""

from collections.abc import Mapping

import msgspec

from sutura.errors import SuturaError
from sutura.launch.blueprint import Blueprint
from sutura.launch.child import Child
from sutura.launch.crew import Crew
from sutura.launch.handshake import require_agreement
from sutura.launch.starting import START_TIMEOUT_S
from sutura.runtime.clock import boot_id, monotonic
from sutura.runtime.config import PlaceConfig

MAX_RESTARTS = 5
HUNG_S = 2.0
_ASK_EVERY_NS = 500_000_000
_READERS_S = 3.0  # a place started anew does not wait longer for readers, which may be gone for good


class Keeper:
    """Keeps a crew at work; call `look` every few milliseconds. It never waits, also not for a rescue."""

    def __init__(
        self, crew: Crew, blueprint: Blueprint, configs: Mapping[str, PlaceConfig], started_at: int
    ) -> None:
        self._crew = crew
        self._blueprint = blueprint
        self._configs = configs
        self._started_at = started_at
        self._ask_at = 0

    def look(self) -> bool:
        """One round. Returns whether new figures were asked for, those of the last round being here."""
        for child in self._crew.children.values():
            if child.phase == "mourned":
                self._bury(child)
            elif child.phase != "ended":
                self._look_at(child)
        trouble = self._crew.guardian.keep()
        if trouble:
            self._crew.event("", "guard", trouble)
        now = monotonic()
        if now < self._ask_at:
            return False
        self._ask_at = now + _ASK_EVERY_NS
        self._crew.ask(self._crew.up())
        return True

    def _look_at(self, child: Child) -> None:
        if not child.is_running:
            self._mourn(child)
        elif child.killed_for:
            return  # its end is on the way
        elif child.is_suspended and self._crew.rescuer.is_needed(child.place):
            self._kill(child, "was suspended while it held a device, was killed")
        elif not child.is_up:
            self._let_in(child)
        elif monotonic() - child.answered_at > HUNG_S * 1e9:
            self._kill(child, f"did not answer for {HUNG_S:g} s, was killed")

    def _kill(self, child: Child, reason: str) -> None:
        child.kill(reason)
        self._crew.event(child.place, "hung", f"place {child.place} {reason}")

    def _mourn(self, child: Child) -> None:
        """A place has ended: first make its devices safe, then say so."""
        self._crew.rescues[child.place] = self._crew.rescuer.begin([child.place])
        child.phase = "mourned"
        self._crew.event(child.place, "ended", f"place {child.place} {child.ending()}: {child.last_words()}")

    def _bury(self, child: Child) -> None:
        """Once its devices are safe, or cannot be made so: start it anew, if it may be."""
        if not all(rescue.is_over for rescue in self._crew.rescues[child.place]):
            return
        for rescue in self._crew.rescues.pop(child.place):
            self._crew.event(rescue.node, "rescue", rescue.outcome())
        child.phase = "ended"
        topology = self._blueprint.topology
        if any(topology.nodes[name].restart == "never" for name in topology.places[child.place]):
            return
        if child.restarts >= MAX_RESTARTS:
            text = f"place {child.place} is not started anew: it was {MAX_RESTARTS} times already"
            self._crew.event(child.place, "given_up", text)
            return
        self._start_anew(child)

    def _start_anew(self, child: Child) -> None:
        child.restarts += 1
        config = self._configs[child.place]
        self._crew.launch(msgspec.structs.replace(config, incarnation=child.new_incarnation(), restarted=True))
        self._crew.event(child.place, "restart", f"place {child.place} is started anew, without leave to move")

    def _let_in(self, child: Child) -> None:
        """See a place that was started anew through its handshake, without waiting for it."""
        since = (monotonic() - child.started_at) * 1e-9
        if child.phase == "ready" or (child.phase == "waiting" and since > _READERS_S):
            self._welcome(child)
        elif since > START_TIMEOUT_S:
            self._kill(child, f"did not run {START_TIMEOUT_S:g} s after its restart, was killed")
        else:
            self._crew.ask([child])

    def _welcome(self, child: Child) -> None:
        """Its files may have changed since the start: it must still agree with the others."""
        try:
            require_agreement(self._blueprint.wiring, self._crew.introductions, boot_id())
        except SuturaError as error:
            self._kill(child, f"does not agree with the others any more, was killed: {error}")
        else:
            self._crew.go(child, self._started_at)
