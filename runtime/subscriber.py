"""One subscriber of a place: its connection, what it asks for, and what it has not taken yet.

What it does not take is kept up to a bound and dropped beyond it; receivers count what they miss.
"""

import socket
from collections import deque

from sutura.runtime import zmtp

_HIGH_WATER = 1000  # messages kept for a subscriber that does not take them
_MAX_REQUEST = 1024
_READ = 4096


class Subscriber:
    """One subscriber of this place, in this process or another."""

    __slots__ = ("_kept", "_sock", "_stream", "fd", "is_gone", "prefixes")

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.fd = sock.fileno()
        self.prefixes: set[bytes] = set()
        self.is_gone = False
        self._sock = sock
        self._stream = zmtp.Stream(_MAX_REQUEST)
        self._kept: deque[bytes] = deque()
        self.send(zmtp.GREETING + zmtp.ready("XPUB"))

    def send(self, data: bytes) -> None:
        """Send one message, already as it stands on the wire, without waiting."""
        if self._kept:
            if len(self._kept) < _HIGH_WATER:
                self._kept.append(data)
            return
        sent = self._try(data)
        if sent != len(data):
            self._kept.append(data[sent:])

    def flush(self) -> None:
        """Send what was kept, as far as the subscriber takes it."""
        kept = self._kept
        while kept and not self.is_gone:
            sent = self._try(kept[0])
            if sent < len(kept[0]):
                kept[0] = kept[0][sent:]
                return
            kept.popleft()

    def _try(self, data: bytes) -> int:
        try:
            return self._sock.send(data)
        except BlockingIOError:
            return 0
        except OSError:  # it has ended; `serve` closes the connection
            self.is_gone = True
            return len(data)

    def requests(self) -> list[bytes]:
        """The subscriptions and their ends that have come. Raises BadPeer."""
        try:
            data = self._sock.recv(_READ)
        except BlockingIOError:
            return []
        except OSError:
            data = b""
        if not data:
            self.is_gone = True
            return []
        return self._stream.feed(data)

    def close(self) -> None:
        """Close the connection."""
        self._sock.close()
