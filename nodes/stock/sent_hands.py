"""The hands that were sent on as targets, so that an answer about one of them finds it again."""

from collections import deque

from sutura.messages import Pose

_REMEMBERED = 64  # at 1 kHz longer than an answer lives


class SentHands:
    """The newest hands by the time [ns] they were read."""

    __slots__ = ("_hands",)

    def __init__(self) -> None:
        self._hands: deque[tuple[int, Pose]] = deque(maxlen=_REMEMBERED)

    def add(self, origin: int, hand: Pose) -> None:
        """Remember one."""
        self._hands.append((origin, hand))

    def of(self, origin: int) -> Pose | None:
        """The hand read at that time; None if it is forgotten."""
        return next((hand for at, hand in self._hands if at == origin), None)

    def clear(self) -> None:
        """Forget all: what was sent before the clutch means nothing after it."""
        self._hands.clear()
