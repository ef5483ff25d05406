"""Judges a run by what its topology expects."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sutura.launch.expect import CannotJudge, Evidence, Expectation
from sutura.launch.history import NotInHistory
from sutura.launch.judgement import Judged, Judgement, Outcome


@dataclass(frozen=True)
class _Verdict:
    outcome: Outcome
    figure: str
    reason: str


def judge(expectations: Sequence[Expectation], evidence: Evidence) -> Judgement:
    """Evaluate every expectation; what failed the run and is answered by none that held is unexpected."""
    names = _unlike([expectation.name for expectation in expectations], expectations)
    judged = [_judged(each, name, evidence) for each, name in zip(expectations, names, strict=True)]
    held = [each for each, found in zip(expectations, judged, strict=True) if found.outcome == "held"]
    unexpected = [f.text for f in evidence.failures if not any(each.answers(f, evidence) for each in held)]
    passed = bool(judged) and len(held) == len(judged) and not unexpected
    return Judgement(passed, judged, unexpected)


def _judged(expectation: Expectation, name: str, evidence: Evidence) -> Judged:
    begun = time.perf_counter()
    verdict = _verdict(expectation, evidence)
    return Judged(
        name=name,
        kind=expectation.kind,
        file=expectation.mark.file,
        line=expectation.mark.line,
        outcome=verdict.outcome,
        figure=verdict.figure,
        reason=verdict.reason,
        judging_s=round(time.perf_counter() - begun, 6),
    )


def _verdict(expectation: Expectation, evidence: Evidence) -> _Verdict:
    try:
        found = expectation.judge(evidence)
    except (CannotJudge, NotInHistory) as error:
        return _Verdict("not evaluated", "", str(error))
    return _Verdict("held" if found.held else "failed", found.figure, "; ".join(found.breaches))


def _unlike(names: Sequence[str], expectations: Sequence[Expectation]) -> list[str]:
    """The names, with the line where two are the same."""
    count = Counter(names)
    pairs = zip(names, expectations, strict=True)
    return [name if count[name] == 1 else f"{name} (line {each.mark.line})" for name, each in pairs]
