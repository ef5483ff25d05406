"""Times of a run within which an expectation looks."""

import math
from dataclasses import dataclass

from sutura.launch.quantities import in_words

_ROUNDING = 1e-9  # times are whole nanoseconds


@dataclass(frozen=True)
class Window:
    """From `since` until `until` [s of the run], both within; until may be infinite: to the end."""

    since: float = 0.0
    until: float = math.inf

    def holds(self, at: float) -> bool:
        """Whether a time [s] is within."""
        return self.since - _ROUNDING <= at <= self.until + _ROUNDING

    @property
    def is_all(self) -> bool:
        """Whether it is the whole run."""
        return self.since <= 0.0 and math.isinf(self.until)

    def __str__(self) -> str:
        if self.is_all:
            return "in the run"
        if math.isinf(self.until):
            return f"from {in_words(self.since, 's')} on"
        return f"from {in_words(self.since, 's')} to {in_words(self.until, 's')}"
