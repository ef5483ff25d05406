"""Who holds the controls, and what the one who does says. Callbacks of many clients come here, one at a time."""

import hmac
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True)
class Levels:
    """What the console says of its operator. present: somebody holds the controls; clutch, estop: pressed."""

    present: bool
    clutch: bool
    estop: bool


class Controls:
    """One client at a time may hold the controls, and only one that has shown the token; others see.

    Who has shown the token may also stop, at any time. Controls that change hands, or are let go, come with the
    clutch pressed. A stop stays until the one who holds the controls releases it.
    """

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._lock = Lock()
        self._trusted: set[int] = set()
        self._holder: int | None = None
        self._clutch = True
        self._estop = False

    @property
    def levels(self) -> Levels:
        """As they stand."""
        with self._lock:
            return Levels(self._holder is not None, self._clutch or self._holder is None, self._estop)

    @property
    def holder(self) -> int | None:
        """The client that holds the controls."""
        return self._holder

    def show(self, client: int, token: str) -> bool:
        """A client shows what it takes for the token; whether it is."""
        if not hmac.compare_digest(token.strip().encode(), self._token):
            return False
        with self._lock:
            self._trusted.add(client)
        return True

    def is_trusted(self, client: int) -> bool:
        """Whether a client has shown the token."""
        return client in self._trusted

    def holds(self, client: int) -> bool:
        """Whether a client holds the controls."""
        return self._holder == client

    def take(self, client: int) -> bool:
        """Take the controls, if nobody has them; whether the client has them now."""
        with self._lock:
            if client in self._trusted and self._holder is None:
                self._holder, self._clutch = client, True
            return self._holder == client

    def let_go(self, client: int) -> None:
        """Give the controls back, if the client has them."""
        with self._lock:
            if self._holder == client:
                self._holder, self._clutch = None, True

    def gone(self, client: int) -> None:
        """A client has closed its page, or lost its connection."""
        self.let_go(client)
        with self._lock:
            self._trusted.discard(client)

    def clutch(self, client: int, pressed: bool) -> bool:
        """Press or release the clutch; whether the client may."""
        with self._lock:
            if self._holder != client:
                return False
            self._clutch = pressed
            return True

    def stop(self, client: int) -> bool:
        """Press the emergency stop; whether the client may."""
        with self._lock:
            if client not in self._trusted:
                return False
            self._estop = True
            return True

    def release_stop(self, client: int) -> bool:
        """Release the emergency stop; whether the client may."""
        with self._lock:
            if self._holder != client:
                return False
            self._estop = False
            return True
