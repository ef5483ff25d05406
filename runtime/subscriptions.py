"""What a place hears: a connection to each place that it reads, made anew whenever it breaks."""

import socket
from collections.abc import Iterable, Sequence
from pathlib import Path

from sutura.messages import MAX_FRAME_BYTES, topic_prefix
from sutura.runtime import zmtp
from sutura.runtime.errors import BadPeer

_READ = 16 * 1024  # taken from one writer before others have their turn
_GIANT = 16 * MAX_FRAME_BYTES  # its sender is dropped; what is smaller is refused, counted and named by the decoder


class Source:
    """The connection to one publisher."""

    __slots__ = ("_asked", "_path", "_prefixes", "_receive", "_sock", "_stream", "complaint", "fd")

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._prefixes: list[bytes] = []
        self._sock: socket.socket | None = None
        self._stream = zmtp.Stream(_GIANT)
        self._asked = False
        self.fd = -1
        self.complaint = ""

    @property
    def is_up(self) -> bool:
        """Whether both ends have agreed and the subscriptions are sent."""
        return self._asked

    def add(self, topics: Iterable[str]) -> None:
        """Ask for topics, now or when the connection stands."""
        prefixes = [topic_prefix(topic) for topic in topics]
        self._prefixes += prefixes
        if self._asked and self._sock is not None:
            self._sock.send(b"".join(map(zmtp.subscription, prefixes)))

    def connect(self) -> None:
        """Try to connect; nothing changes while nobody listens there."""
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        sock.setblocking(False)
        try:
            sock.connect(self._path)
            sock.send(zmtp.GREETING)
        except OSError:
            sock.close()
            return
        self._sock, self.fd = sock, sock.fileno()
        self._receive = sock.recv
        self._stream, self._asked = zmtp.Stream(_GIANT), False

    def read(self) -> list[bytes]:
        """One read of what has come; a connection that has ended is closed."""
        try:
            data = self._receive(_READ)
            if not data:
                self.close()
                return []
            messages = self._stream.feed(data)
            if not self._asked:
                self._agree()
        except BlockingIOError:
            return []
        except OSError:
            self.close()
            return []
        except BadPeer as error:
            self.complaint = f"{Path(self._path).stem} was dropped: {error}"
            self.close()
            return []
        return messages

    def _agree(self) -> None:
        """Our part of the handshake, as far as the other's lets it go on."""
        sock = self._sock
        if self._stream.phase is not zmtp.Phase.UP or sock is None:
            return
        sock.send(zmtp.ready("SUB") + b"".join(map(zmtp.subscription, self._prefixes)))
        self._asked = True

    def close(self) -> None:
        """Close the connection; `connect` makes another."""
        if self._sock is not None:
            self._sock.close()
            self._sock, self.fd, self._asked = None, -1, False


class Subscriptions:
    """All connections of a place to those it reads; one thread owns it. fds: to wait for."""

    def __init__(self) -> None:
        self.fds: list[int] = []
        self._sources: dict[Path, Source] = {}
        self._by_fd: dict[int, Source] = {}

    def listen(self, path: Path, topics: Iterable[str]) -> None:
        """Read topics from the place that publishes at `path`."""
        source = self._sources.get(path)
        if source is None:
            source = self._sources[path] = Source(path)
        source.add(topics)
        self.serve()

    def serve(self) -> None:
        """Connect what is not connected, and go on with handshakes."""
        for source in self._sources.values():
            if source.fd < 0:
                source.connect()
                if source.fd >= 0:
                    self._refresh()
            elif not source.is_up:
                source.read()

    def take(self, ready: Sequence[int]) -> list[bytes]:
        """The messages of the sources that have something to read, one read of each."""
        if len(ready) == 1:
            return self._read(self._by_fd[ready[0]])
        return [message for fd in ready for message in self._read(self._by_fd[fd])]

    def complaints(self) -> list[str]:
        """Why sources were dropped since this was last asked."""
        found = [source.complaint for source in self._sources.values() if source.complaint]
        for source in self._sources.values():
            source.complaint = ""
        return found

    def _read(self, source: Source) -> list[bytes]:
        messages = source.read()
        if source.fd < 0:
            self._refresh()
        return messages

    def _refresh(self) -> None:
        self._by_fd = {source.fd: source for source in self._sources.values() if source.fd >= 0}
        self.fds[:] = self._by_fd

    def close(self) -> None:
        """Close every connection."""
        for source in self._sources.values():
            source.close()
        self._refresh()
