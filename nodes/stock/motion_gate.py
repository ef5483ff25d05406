"""The rule that decides whether an actuator may follow a command; pure state, no clock, no socket."""

from dataclasses import dataclass


@dataclass(slots=True)
class MotionGate:
    """Permit, epoch and re-clutch.

    Motion needs an unexpired permit. After any hold it also needs a permit of an epoch that began after the
    hold, and the clutch pressed and released since that epoch came. A gate starts held.

    An epoch is the time [ns] of the reset that began it, so a hold made later outlives it: `held_at` is compared
    with epochs, and an actuator started anew in the middle of an epoch does not move within it.
    """

    following: bool = False
    epoch: int = 0
    permit_until: int = 0
    held_at: int = 0
    pressed_since: bool = False
    clutch_released: bool = False

    def permit(self, epoch: int, until: int) -> None:
        """Take a permit. An older epoch than one already seen counts for nothing."""
        if epoch < self.epoch:
            return
        if epoch > self.epoch:
            self.epoch = epoch
            self.pressed_since = False
        self.permit_until = until

    def clutch(self, pressed: bool) -> None:
        """Take the clutch's level."""
        self.clutch_released = not pressed
        if pressed:
            self.pressed_since = True

    def hold(self, now: int) -> None:
        """Stop following; only an epoch that begins after `now` [ns] and a re-clutch lead back."""
        self.following = False
        self.held_at = max(self.held_at, now)
        self.pressed_since = False
        self.clutch_released = False

    def has_permit(self, now: int) -> bool:
        """Whether the permit stands at `now` [ns]."""
        return now < self.permit_until

    def why_not(self, now: int) -> str:
        """Why motion is not allowed at `now` [ns]; empty when it is."""
        if not self.has_permit(now):
            return "no valid motion permit"
        if self.following:
            return ""
        if self.epoch <= self.held_at:
            return "it held; it needs an operator's reset"
        if not (self.pressed_since and self.clutch_released):
            return "it needs a re-clutch"
        return ""
