"""Counts what limits did to commands, and tells people once an episode."""

from collections.abc import Callable

from sutura.messages import LimitCount, MotionLimits, clip

_EPISODE_NS = 500_000_000  # commands limited less than this apart are one episode

_WORDS = {
    "joint_limit": "{} is kept to its position limit",
    "joint_speed": "{} is kept to its speed limit",
    "joint_acceleration": "{} is kept to its acceleration limit",
    "tip_speed": "the tool tip is kept to its speed limit",
    "turn_speed": "the tool's turning is kept to its speed limit",
    "workspace": "the tool tip is kept in its workspace by {}",
    "clearance": "the arm is kept away from {}",
    "arm_lag": "the arm is {} behind: the hand is anchored to where it is",
}


class LimitTally:
    """Counts by reason; `tell` is called with the words of each new episode."""

    __slots__ = ("_counts", "_noted_at", "_tell", "_text")

    def __init__(self, tell: Callable[[str, str], None]) -> None:
        self._tell = tell
        self._counts: dict[str, int] = {}
        self._noted_at: dict[str, int] = {}
        self._text = ""

    def note(self, reason: str, what: str, now: int) -> None:
        """One command was limited, at `now` [ns], for a reason out of those that have words; `what` by."""
        counts, noted = self._counts, self._noted_at
        counts[reason] = counts.get(reason, 0) + 1
        if now - noted.get(reason, -_EPISODE_NS) >= _EPISODE_NS:
            self._text = clip(_WORDS[reason].format(what))
            self._tell("limit", self._text)
        noted[reason] = now

    def active(self, now: int) -> bool:
        """Whether an episode is under way at `now` [ns]."""
        return any(now - at < _EPISODE_NS for at in self._noted_at.values())

    @property
    def text(self) -> str:
        """The newest episode in words."""
        return self._text

    def message(self, now: int) -> MotionLimits:
        """All counts, in the order in which the reasons first came."""
        rows = [
            LimitCount(reason, count, now - self._noted_at[reason] < _EPISODE_NS)
            for reason, count in self._counts.items()
        ]
        return MotionLimits(tuple(rows), self._text)

    def gauges(self) -> dict[str, float]:
        """The counts as figures of a node."""
        return {f"limited_{reason}": float(count) for reason, count in self._counts.items()}
