"""Whether a hand holds a leader."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sutura.hw_drivers.leader.hand_hold import MovedLately, SprungTrigger


def test_a_sprung_trigger_is_held_while_it_is_pulled_and_does_not_chatter() -> None:
    trigger = SprungTrigger(rest=1.0, pull=0.2)
    said = [trigger.held((0.0, at), 0.0) for at in (1.0, 0.85, 0.75, 0.85, 0.89, 0.95, 0.85)]
    assert said == [False, False, True, True, True, False, False]


def test_a_leader_that_has_moved_lately_is_held() -> None:
    hand = MovedLately(still_after=2.0)
    said = [hand.held((at, 0.0), now) for now, at in ((0.0, 0.5), (1.0, 0.5), (2.0, 0.6), (4.0, 0.6), (4.1, 0.6))]
    assert said == [False, False, True, True, False]


@given(st.lists(st.floats(-0.004, 0.004), min_size=1, max_size=50))
def test_noise_is_no_hand(noise: list[float]) -> None:
    hand = MovedLately(still_after=2.0)
    assert not any(hand.held((1.0 + by,), 0.1 * n) for n, by in enumerate(noise))
