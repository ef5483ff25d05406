"""The watchdog: its permit is the only thing that lets an arm move."""

from sutura.messages import (
    EmergencyStop,
    Evidence,
    Heartbeat,
    MotionPermit,
    OperatorPresence,
    WatchdogPhase,
    WatchdogState,
)
from sutura.nodes import Input, Node, NodeParams, Output, RequestRefused, every

_PERMIT_NS = 30_000_000
_EVIDENCE_NS = 40_000_000


class Watchdog(Node):
    """Issue a motion permit at 100 Hz while every supervised node beats, no fault is latched, the emergency stop
    is released and the operator is present.

    A permit ends at the earlier of now + 30 ms and its oldest evidence + 40 ms. A trip latches, with its cause,
    until an operator's reset, which gives a new epoch. It starts latched.
    """

    class Params(NodeParams):
        """arm_at_start: reset by itself, once, when everything first stands (simulated drivers only);
        never after an emergency stop or as a watchdog that was started anew."""

        arm_at_start: bool = False

    params: Params
    state_commands = frozenset({"reset", "estop"})

    beats = Input(Heartbeat, many=True)
    present = Input(OperatorPresence, max_age=0.05)
    estop = Input(EmergencyStop, max_age=0.05)
    permit = Output(MotionPermit, valid_for=0.03, rate=100.0)
    state = Output(WatchdogState, latched=True, rate=10.0)

    def on_start(self) -> None:
        self._evidence: dict[str, Evidence] = {}
        self._faults: dict[str, str] = {}
        self._phase = WatchdogPhase.LATCHED
        self._epoch = 0
        self._trips = 0
        self._cause = "starts latched; an operator's reset is needed"
        self._to_reset = self.params.arm_at_start and not self.is_restart

    def on_beats(self, beat: Heartbeat) -> None:
        """Keep the newest evidence of each node; a node that has started anew or reports a fault trips."""
        frame = self.beats.frame
        if frame is None:
            return
        before = self._evidence.get(frame.topic)
        self._evidence[frame.topic] = Evidence(frame.writer, frame.seq, frame.stamp)
        if before is not None and before.writer != frame.writer:
            self._trip(f"node {beat.node} was started anew")
        if beat.fault:
            self._faults[frame.topic] = f"node {beat.node}: {beat.fault}"
            self._trip(self._faults[frame.topic])
        else:
            self._faults.pop(frame.topic, None)

    def on_estop(self, estop: EmergencyStop) -> None:
        """Latch first."""
        if estop.pressed:
            self._to_reset = False
            self._trip("emergency stop")

    def on_present(self, presence: OperatorPresence) -> None:
        """An operator who leaves ends motion."""
        if not presence.present:
            self._trip("the operator is not present")

    @every(100.0)
    def grant(self) -> None:
        """Issue a permit if everything stands, or trip with the first cause that does not."""
        now = self.now()
        cause, oldest = self._find_cause(now)
        if self._phase is WatchdogPhase.GRANTING:
            if cause:
                self._trip(cause)
            else:
                until = min(now + _PERMIT_NS, oldest + _EVIDENCE_NS)
                self.permit.publish(MotionPermit(self._epoch, tuple(self._evidence.values())), expires=until)
        elif self._to_reset and not cause:
            self._reset(now)

    @every(10.0)
    def tell(self) -> None:
        """Repeat the state."""
        self.state.publish(WatchdogState(self._phase, self._epoch, self._trips, self._cause))

    def on_state_command(self, command: str) -> str:
        now = self.now()
        if command == "estop":
            self._to_reset = False
            self._trip("emergency stop by request")
        elif command == "reset":
            cause, _ = self._find_cause(now)
            if cause:
                raise RequestRefused(f"{self.name} cannot be reset: {cause}")
            self._reset(now)
        return f"{self._phase.value}, epoch {self._epoch}"

    def _find_cause(self, now: int) -> tuple[str, int]:
        """Why motion cannot be allowed (empty if it can), and the stamp of the oldest evidence [ns]."""
        oldest = now
        for topic, link in self.beats.connections.items():
            found = self._evidence.get(topic)
            if found is None:
                return f"node {link.writer_node} has not beaten yet", 0
            if now - found.stamp >= _EVIDENCE_NS:
                return f"node {link.writer_node}: no heartbeat for {(now - found.stamp) * 1e-6:.0f} ms", 0
            oldest = min(oldest, found.stamp)
        for cause in self._faults.values():
            return cause, 0
        for port, word in ((self.present, "presence"), (self.estop, "emergency stop")):
            frame = port.frame
            if frame is None or now - frame.stamp >= _EVIDENCE_NS:
                return f"the operator's {word} level has fallen silent", 0
            oldest = min(oldest, frame.stamp)
        return self._level_cause(), oldest

    def _level_cause(self) -> str:
        presence, estop = self.present.value, self.estop.value
        if estop is None or estop.pressed:
            return "the emergency stop is pressed"
        if presence is None or not presence.present:
            return "the operator is not present"
        return ""

    def _reset(self, now: int) -> None:
        """A new epoch: the time of the reset, so that none is ever used twice in one boot."""
        self._epoch = now
        self._to_reset = False  # an operator has armed it: it never does so by itself any more
        self._phase = WatchdogPhase.GRANTING
        self._cause = ""
        self.event("reset", f"epoch {self._epoch}")
        self.tell()

    def _trip(self, cause: str) -> None:
        if self._phase is not WatchdogPhase.GRANTING:
            return
        self._phase = WatchdogPhase.LATCHED
        self._cause = cause
        self._trips += 1
        self.event("trip", cause)
        self.tell()
