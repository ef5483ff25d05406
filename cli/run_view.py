"""A live run as its supervisor knows it, in the words of a person."""

from sutura.cli.figures import NodeFigures, figures_of
from sutura.launch.watched_run import WatchedRun
from sutura.nodes import Event, Summary
from sutura.runtime.status import PlaceStatus

_OK = ("running", "quiet")


class RunView:
    """Keeps the figures of the last look, so that rates are those of now; `look` takes new ones."""

    def __init__(self, supervisor: WatchedRun) -> None:
        self.supervisor = supervisor
        self.nodes: list[NodeFigures] = []
        self._before: dict[str, PlaceStatus] = {}
        self._told = 0

    @property
    def has_figures(self) -> bool:
        """Whether every place has been heard."""
        return len(self._before) == len(self.supervisor.children)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self.supervisor.elapsed

    def at(self, event: Event) -> float:
        """When an event was, in seconds since the start."""
        return (event.at - self.supervisor.started_at) * 1e-9

    def look(self) -> None:
        """Take what the places have said since the last look."""
        statuses = self.supervisor.statuses
        known = {place: statuses[place] for place in self.supervisor.children if place in statuses}
        self.nodes = [
            figures for place, status in known.items() for figures in figures_of(status, self._before.get(place))
        ]
        self._before = known

    def new_events(self) -> list[Event]:
        """The events that have come since they were last asked for."""
        events = sorted(self.supervisor.events[self._told :], key=lambda event: event.at)
        self._told += len(events)
        return events

    def phase_of(self, place: str) -> str:
        """What the supervisor knows of a place's process."""
        return self.supervisor.children[place].phase

    def restarts_of(self, place: str) -> int:
        """How often a place was started anew."""
        return self.supervisor.children[place].restarts

    @property
    def watchdog(self) -> str:
        """What each watchdog grants, or why it does not, as its events tell."""
        return ", ".join(self._watchdog(name) for name in self.supervisor.blueprint.nodes_of_class("Watchdog"))

    def _watchdog(self, name: str) -> str:
        place = self.supervisor.topology.place_of(name)
        state = "latched: no reset yet"
        for event in self.supervisor.events:
            if event.node == name and event.kind == "reset":
                state = "granting"
            elif event.node == name and event.kind == "trip":
                state = f"latched: {event.text}"
            elif event.node == place and event.kind == "ended":
                state = "latched: started anew" if self.restarts_of(place) else "gone"
        return f"{name} {state}"

    @property
    def path(self) -> Summary:
        """From gesture to motor command [s], of the first actuator that has moved."""
        nodes = [node for status in self._before.values() for node in status.nodes]
        found = [node.figures["gesture_to_motor"] for node in nodes if "gesture_to_motor" in node.figures]
        return found[0] if found else Summary()

    def line(self) -> str:
        """The run in one line."""
        path, places = self.path, self.supervisor.children
        running = sum(self.phase_of(place) in _OK for place in places)
        words = [f"{self.elapsed:9.3f} s  {running} of {len(places)} places run", self.watchdog]
        if path.p50 is not None and path.p99 is not None:
            words.append(f"gesture to motor p50 {path.p50 * 1e6:.0f} µs p99 {path.p99 * 1e6:.0f} µs")
        words.append(f"lost {sum(node.lost for node in self.nodes)}")
        return "; ".join(word for word in words if word)
