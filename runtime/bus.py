"""The way out of a host: what carries frames to other places."""

from typing import Protocol

from sutura.messages import Frame, Message


class Bus(Protocol):
    """Carries frames to whoever reads a topic in another place."""

    def send(self, frame: Frame[Message], latched: bool) -> None:
        """Send without waiting; latched frames are kept for late readers."""
