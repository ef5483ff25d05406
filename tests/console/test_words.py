"""What the banner says: the worst first, always in a word and with its cause, and never as markup."""

import pytest

from sutura.console.figures import NodeRow
from sutura.console.words import Heard, nodes_html, standing, state_html
from sutura.messages import ArmState, OperatingState, TeleopState, WatchdogPhase, WatchdogState

GRANTING = WatchdogState(WatchdogPhase.GRANTING, 1, 0)
LATCHED = WatchdogState(WatchdogPhase.LATCHED, 1, 1, "node ik: no heartbeat for 41 ms")
MOVING = OperatingState(ArmState.ENABLED, True, True)
RESTING = OperatingState(ArmState.ENABLED, True, False, "no fresh command")
FAULT = OperatingState(ArmState.FAULT, True, False, "emergency stop")
OFF = OperatingState(ArmState.DISABLED, True, False)
FOLLOWING, CLUTCHED = TeleopState("following", scale=0.2), TeleopState("clutched", scale=0.2)


@pytest.mark.parametrize(
    ("watchdog", "arm", "hand", "stopped", "silent", "word", "cause"),
    [
        (GRANTING, MOVING, FOLLOWING, False, False, "FOLLOWING", "drives"),
        (GRANTING, RESTING, CLUTCHED, False, False, "CLUTCHED", "free"),
        (GRANTING, RESTING, FOLLOWING, False, False, "HOLDING", "no fresh command"),
        (GRANTING, OFF, CLUTCHED, False, False, "DISABLED", "power"),
        (GRANTING, FAULT, FOLLOWING, False, False, "STOPPED", "emergency stop"),
        (LATCHED, MOVING, FOLLOWING, False, False, "STOPPED", "node ik: no heartbeat"),
        (LATCHED, FAULT, FOLLOWING, True, False, "EMERGENCY STOP", "node ik"),
        (GRANTING, MOVING, FOLLOWING, True, False, "EMERGENCY STOP", "this console"),
        (GRANTING, MOVING, FOLLOWING, False, True, "NOT KNOWN", "silent"),
    ],
)
def test_the_worst_comes_first(
    watchdog: WatchdogState,
    arm: OperatingState,
    hand: TeleopState,
    stopped: bool,
    silent: bool,
    word: str,
    cause: str,
) -> None:
    heard = Heard((watchdog,), (arm,), (hand,), None, stopped, silent)
    found = standing(heard)
    assert found.word == word
    assert cause in found.cause
    assert word in state_html(heard, "free")


def test_what_nodes_say_is_text_and_never_markup() -> None:
    evil = WatchdogState(WatchdogPhase.LATCHED, 1, 1, "<script>alert(1)</script>")
    assert "<script>" not in state_html(Heard((evil,), (), (), None, False, False), "<b>free</b>")
    assert "<b>" not in nodes_html([NodeRow("<b>", 1.0, 0.001, "<b>", silent=False)])


def test_a_node_that_does_not_answer_is_told() -> None:
    rows = [NodeRow("ik", 999.6, 0.0011, "", silent=False), NodeRow("arm", 1.0, None, "", silent=True)]
    said = nodes_html(rows)
    assert "1000 Hz" in said
    assert "1 ms" in said
    assert "does not answer" in said
