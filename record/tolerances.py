"""How much two runs may differ: in general, on a topic, in a field, in time."""

import math
from collections.abc import Collection, Sequence

from sutura.record.errors import BadTolerance

_TIME = "time"


class Tolerances:
    """Absolute tolerances.

    Each text is `VALUE` (every number), `TOPIC=VALUE`, `TOPIC.FIELD=VALUE` (SI units of the field) or
    `time=SECONDS` (stamps, and times within messages). The most special one counts. Raises BadTolerance.
    """

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self._general = 0.0
        self._special: dict[str, float] = {}
        self._texts: dict[str, str] = {}
        self.time_ns: int | None = None
        for text in texts:
            key, equals, value = text.rpartition("=")
            number = _number(text, value)
            if not equals:
                self._general = number
            elif key == _TIME:
                self.time_ns = round(number * 1e9)
            else:
                self._special[key] = number
                self._texts[key] = text

    def of(self, topic: str, field: str) -> float:
        """The tolerance of a field such as `position`, or `basis.seq` within others."""
        while field:
            found = self._special.get(f"{topic}.{field}")
            if found is not None:
                return found
            field = field.rpartition(".")[0]
        return self._special.get(topic, self._general)

    def require_topics(self, topics: Collection[str]) -> None:
        """Refuse tolerances that belong to none of these topics. Raises BadTolerance."""
        for key, text in self._texts.items():
            if not any(key == topic or key.startswith(f"{topic}.") for topic in topics):
                known = ", ".join(sorted(topics)) or "none"
                raise BadTolerance(text, f"there is no such topic to compare (topics: {known})")


def _number(text: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0.0 <= number < math.inf:
        raise BadTolerance(text, "expected VALUE, TOPIC=VALUE, TOPIC.FIELD=VALUE or time=SECONDS, from 0 on")
    return number
