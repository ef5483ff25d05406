"""Asks places: the other end of the control socket, for the supervisor and the command line."""

import itertools
from pathlib import Path

import zmq

from sutura.nodes import RequestRefused
from sutura.runtime.clock import monotonic
from sutura.runtime.control import Reply, Request, decode_reply, encode_request
from sutura.runtime.errors import NoAnswer
from sutura.runtime.zmq_bus import control_address


class ControlClient:
    """Sends requests to places and matches answers by id; one thread owns it."""

    def __init__(self, sockets: Path) -> None:
        self._sockets = sockets
        self._context = zmq.Context()
        self._peers: dict[str, zmq.Socket[bytes]] = {}
        self._ids = itertools.count(1)
        self._poller = zmq.Poller()

    def send(self, place: str, what: str, **fields: object) -> str:
        """Send a request without waiting; returns its id."""
        request = Request(id=str(next(self._ids)), what=what, **fields)  # type: ignore[arg-type]
        try:
            self._peer(place).send(encode_request(request), zmq.NOBLOCK)
        except zmq.Again:
            raise NoAnswer(place, 0.0) from None
        return request.id

    def replies(self, timeout: float) -> list[tuple[str, Reply]]:
        """The answers that come within `timeout` seconds of the first, by place; at once if some wait."""
        ready = dict(self._poller.poll(max(0, int(timeout * 1000))))
        found: list[tuple[str, Reply]] = []
        for place, peer in self._peers.items():
            while peer in ready:
                try:
                    found.append((place, decode_reply(peer.recv(zmq.NOBLOCK))))
                except zmq.Again:
                    break
        return found

    def ask(self, place: str, what: str, timeout: float = 2.0, **fields: object) -> Reply:
        """Send a request and wait for its answer. Raises NoAnswer, RequestRefused."""
        wanted = self.send(place, what, **fields)
        end = monotonic() + int(timeout * 1e9)
        while (left := end - monotonic()) > 0:
            for came_from, reply in self.replies(left * 1e-9):
                if came_from == place and reply.id == wanted:
                    if reply.refused:
                        raise RequestRefused(reply.refused)
                    return reply
        raise NoAnswer(place, timeout)

    def forget(self, place: str) -> None:
        """Drop the connection to a place that is gone, with whatever waited for it."""
        peer = self._peers.pop(place, None)
        if peer is not None:
            self._poller.unregister(peer)
            peer.close(0)

    def close(self) -> None:
        """Close every connection."""
        self._context.destroy(linger=0)

    def _peer(self, place: str) -> "zmq.Socket[bytes]":
        peer = self._peers.get(place)
        if peer is None:
            peer = self._context.socket(zmq.DEALER)
            for option, value in ((zmq.LINGER, 0), (zmq.RECONNECT_IVL, 5), (zmq.SNDHWM, 100)):
                peer.setsockopt(option, value)
            peer.connect(control_address(self._sockets, place))
            self._poller.register(peer, zmq.POLLIN)
            self._peers[place] = peer
        return peer
