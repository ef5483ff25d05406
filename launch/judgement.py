"""What came of a topology's expectations, as the report keeps it."""

from typing import Literal

import msgspec

Outcome = Literal["held", "failed", "not evaluated"]


class Judged(msgspec.Struct, frozen=True):
    """One expectation.

    file, line: where it stands; figure: what was measured, in words; reason: why it did not hold, or could not be
    evaluated; judging_s: how long judging took.
    """

    name: str
    kind: str
    file: str
    line: int
    outcome: Outcome
    figure: str
    reason: str
    judging_s: float


class Judgement(msgspec.Struct, frozen=True):
    """What `sutura test` finds.

    passed: at least one expectation was checked, all held, and nothing is unexpected; unexpected: reasons of the
    run's own verdict that no expectation answers for; interrupted: somebody ended the run before its time.
    """

    passed: bool
    expectations: list[Judged]
    unexpected: list[str]
    interrupted: bool = False
