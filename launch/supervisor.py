"""Starts the places of a topology together, watches them, and ends them; nothing of a run survives it."""

import subprocess
import sys
import time
from collections.abc import Callable

import msgspec

from sutura.launch.blueprint import Blueprint
from sutura.launch.child import Child
from sutura.launch.guard import Note, Ward
from sutura.launch.handshake import require_agreement
from sutura.launch.places import place_configs
from sutura.launch.rescue import RescueOrder, Rescuer
from sutura.launch.run_dir import RunDirectory, start_time
from sutura.launch.run_errors import StartFailed
from sutura.nodes import Event
from sutura.runtime.client import ControlClient
from sutura.runtime.clock import boot_id, monotonic
from sutura.runtime.config import PlaceConfig, write_config
from sutura.runtime.control import Reply
from sutura.runtime.errors import NoAnswer
from sutura.runtime.status import PlaceStatus

START_TIMEOUT_S = 60.0
_LEAD_NS = 100_000_000  # from the go to the first tick, so that every place hears it in time
_STATUS_EVERY_NS = 500_000_000
_HUNG_NS = 2_000_000_000
_MAX_RESTARTS = 5
_SLICE_S = 0.02


class Supervisor:
    """One run of a topology. Use it as: start(), watch(...), stop(); stop() may be called at any time, once."""

    def __init__(self, blueprint: Blueprint, run: RunDirectory, seed: int) -> None:
        self.blueprint = blueprint
        self.topology = topology = blueprint.topology
        self.run = run
        self.seed = seed
        self.started_at = 0
        self.events: list[Event] = []
        self.statuses: dict[str, PlaceStatus] = {}
        self.children = {place: Child(place, run.logs / f"{place}.log") for place in topology.places}
        self._actuators = actuator_orders(blueprint, run)
        self._rescuer = Rescuer(self._actuators)
        self._client = ControlClient(run.sockets)
        self._asked_at = 0
        self._guard = self._start_guard()
        self._stopped = False

    # Start ----------------------------------------------------------------------------------------------------

    def start(self, note: Callable[[str], None], until: Callable[[], bool] = lambda: False) -> None:
        """Start every place and, when all are ready and agree, say go; `until` gives up the start.

        Raises StartFailed, SchemaMismatch.
        """
        configs = place_configs(
            self.blueprint,
            self.run.path,
            self.seed,
            boot_id(),
            lambda place: self.children[place].new_incarnation(),
        )
        self._configs = {config.place: config for config in configs}
        for config in configs:
            self._launch(config)
        note(f"{len(configs)} places started; waiting until all are ready")
        replies = self._wait_until_ready(until)
        require_agreement(self.blueprint.wiring, replies, boot_id())
        self.started_at = monotonic() + _LEAD_NS
        for place in self.children:
            self._client.ask(place, "go", start=self.started_at)
        note("all places are ready and agree; go")

    def _launch(self, config: PlaceConfig) -> None:
        child = self.children[config.place]
        path = self.run.configs / f"{config.place}.json"
        write_config(config, path)
        child.start(path)
        self._tell_guard(Note(ward=Ward(config.place, child.pid, start_time(child.pid) or 0.0)))

    def _wait_until_ready(self, until: Callable[[], bool]) -> dict[str, Reply]:
        ready: dict[str, Reply] = {}
        deadline = monotonic() + int(START_TIMEOUT_S * 1e9)
        while len(ready) < len(self.children):
            if until():
                raise StartFailed("interrupted before the start")
            for place, child in self.children.items():
                if not child.is_running:
                    raise StartFailed(f"place {place!r} {child.ending()} before the start: {child.last_words()}")
                if place not in ready:
                    self._client.send(place, "status")
            for place, reply in self._client.replies(0.05):
                if reply.phase == "ready":
                    ready[place] = reply
            if monotonic() > deadline:
                missing = ", ".join(sorted(set(self.children) - set(ready)))
                raise StartFailed(f"not ready after {START_TIMEOUT_S:g} s: {missing}")
            time.sleep(_SLICE_S)
        return ready

    # Watch ----------------------------------------------------------------------------------------------------

    def watch(self, until: Callable[[], bool], update: Callable[["Supervisor"], None]) -> None:
        """Look after the places until `until()`; `update` is called after each round of figures."""
        while not until():
            self._look_at_children()
            if monotonic() - self._asked_at > _STATUS_EVERY_NS:
                update(self)
                self._ask_all("status")
            self._read_replies(_SLICE_S)

    def _look_at_children(self) -> None:
        now = monotonic()
        for place, child in self.children.items():
            if child.phase == "ended":
                continue
            if not child.is_running:
                self._mourn(child)
            elif child.phase == "starting":
                self._let_in(child)
            elif now - child.answered_at > _HUNG_NS:
                child.kill(f"did not answer for {_HUNG_NS * 1e-9:g} s, was killed")
                self._event(place, "hung", f"place {place} {child.killed_for}")

    def _mourn(self, child: Child) -> None:
        """A place has ended: first make its devices safe, then say so, then start it anew if it may be."""
        outcomes = self._rescuer.rescue(child.place)
        self._event(child.place, "ended", f"place {child.place} {child.ending()}: {child.last_words()}")
        for outcome in outcomes:
            self._event(child.place, "rescue", outcome)
        self._client.forget(child.place)
        child.phase = "ended"
        if self._may_restart(child):
            child.restarts += 1
            config = msgspec.structs.replace(
                self._configs[child.place], incarnation=child.new_incarnation(), restarted=True
            )
            self._launch(config)
            self._event(child.place, "restart", f"place {child.place} is started anew, without leave to move")

    def _may_restart(self, child: Child) -> bool:
        nodes = (self.topology.nodes[name] for name in self.topology.places[child.place])
        return child.restarts < _MAX_RESTARTS and all(node.restart == "on_failure" for node in nodes)

    def _let_in(self, child: Child) -> None:
        """Ask a place that was started anew whether it is ready, without waiting for it."""
        if monotonic() - child.answered_at > int(START_TIMEOUT_S * 1e9):
            child.kill(f"was not ready {START_TIMEOUT_S:g} s after its restart, was killed")
        try:
            self._client.send(child.place, "status")
        except NoAnswer:
            return

    def _ask_all(self, what: str) -> None:
        self._asked_at = monotonic()
        for place, child in self.children.items():
            if child.is_running and child.phase not in ("starting", "ended"):
                try:
                    self._client.send(place, what, take_events=what == "status")
                except NoAnswer:
                    continue  # a full queue: `_look_at_children` notices that it does not answer

    def _read_replies(self, timeout: float) -> None:
        for place, reply in self._client.replies(timeout):
            child = self.children[place]
            child.answered_at = monotonic()
            self.events.extend(reply.events)
            if reply.status is not None:
                self.statuses[place] = reply.status
            if child.phase == "starting" and reply.phase == "ready":
                self._client.send(place, "go", start=self.started_at)
            child.phase = "starting" if reply.phase in ("waiting", "ready") else reply.phase

    # Stop -----------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Actuators first, then all; last figures; then the end of every process, by force if need be."""
        if self._stopped:
            return
        self._stopped = True
        actuators = [place for place in self.children if place in self._actuators]
        for group in (actuators, [place for place in self.children if place not in actuators]):
            self._quiesce(group)
        self._ask_all("status")
        self._settle(lambda child: child.answered_at > self._asked_at)
        self._ask_all("stop")
        self._end_all()
        self._tell_guard(Note(farewell=True))
        self._end_guard()
        self._client.close()
        self.run.retire()

    def _quiesce(self, places: list[str]) -> None:
        for place in places:
            child = self.children[place]
            if child.is_running and child.phase not in ("starting", "ended"):
                self._client.send(place, "quiesce")
        self._settle(lambda child: child.place not in places or child.phase == "quiet")

    def _settle(self, done: Callable[[Child], bool]) -> None:
        """Read answers until every running place is done, for 0.3 s at most."""
        deadline = monotonic() + 300_000_000
        while monotonic() < deadline:
            live = [c for c in self.children.values() if c.is_running and c.phase not in ("starting", "ended")]
            if all(done(child) for child in live):
                return
            self._read_replies(_SLICE_S)

    def _end_all(self) -> None:
        deadline = monotonic() + 500_000_000
        for child in self.children.values():
            patience = max(0.0, (deadline - monotonic()) * 1e-9)
            was_ended = child.phase == "ended"
            force = child.stop(patience if child.phase != "starting" else 0.0)
            if force and not was_ended:
                self._event(child.place, "forced", f"place {child.place} ended only after {force}")
                for outcome in self._rescuer.rescue(child.place):
                    self._event(child.place, "rescue", outcome)

    # The guard ------------------------------------------------------------------------------------------------

    def _start_guard(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "sutura.launch.guard", str(self.run.path)]
        with (self.run.logs / "guard.log").open("ab") as log:
            guard = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True)
        self._guard = guard
        self._tell_guard(Note(orders=self._actuators))
        return guard

    def _tell_guard(self, note: Note) -> None:
        pipe = self._guard.stdin
        if pipe is None or pipe.closed:
            return
        try:
            pipe.write(msgspec.json.encode(note) + b"\n")
            pipe.flush()
        except BrokenPipeError:
            pipe.close()
            self._event("", "guard", "the guard of this run has ended; a kill of the supervisor is not covered")

    def _end_guard(self) -> None:
        if self._guard.stdin is not None and not self._guard.stdin.closed:
            self._guard.stdin.close()
        try:
            self._guard.wait(1.0)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()

    def _event(self, place: str, kind: str, text: str) -> None:
        self.events.append(Event(monotonic(), place, kind, text))


def actuator_orders(blueprint: Blueprint, run: RunDirectory) -> dict[str, list[RescueOrder]]:
    """What to rescue when a place ends, by place; places without actuators are not in it."""
    orders: dict[str, list[RescueOrder]] = {}
    for name in blueprint.actuators:
        driver = blueprint.topology.nodes[name].driver
        if driver is not None:
            order = RescueOrder(name, driver.use, dict(driver.options), str(run.path))
            orders.setdefault(blueprint.topology.place_of(name), []).append(order)
    return orders
