"""A host into which faults are injected, in real time and in lockstep alike. Without faults nobody pays for it."""

from sutura.hw_drivers import Disturbance
from sutura.runtime.bus import Bus
from sutura.runtime.clock import Clock, JumpingClock
from sutura.runtime.config import PlaceConfig
from sutura.runtime.fault_plan import PlaceFaults, random_of
from sutura.runtime.host import Host
from sutura.runtime.inlet import NEVER, Inlet, Stage


def make_host(config: PlaceConfig, clock: Clock, bus: Bus) -> Host:
    """The host of a place, with its faults where it has any. Raises NodeError."""
    return Host(config, clock, bus) if config.faults is None else FaultyHost(config, config.faults, clock, bus)


class FaultyHost(Host):
    """Its loop goes by the right clock, its nodes by one that may jump; messages come through an inlet of faults.

    Slowness: a round of work takes in what has come, lasts so much longer, and only then do handlers run and
    outputs leave; what comes meanwhile waits for the next round. Who asks for something is still answered.
    """

    def __init__(self, config: PlaceConfig, faults: PlaceFaults, clock: Clock, bus: Bus) -> None:
        self._right = clock
        self._clock = JumpingClock(clock, ((jump.at, jump.by) for jump in faults.jumps))
        self._inlet = Inlet(faults.connections, config.seed, config.place)
        self._untold = list(self._inlet.stages)
        self._slowness = [(each, random_of(config.seed, each.number, config.place)) for each in faults.slowness]
        self._busy_until = 0
        self._waiting: list[bytes] = []
        super().__init__(config, self._clock.now if faults.jumps else clock, bus)
        for node, each in faults.sensors.items():
            self.nodes[node].disturbance = Disturbance(node, each, self._elapsed)

    def begin(self, start: int) -> None:
        self._clock.begin(start)
        super().begin(start)

    def turn(self, letters: list[bytes]) -> int:
        for data in letters:
            self.deliver(data)
        letters.clear()
        self.run()
        return self.deadline()

    def deliver(self, data: bytes) -> None:
        if self._stopped:
            super().deliver(data)
            return
        for each in self._inlet.take(data, self._elapsed()):
            self._bring(each)

    def run(self) -> None:
        for data in self._inlet.release(self._elapsed()):
            self._bring(data)
        self._tell_ended()
        self.now()  # its jump, if one is due, is then behind it
        now = self._right()
        if now < self._busy_until:
            return
        if self._busy_until:
            self._end_round()
        by = self._slower_by() if self._has_work(now) else 0
        if by:
            self._busy_until = now + by
        else:
            super().run()

    def deadline(self) -> int:
        at = self._busy_until or super().deadline() - self._clock.offset
        jump = self._clock.next_at
        held = self.start + min(self._inlet.next_at, self._next_end())
        return min(at, held, at if jump is None else jump)

    def end(self) -> None:
        if self._stopped:
            return
        super().end()
        for data in (*self._waiting, *self._inlet.flush()):  # it came, though nobody handles it any more
            super().deliver(data)
        self._waiting.clear()
        self._tell(self._untold)

    def _elapsed(self) -> int:
        """Since the start of the run by the right clock [ns]; below 0 before it."""
        return self._right() - self.start if self.start else -1

    def _bring(self, data: bytes) -> None:
        if self._busy_until:
            self._waiting.append(data)
        else:
            super().deliver(data)

    def _end_round(self) -> None:
        self._busy_until = 0
        super().run()
        waiting, self._waiting = self._waiting, []
        for data in waiting:
            super().deliver(data)

    def _has_work(self, now: int) -> bool:
        return bool(self._pending) or super().deadline() - self._clock.offset <= now

    def _slower_by(self) -> int:
        """How much longer a round that begins now takes [ns]."""
        now = self._elapsed()
        return sum(each.by.draw(random) for each, random in self._slowness if each.holds(now))

    def _next_end(self) -> int:
        return min((stage.fault.until for stage in self._untold if stage.fault.until is not None), default=NEVER)

    def _tell_ended(self) -> None:
        now = self._elapsed()
        ended = [s for s in self._untold if s.fault.until is not None and now >= s.fault.until]
        if ended:
            self._untold = [stage for stage in self._untold if stage not in ended]
            self._tell(ended)

    def _tell(self, stages: list[Stage]) -> None:
        """Say what faults on connections have done to how many messages."""
        for stage in stages:
            if stage.met:
                self.event(self.config.place, "fault_effect", str(stage))
