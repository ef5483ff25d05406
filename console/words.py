"""What the console says in words, and its colours: Okabe and Ito's, which colour-blind people tell apart.

A colour never stands alone; each state has its word.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sutura.console.figures import NodeRow
from sutura.messages import ArmState, OperatingState, TaskState, TeleopState, WatchdogPhase, WatchdogState

ORANGE, SKY, GREEN, BLUE, VERMILLION, GREY = "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#9a9a9a"
STOP_COLOUR = (213, 94, 0)  # VERMILLION: nothing but the emergency stop is a button of this colour

STYLE = f"""<style>
.mantine-Button-root {{ height: 2.6rem !important; }}
.mantine-Button-label {{ font-size: 1.1rem; }}
button[style*="#d55e00"] {{ height: 7rem !important; }}
button[style*="#d55e00"] span {{ font-size: 2rem; font-weight: 700 !important; }}
.su-state {{ border-left: 0.8rem solid var(--su); padding: 0.4rem 0.8rem; margin: 0.2rem 0.6rem 0.8rem; }}
.su-word {{ font-size: 2.1rem; font-weight: 700; line-height: 1.15; color: #fff; }}
.su-cause {{ font-size: 1.2rem; line-height: 1.3; color: #e4e4e4; overflow-wrap: anywhere; }}
.su-line {{ font-size: 1rem; line-height: 1.45; color: #cfcfcf; }}
.su-nodes {{ width: calc(100% - 1.2rem); margin: 0 0.6rem 0.6rem; border-collapse: collapse; font-size: 1rem; }}
.su-nodes th {{ text-align: left; color: {GREY}; font-weight: 400; }}
.su-nodes td, .su-nodes th {{ padding: 0.12rem 0.3rem; font-variant-numeric: tabular-nums; }}
.su-nodes td + td, .su-nodes th + th {{ text-align: right; }}
.su-bad {{ color: {ORANGE}; font-weight: 700; }}
</style>"""


@dataclass(frozen=True)
class Standing:
    """How the run stands: a word, why, and a colour."""

    word: str
    cause: str
    colour: str


@dataclass(frozen=True)
class Heard:
    """What was heard last of everyone who says how a run stands.

    stopped: the console's own stop is pressed; silent: nothing has come from a watchdog for a second.
    """

    watchdogs: Sequence[WatchdogState]
    arms: Sequence[OperatingState]
    teleop: Sequence[TeleopState]
    task: TaskState | None
    stopped: bool
    silent: bool


def standing(heard: Heard) -> Standing:
    """The worst of what was heard, in one word with its cause."""
    latched = [state for state in heard.watchdogs if state.phase is not WatchdogPhase.GRANTING]
    faults = [arm for arm in heard.arms if arm.state is ArmState.FAULT]
    if heard.stopped:
        return Standing("EMERGENCY STOP", _causes(latched) or "the stop of this console is pressed", VERMILLION)
    if heard.silent:
        return Standing("NOT KNOWN", "the watchdog is silent", VERMILLION)
    if latched or faults:
        return Standing("STOPPED", _causes(latched) or faults[0].cause, VERMILLION)
    return _granted(heard)


def _granted(heard: Heard) -> Standing:
    off = [arm for arm in heard.arms if arm.state is not ArmState.ENABLED]
    if off:
        return Standing(off[0].state.value, off[0].cause or "the arm has no power", ORANGE)
    if any(state.state == "following" for state in heard.teleop) and any(arm.is_busy for arm in heard.arms):
        return Standing("FOLLOWING", "the hand drives the arm", GREEN)
    if any(state.state == "clutched" for state in heard.teleop):
        return Standing("CLUTCHED", "the hand is free, the arm rests", SKY)
    reasons = [*(arm.cause for arm in heard.arms), *(state.cause for state in heard.teleop)]
    return Standing(
        "HOLDING", next((reason for reason in reasons if reason), "press and release the clutch"), ORANGE
    )


def _causes(latched: Sequence[WatchdogState]) -> str:
    return "; ".join(dict.fromkeys(state.cause for state in latched if state.cause))


def state_html(heard: Heard, holder: str) -> str:
    """The banner: how the run stands, what the watchdog, the arm and the task say, who has the controls."""
    now = standing(heard)
    lines = [f"watchdog: {_watchdog(state)}" for state in heard.watchdogs] or ["watchdog: not heard yet"]
    lines += [f"arm: {arm.state.value}{', moving' if arm.is_busy else ''}" for arm in heard.arms]
    lines += [f"hand: {state.state}, scale {state.scale:g}" for state in heard.teleop]
    if heard.task is not None:
        lines.append(f"rings moved: {heard.task.rings_transferred}, dropped: {heard.task.drops}")
    lines.append(f"controls: {holder}")
    body = "".join(f'<div class="su-line">{escape(line)}</div>' for line in lines)
    return (
        f'<div class="su-state" style="--su: {now.colour}"><div class="su-word">{escape(now.word)}</div>'
        f'<div class="su-cause">{escape(now.cause)}</div>{body}</div>'
    )


def _watchdog(state: WatchdogState) -> str:
    trips = f", {state.trips} trip{'' if state.trips == 1 else 's'}" if state.trips else ""
    return f"{state.phase.value}{f': {state.cause}' if state.cause else ''}{trips}"


def nodes_html(rows: Sequence[NodeRow]) -> str:
    """Every node with its rate and the age of what it said last."""
    body = "".join(_node(row) for row in rows)
    return f'<table class="su-nodes"><tr><th>node</th><th>rate</th><th>age</th></tr>{body}</table>'


def _node(row: NodeRow) -> str:
    if row.silent or row.fault:
        said = escape(row.fault or "does not answer")
        return f'<tr class="su-bad"><td>{escape(row.name)}</td><td colspan="2">{said}</td></tr>'
    rate = "–" if row.rate_hz is None else f"{row.rate_hz:.0f} Hz"
    age = "–" if row.age is None else f"{row.age * 1e3:.0f} ms"
    return f"<tr><td>{escape(row.name)}</td><td>{rate}</td><td>{age}</td></tr>"
