"""Errors of the benchmarks.

SuturaError
└── BenchError
    ├── StageSilent     a stage of a bare chain did not say what it should in time
    ├── NotRunnable     a bench topology does not pass the checks
    └── TooFewSamples   a round brought too few samples to be counted
"""

from collections.abc import Sequence

from sutura.errors import SuturaError


class BenchError(SuturaError):
    """Raised, as one of its subclasses, when a round cannot be measured."""


class StageSilent(BenchError):
    """Raised when a process of a bare chain ends, or says nothing, before it has said what is expected."""

    def __init__(self, stage: int, expected: str, timeout: float, errors: str) -> None:
        super().__init__(f"stage {stage}: expected {expected} within {timeout:g} s, came nothing; {errors or 'no error'}")


class NotRunnable(BenchError):
    """Raised when a bench topology has problems."""

    def __init__(self, topology: str, problems: Sequence[object]) -> None:
        super().__init__(f"topology {topology}: {'; '.join(map(str, problems))}")


class TooFewSamples(BenchError):
    """Raised when less than half of the wanted samples came; `reasons` are the run's own."""

    def __init__(self, chain: str, wanted: int, came: int, reasons: Sequence[str]) -> None:
        said = "; ".join(reasons) or "no reason given"
        super().__init__(f"{chain}: expected {wanted} samples, came {came}: {said}")
