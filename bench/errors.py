"""Errors of the benchmarks.

SuturaError
└── BenchError
    ├── StageSilent     a stage of a bare chain did not say what it should in time
    ├── NotRunnable     a bench topology does not pass the checks
    ├── TooFewSamples   a round brought too few samples to be counted
    ├── NeverFollowed   an arm did not move though everything was done for it
    └── NotDoomed       a supervisor that was to be killed did not come to a run
"""

from collections.abc import Sequence

from sutura.errors import SuturaError
from sutura.nodes import Event


class BenchError(SuturaError):
    """Raised, as one of its subclasses, when a round cannot be measured."""


class StageSilent(BenchError):
    """Raised when a process of a bare chain ends, or says nothing, before it has said what is expected."""

    def __init__(self, stage: int, expected: str, timeout: float, errors: str) -> None:
        super().__init__(
            f"stage {stage}: expected {expected} within {timeout:g} s, came nothing; {errors or 'no error'}"
        )


class NotRunnable(BenchError):
    """Raised when a bench topology has problems."""

    def __init__(self, topology: str, problems: Sequence[object]) -> None:
        super().__init__(f"topology {topology}: {'; '.join(map(str, problems))}")


class TooFewSamples(BenchError):
    """Raised when less than half of the wanted samples came; `reasons` are the run's own."""

    def __init__(self, chain: str, wanted: int, came: int, reasons: Sequence[str]) -> None:
        said = "; ".join(reasons) or "no reason given"
        super().__init__(f"{chain}: expected {wanted} samples, came {came}: {said}")


class NeverFollowed(BenchError):
    """Raised when the arm does not move after reset, enable and re-clutch; `events` are the run's own."""

    def __init__(self, events: Sequence[Event]) -> None:
        said = "; ".join(f"{event.node} {event.kind}: {event.text}" for event in events[-8:]) or "no event"
        super().__init__(f"the arm did not follow after several resets and re-clutches; last events: {said}")


class NotDoomed(BenchError):
    """Raised when a supervisor that was to be killed ends, or says nothing, before its arm moves."""

    def __init__(self, seconds: float, words: str) -> None:
        super().__init__(f"expected a moving arm within {seconds:g} s, came: {words.strip() or 'nothing'}")
