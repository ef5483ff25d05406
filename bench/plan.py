"""Which processes are killed, how, and in which order; and what came of each kill."""

from collections.abc import Sequence
from random import Random

import msgspec

from sutura.launch.watching import MAX_RESTARTS

SIGNALS = ("SIGKILL", "SIGSTOP")


class Plan(msgspec.Struct, frozen=True):
    """One kill to come. resume_s: after how long SIGCONT follows a SIGSTOP; 0 leaves it to the supervisor."""

    victim: str
    signal: str
    resume_s: float = 0.0


class Kill(msgspec.Struct, frozen=True, kw_only=True):
    """One kill.

    held_ms: when the last command was applied, counted from the kill; back_s: when it moved again; cause: the first
    words that name it; failures: what was not as it must be.
    """

    victim: str
    signal: str
    resume_s: float
    held_ms: float
    back_s: float
    cause: str
    failures: list[str]


def make_plan(victims: Sequence[str], kills: int, random: Random) -> list[Plan]:
    """Every victim by every signal equally often, in a seeded order; half of the stopped ones are resumed."""
    plan: list[Plan] = []
    while len(plan) < kills:
        block = [(victim, name) for victim in victims for name in SIGNALS]
        random.shuffle(block)
        for victim, name in block:
            resumed = name == "SIGSTOP" and random.random() < 0.5
            plan.append(Plan(victim, name, round(random.uniform(0.05, 0.4), 3) if resumed else 0.0))
    return plan[:kills]


def one_run(plan: Sequence[Plan]) -> list[Plan]:
    """As much of a plan as one run takes: a place is started anew only so often."""
    taken: list[Plan] = []
    for kill in plan:
        if sum(before.victim == kill.victim for before in taken) >= MAX_RESTARTS:
            break
        taken.append(kill)
    return taken
