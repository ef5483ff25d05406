"""The bare chain's hop over pyzmq: XPUB and SUB over ipc, a blocking `recv`, plain `send`."""

from collections.abc import Callable

import zmq

from bench.link import SILENCE_S, StageConfig


class ZmqLink:
    """A SUB for what the stage hears, an XPUB for what it says; the XPUB shows when its reader has come."""

    def __init__(self, config: StageConfig) -> None:
        self._context = zmq.Context()
        self._says = self._context.socket(zmq.XPUB)
        self._says.setsockopt(zmq.LINGER, 1000)
        if config.says:
            self._says.bind(f"ipc://{config.says}")
        self._hears = self._context.socket(zmq.SUB)
        self._hears.setsockopt(zmq.RCVTIMEO, int(SILENCE_S * 1e3))
        self._hears.setsockopt(zmq.SUBSCRIBE, b"")
        if config.hears:
            self._hears.connect(f"ipc://{config.hears}")
        self.send = self._says.send

    def wait_for_reader(self, timeout: float) -> bool:
        """Wait for the next stage's subscription."""
        return bool(self._says.poll(int(timeout * 1e3)) and self._says.recv() == b"\x01")

    def listen(self, handle: Callable[[bytes], bool]) -> None:
        """Block in `recv`, handle, again."""
        recv = self._hears.recv
        try:
            while not handle(recv()):
                pass
        except zmq.Again:
            return

    def close(self) -> None:
        """Close both sockets; the end mark may still be on its way."""
        self._hears.close(0)
        self._says.close()
        self._context.term()
