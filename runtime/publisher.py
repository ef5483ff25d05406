"""What a place says: a listening socket, its subscribers, and which of them reads which topic.

Publishing never waits and is lossy by design: a stopped observer must never starve a live reader.
"""

import errno
import select
import socket
from collections.abc import Iterable
from pathlib import Path

from sutura.messages import topic_prefix
from sutura.runtime import zmtp
from sutura.runtime.errors import BadPeer, SocketRefused
from sutura.runtime.subscriber import Subscriber

_MAX_PEERS = 128
_POLLIN = select.EPOLLIN


class Topic:
    """One topic this place sends: the prefix of its frames and who reads them now."""

    __slots__ = ("latched", "prefix", "readers")

    def __init__(self, topic: str) -> None:
        self.prefix = topic_prefix(topic)
        self.readers: list[Subscriber] = []
        self.latched = b""


class Publisher:
    """Binds a path and serves its subscribers; one thread owns it. Raises SocketRefused."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._topics: dict[str, Topic] = {}
        self._subscribers: dict[int, Subscriber] = {}
        self._listener = _listen(path)
        self._epoll = select.epoll()
        self._epoll.register(self._listener.fileno(), _POLLIN)
        self.complaints: list[str] = []

    def topic(self, name: str) -> Topic:
        """The topic of this name, with its readers."""
        found = self._topics.get(name)
        if found is None:
            found = self._topics[name] = Topic(name)
            self._match([found])
        return found

    def readers(self, topic: str) -> int:
        """How many subscribers ask for just this topic."""
        prefix = self.topic(topic).prefix
        return sum(prefix in subscriber.prefixes for subscriber in self._subscribers.values())

    def send(self, topic: Topic, body: bytes, is_latched: bool) -> None:
        """Send to all who read the topic; what is latched is kept for those who come later."""
        data = zmtp.message(body)
        if is_latched:
            topic.latched = data
        for reader in topic.readers:
            reader.send(data)

    def serve(self) -> None:
        """Take in who has come, gone or asked for something; cheap when nobody has."""
        for fd, _ in self._epoll.poll(0):
            if fd == self._listener.fileno():
                self._accept()
            else:
                self._listen_to(self._subscribers[fd])
        for subscriber in list(self._subscribers.values()):
            subscriber.flush()
            if subscriber.is_gone:
                self._forget(subscriber)

    def _accept(self) -> None:
        while len(self._subscribers) < _MAX_PEERS:
            try:
                sock, _ = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                self.complaints.append(f"a subscriber could not be let in: {error.strerror}")
                return
            subscriber = Subscriber(sock)
            self._subscribers[subscriber.fd] = subscriber
            self._epoll.register(subscriber.fd, _POLLIN)

    def _listen_to(self, subscriber: Subscriber) -> None:
        try:
            for request in subscriber.requests():
                self._note(subscriber, request)
        except BadPeer as error:
            self.complaints.append(f"a subscriber was dropped: {error}")
            subscriber.is_gone = True

    def _note(self, subscriber: Subscriber, request: bytes) -> None:
        prefix, is_new = request[1:], request[:1] == b"\x01"
        if is_new:
            subscriber.prefixes.add(prefix)
            for topic in self._topics.values():
                if topic.latched and topic.prefix.startswith(prefix):
                    subscriber.send(topic.latched)
        else:
            subscriber.prefixes.discard(prefix)
        self._match(self._topics.values())

    def _match(self, topics: Iterable[Topic]) -> None:
        """Find the readers of topics: an observer of everything asks for the empty prefix."""
        everybody = self._subscribers.values()
        for topic in topics:
            topic.readers = [s for s in everybody if any(map(topic.prefix.startswith, s.prefixes))]

    def _forget(self, subscriber: Subscriber) -> None:
        self._epoll.unregister(subscriber.fd)
        del self._subscribers[subscriber.fd]
        subscriber.close()
        self._match(self._topics.values())

    def close(self) -> None:
        """Close every connection, and leave no socket behind."""
        for subscriber in self._subscribers.values():
            subscriber.close()
        self._epoll.close()
        self._listener.close()
        self._path.unlink(missing_ok=True)


def _listen(path: Path) -> socket.socket:
    """Bind a path; one that a killed place left behind is taken over."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    listener.setblocking(False)
    try:
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(_MAX_PEERS)
    except OSError as error:
        listener.close()
        reason = error.strerror or errno.errorcode.get(error.errno or 0, "?")
        raise SocketRefused(f"cannot publish at {path}: {reason}") from error
    return listener
