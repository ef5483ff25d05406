"""The state machine of CiA 402: every order of controlwords, and what statuswords say."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.hw_drivers.cia402.objects import in_words
from sutura.hw_drivers.cia402.states import Controlword, PowerState, after, state_of, towards_operation

S = PowerState
WORDS = st.one_of(st.sampled_from(list(Controlword)), st.integers(0, 0xFFFF))


@pytest.mark.parametrize(
    ("word", "state"),
    [
        (0x0000, S.NOT_READY),
        (0x0250, S.SWITCH_ON_DISABLED),
        (0x0231, S.READY),
        (0x0233, S.SWITCHED_ON),
        (0x1637, S.OPERATION_ENABLED),
        (0x0617, S.QUICK_STOP_ACTIVE),
        (0x021F, S.FAULT_REACTION),
        (0x0218, S.FAULT),
    ],
)
def test_a_statusword_tells_the_state_whatever_its_other_bits(word: int, state: PowerState) -> None:
    assert state_of(word) is state


@given(st.integers(0, 0xFFFF))
def test_every_statusword_tells_some_state(word: int) -> None:
    assert isinstance(state_of(word), PowerState)


@pytest.mark.parametrize("start", [S.SWITCH_ON_DISABLED, S.READY, S.SWITCHED_ON, S.FAULT])
def test_three_or_four_commands_lead_to_operation(start: PowerState) -> None:
    state, before, seen = start, 0, []
    for _ in range(4):
        word = towards_operation(state)
        state, before = after(state, before, word), word
        seen.append(state)
    assert state is S.OPERATION_ENABLED
    assert all(b is not S.OPERATION_ENABLED or a in (S.SWITCHED_ON, b) for a, b in itertools.pairwise(seen))


@given(st.lists(WORDS, max_size=20))
def test_no_order_of_commands_skips_a_state_on_the_way_to_power(words: list[int]) -> None:
    state, before = S.SWITCH_ON_DISABLED, 0
    for word in words:
        reached = after(state, before, word)
        if reached is S.OPERATION_ENABLED and state is not reached:
            assert state is S.SWITCHED_ON
        if reached is S.SWITCHED_ON:
            assert state in (S.READY, S.SWITCHED_ON, S.OPERATION_ENABLED)
        state, before = reached, word


@given(st.sampled_from(list(S)), WORDS)
def test_without_voltage_nothing_has_power_and_a_quick_stop_never_leads_to_it(
    state: PowerState, before: int
) -> None:
    off = after(state, before, Controlword.DISABLE_VOLTAGE)
    assert not off.moves or off is S.FAULT_REACTION
    stopping = after(state, before, Controlword.QUICK_STOP)
    assert stopping is not S.OPERATION_ENABLED
    assert (stopping is S.QUICK_STOP_ACTIVE) == (state in (S.OPERATION_ENABLED, S.QUICK_STOP_ACTIVE))


@given(st.lists(WORDS, max_size=20))
def test_only_the_rising_edge_of_a_reset_leaves_a_fault(words: list[int]) -> None:
    before = 0
    for word in words:
        left = after(S.FAULT, before, word) is not S.FAULT
        assert left == bool(word & 0x80 and not before & 0x80)
        before = word


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0x8130, "0x8130 (heartbeat of the master missed)"),
        (0x2321, "0x2321 (short circuit or earth leakage at the output)"),
        (0x43FF, "0x43FF (temperature of the drive)"),
        (0x3FFF, "0x3FFF (voltage)"),
        (0xE123, "0xE123 (unknown)"),
    ],
)
def test_an_emergency_code_is_said_in_words(code: int, words: str) -> None:
    assert in_words(code) == words
