"""The places of a run as their supervisor has them: processes, what each has said, and the way to ask them."""

from collections.abc import Callable, Iterable
from pathlib import Path

from sutura.launch.blueprint import Blueprint
from sutura.launch.child import Child
from sutura.launch.guardian import Guardian
from sutura.launch.recorders import recorders_in
from sutura.launch.rescue import Rescue, RescueOrder, Rescuer
from sutura.launch.run_dir import RunDirectory
from sutura.nodes import Event
from sutura.runtime.client import ControlClient
from sutura.runtime.clock import monotonic
from sutura.runtime.config import PlaceConfig, write_config
from sutura.runtime.control import Reply
from sutura.runtime.errors import NoAnswer
from sutura.runtime.status import PlaceStatus

SLICE_S = 0.02  # a round of whoever waits for the crew
_PATIENCE_NS = 250_000_000  # for an answer, before it is asked for again


class Crew:
    """Children, statuses and events by place. What a place that was started anew says replaces its old figures."""

    def __init__(self, blueprint: Blueprint, run: RunDirectory) -> None:
        self.children = {place: Child(place, run.logs / f"{place}.log") for place in blueprint.topology.places}
        self.statuses: dict[str, PlaceStatus] = {}
        self.introductions: dict[str, Reply] = {}
        self.events: list[Event] = []
        self._run = run
        orders = rescue_orders(blueprint, run.path)
        self.actuators = tuple(orders)
        self.recorders = {blueprint.topology.place_of(name) for name in recorders_in(blueprint.topology)}
        self.rescuer = Rescuer(orders)
        self.rescues: dict[str, list[Rescue]] = {}
        self._client = ControlClient(run.sockets)
        self.guardian = Guardian(run, orders)

    def event(self, place: str, kind: str, text: str) -> None:
        """Note what people should know."""
        self.events.append(Event(monotonic(), place, kind, text))

    def launch(self, config: PlaceConfig) -> None:
        """Start a place's process."""
        child = self.children[config.place]
        path = self._run.configs / f"{config.place}.json"
        write_config(config, path)
        self._client.forget(config.place)
        child.start(path)
        self.guardian.look_after(config.place, child.pid)

    def send(self, child: Child, what: str, start: int = 0) -> bool:
        """Send a request without waiting; False where the queue is full, which means that it does not answer."""
        try:
            self._client.send(child.place, what, start=start, take_events=what == "status")
        except NoAnswer:
            return False
        return True

    def go(self, child: Child, start: int) -> None:
        """Let a ready place run on the grid that begins at `start` [ns]."""
        if self.send(child, "go", start):
            child.go_at = monotonic()
            child.phase = "opening"

    def ask(self, children: Iterable[Child]) -> None:
        """Ask for figures; who has not answered yet is not asked again at once."""
        now = monotonic()
        for child in children:
            answered = child.answered_at >= child.asked_at
            if (answered or now - child.asked_at > _PATIENCE_NS) and self.send(child, "status"):
                child.asked_at = now

    def read(self, seconds: float = SLICE_S) -> None:
        """Take the answers that come within `seconds`."""
        for place, reply in self._client.replies(seconds):
            child = self.children[place]
            self.events.extend(reply.events)
            child.heard(reply.phase, reply.status.now if reply.status is not None else 0)
            if reply.status is not None:
                self.statuses[place] = reply.status
            if reply.schemas:
                self.introductions[place] = reply

    def wait(self, done: Callable[[Child], bool], deadline: int) -> None:
        """Read answers until every child that is up is done, until `deadline` [ns] at most."""
        while not all(done(child) for child in self.up()) and monotonic() < deadline:
            self.read()

    def up(self) -> list[Child]:
        """Those that can be asked."""
        return [child for child in self.children.values() if child.is_up and child.is_running]

    def disband(self) -> None:
        """Close every connection; no process may be left."""
        self.guardian.dismiss()
        self._client.close()


def rescue_orders(blueprint: Blueprint, device_dir: Path) -> dict[str, list[RescueOrder]]:
    """What to rescue when a place ends, by place; places without actuators are not in it."""
    orders: dict[str, list[RescueOrder]] = {}
    for name in blueprint.actuators:
        driver = blueprint.topology.nodes[name].driver
        if driver is not None:
            order = RescueOrder(name, driver.use, dict(driver.options), str(device_dir))
            orders.setdefault(blueprint.topology.place_of(name), []).append(order)
    return orders
