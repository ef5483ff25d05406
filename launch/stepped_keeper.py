"""What becomes of a place in lockstep that a fault strikes: the same as under the supervisor, at stated times."""

from functools import partial
from typing import TYPE_CHECKING

from sutura.hw_drivers import load_actuator
from sutura.launch.agenda import Agenda
from sutura.launch.crew import rescue_orders
from sutura.launch.rescue import RescueOrder, carry_out
from sutura.launch.watching import HUNG_S, MAX_RESTARTS
from sutura.runtime.config import Realtime

if TYPE_CHECKING:
    from sutura.launch.lockstep import LockstepRun

NOTICE_S = 0.02  # the supervisor looks at its processes this often
RESTART_S = 1.0  # until a process that was started anew has loaded, agreed and opened its devices, about


class SteppedKeeper:
    """Strikes the places of a lockstep run, and mourns, rescues and starts anew what has fallen."""

    def __init__(self, run: "LockstepRun", agenda: Agenda) -> None:
        self._run = run
        self._agenda = agenda
        self._hung: dict[str, float] = {}
        self._rescues = rescue_orders(run.blueprint, run.run.path)

    def is_there(self, place: str) -> bool:
        """Whether a place lives."""
        return self._run.children[place].phase == "running"

    def kill(self, place: str) -> None:
        """End a place as SIGKILL does."""
        self._fall(place, "ended by SIGKILL")

    def hang(self, place: str) -> None:
        """Stop a place as SIGSTOP does; one with a device that must be made safe is killed when it is noticed."""
        self._run.freeze(place)
        since = self._hung[place] = self._run.elapsed
        holds_device = any(load_actuator(order.driver).has_rescue() for order in self._rescues.get(place, ()))
        reason = "was suspended while it held a device" if holds_device else f"did not answer for {HUNG_S:g} s"
        ended_after = NOTICE_S if holds_device else HUNG_S
        self._agenda.add(since + ended_after, partial(self._end_hung, place, since, f"{reason}, was killed"))

    def go_on(self, place: str) -> None:
        """Let a place go on; the kernel then ends one whose loop stood still for longer than it may."""
        since = self._hung.pop(place, None)
        if since is None:
            return
        limit = self._run.topology.realtime.get(place, Realtime()).hang_limit
        if self._run.elapsed - since < limit:
            self._run.thaw(place)
        else:
            self._fall(place, "ended by SIGALRM (its loop stood still for longer than its hang_limit)")

    def tell(self, at: float, node: str, kind: str, text: str) -> None:
        """Keep an event. at [s of the run]."""
        self._run.tell(at, node, kind, text)

    def _tell(self, node: str, kind: str, text: str) -> None:
        self._run.tell(self._run.elapsed, node, kind, text)

    def _end_hung(self, place: str, since: float, reason: str) -> None:
        if self._hung.get(place) == since:
            self._tell(place, "hung", f"place {place} {reason}")
            self._fall(place, reason)

    def _fall(self, place: str, how: str) -> None:
        self._hung.pop(place, None)
        self._run.kill(place)
        self._agenda.add(self._run.elapsed + NOTICE_S, partial(self._mourn, place, how))

    def _mourn(self, place: str, how: str) -> None:
        """First make its devices safe; then start it anew, if it may be."""
        self._tell(place, "ended", f"place {place} {how}")
        for order in self._rescues.get(place, ()):
            self._tell(order.node, "rescue", f"{order.node}: {self._rescue(order)}")
        topology = self._run.topology
        if any(topology.nodes[name].restart == "never" for name in topology.places[place]):
            return
        if self._run.children[place].restarts >= MAX_RESTARTS:
            text = f"place {place} is not started anew: it was {MAX_RESTARTS} times already"
            self._tell(place, "given_up", text)
            return
        self._tell(place, "restart", f"place {place} is started anew, without leave to move")
        self._agenda.add(self._run.elapsed + RESTART_S, partial(self._restart, place))

    def _restart(self, place: str) -> None:
        if not self.is_there(place):  # else somebody else was faster
            self._run.restart(place)

    def _rescue(self, order: RescueOrder) -> str:
        driver = load_actuator(order.driver)
        if not driver.has_rescue():
            return f"driver {order.driver!r} needs no rescue, its device stops by itself"
        return carry_out(order, driver, self._run.now) or "rescued"
