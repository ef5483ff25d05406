"""What came of a simulated exercise, whatever figures its world has."""

import msgspec

from sutura.messages import TaskState

# what exercises are judged by elsewhere; said to be missing where the world does not tell
_EXPECTED = ("rings_transferred", "drops", "collisions", "force_on_tissue")


class Exercise(msgspec.Struct, frozen=True):
    """figures: at the end, by name, as the world's message has them; first_at [s]: when each first rose above 0,
    since the start of the run; absent: accepted measures that this world does not tell."""

    figures: dict[str, float]
    first_at: dict[str, float]
    absent: tuple[str, ...]


class ExerciseWatch:
    """Takes the messages of one world. start [ns]: of the run."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._figures: dict[str, float] = {}
        self._first_at: dict[str, float] = {}

    def hear(self, stamp: int, task: TaskState) -> None:
        """Take a message."""
        for name in task.__struct_fields__:
            value = getattr(task, name)
            if isinstance(value, int | float):
                self._figures[name] = value
                if value > 0:
                    self._first_at.setdefault(name, (stamp - self._start) / 1e9)

    def result(self) -> Exercise:
        """What it came to."""
        absent = tuple(name for name in _EXPECTED if name not in self._figures)
        return Exercise(self._figures, self._first_at, absent)
