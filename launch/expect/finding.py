"""What the evaluation of one expectation comes to."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """figure: what was measured, in words; breaches: what is wrong with it, nothing where the expectation held."""

    figure: str
    breaches: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether the expectation held."""
        return not self.breaches


def finding(figure: str, *breaches: str) -> Finding:
    """A finding; empty breaches count for nothing."""
    return Finding(figure, tuple(breach for breach in breaches if breach))


def joined(parts: Iterable[Finding]) -> Finding:
    """Several findings as one, which holds only if all of them hold."""
    found = list(parts)
    return Finding(", ".join(p.figure for p in found), tuple(b for p in found for b in p.breaches))


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that a share of them does not exceed (nearest rank); values: (n,), n > 0."""
    return sorted(values)[max(1, math.ceil(share * len(values))) - 1]
