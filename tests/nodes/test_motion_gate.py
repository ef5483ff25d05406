"""The rule that lets an arm follow, tried with every order of permits, holds, clutch and time."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sutura.nodes.stock.motion_gate import MotionGate

MS = 1_000_000


@dataclass
class History:
    """All that happened, in order, from which the truth is worked out anew each time."""

    events: list[tuple[str, int, int]] = field(default_factory=list)

    def add(self, what: str, at: int, value: int = 0) -> None:
        self.events.append((what, at, value))

    def newest_epoch(self) -> int:
        return max((value for what, _, value in self.events if what == "epoch"), default=0)

    def last_hold(self) -> int:
        return max(at for what, at, _ in self.events if what == "hold")

    def re_clutched(self) -> bool:
        """Pressed, and released after, since the newest epoch was first heard and since the last hold."""
        epoch = self.newest_epoch()
        if not epoch:
            return False
        heard = next(i for i, e in enumerate(self.events) if e[0] == "epoch" and e[2] == epoch)
        held = max(i for i, e in enumerate(self.events) if e[0] == "hold")
        levels = [what for what, _, _ in self.events[max(heard, held) + 1 :] if what in ("pressed", "released")]
        return "pressed" in levels and levels[-1] == "released"


class Gate(RuleBasedStateMachine):
    """`following` is set as the actuator sets it: only when `why_not` has nothing against it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000 * MS
        self.gate = MotionGate(held_at=self.now)
        self.history = History()
        self.history.add("hold", self.now)
        self.until = 0

    @rule(ms=st.integers(1, 40))
    def time_passes(self, ms: int) -> None:
        self.now += ms * MS
        if self.gate.following and not self.gate.has_permit(self.now):
            self.hold()

    @rule(valid=st.integers(-10, 30))
    def a_permit_of_a_new_epoch(self, valid: int) -> None:
        self._permit(self.now, valid)

    @precondition(lambda self: self.history.newest_epoch() > 0)
    @rule(valid=st.integers(-10, 30))
    def a_permit_of_the_same_epoch(self, valid: int) -> None:
        self._permit(self.history.newest_epoch(), valid)

    @precondition(lambda self: self.history.newest_epoch() > 0)
    @rule(back=st.integers(1, 500 * MS), valid=st.integers(1, 30))
    def a_permit_of_an_older_epoch(self, back: int, valid: int) -> None:
        before = (self.gate.epoch, self.gate.permit_until, self.gate.why_not(self.now))
        self.gate.permit(self.history.newest_epoch() - back, self.now + valid * MS)
        assert (self.gate.epoch, self.gate.permit_until, self.gate.why_not(self.now)) == before

    @rule(pressed=st.booleans())
    def the_clutch(self, pressed: bool) -> None:
        self.gate.clutch(pressed)
        self.history.add("pressed" if pressed else "released", self.now)

    @rule()
    def hold(self) -> None:
        self.gate.hold(self.now)
        self.history.add("hold", self.now)

    @rule()
    def a_command(self) -> None:
        if not self.gate.why_not(self.now) and not self.gate.following:
            assert self.until > self.now, "a permit stands"
            assert self.history.newest_epoch() > self.history.last_hold(), "its epoch began after the hold"
            assert self.history.re_clutched(), "and the clutch was pressed and released since"
            self.gate.following = True

    @rule()
    def all_that_is_needed(self) -> None:
        """Reset, permit, press, release: then, and this is the other half, it does follow."""
        self.time_passes(1)
        self.now += 1
        self._permit(self.now, 30)
        self.the_clutch(True)
        self.the_clutch(False)
        assert self.gate.why_not(self.now) == ""

    def _permit(self, epoch: int, valid: int) -> None:
        self.until = self.now + valid * MS
        self.gate.permit(epoch, self.until)
        self.history.add("epoch", self.now, epoch)

    @invariant()
    def never_without_a_permit(self) -> None:
        if self.until <= self.now:
            assert self.gate.why_not(self.now) == "no valid motion permit"

    @invariant()
    def says_what_is_missing(self) -> None:
        if not self.gate.following and self.until > self.now:
            why = self.gate.why_not(self.now)
            if self.history.newest_epoch() <= self.history.last_hold():
                assert "reset" in why
            elif not self.history.re_clutched():
                assert "re-clutch" in why


TestGate = Gate.TestCase
TestGate.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


def test_a_gate_starts_held_and_an_epoch_from_before_its_start_leads_nowhere() -> None:
    gate = MotionGate(held_at=1000 * MS)
    gate.permit(999 * MS, 2000 * MS)
    gate.clutch(True)
    gate.clutch(False)
    assert "reset" in gate.why_not(1001 * MS)
