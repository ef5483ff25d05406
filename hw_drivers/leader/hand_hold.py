"""Whether a hand holds a leader, told from its joints alone; pure state, no clock."""

from collections.abc import Sequence

_MOVED = 0.01  # rad that a leader at rest does not move by itself


class SprungTrigger:
    """A gripper that a spring keeps at `rest` [rad]: a hand holds it as long as it is pulled away by `pull` [rad].

    It counts as let go only when it is back by half of that, so that it does not chatter.
    """

    def __init__(self, rest: float, pull: float) -> None:
        self._rest, self._pull = rest, pull
        self._held = False

    def held(self, joints: Sequence[float], now: float) -> bool:
        """By the newest joints [rad], the gripper last."""
        pulled = abs(joints[-1] - self._rest)
        self._held = pulled > (0.5 * self._pull if self._held else self._pull)
        return self._held


class MovedLately:
    """A hand holds a leader that has moved within the last `still_after` [s]. At first nobody does."""

    def __init__(self, still_after: float) -> None:
        self._still_after = still_after
        self._at: tuple[float, ...] = ()
        self._moved = float("-inf")

    def held(self, joints: Sequence[float], now: float) -> bool:
        """By the newest joints [rad], at `now` [s]."""
        if not self._at:
            self._at = tuple(joints)
        elif any(abs(a - b) > _MOVED for a, b in zip(joints, self._at, strict=True)):
            self._at, self._moved = tuple(joints), now
        return now - self._moved <= self._still_after
