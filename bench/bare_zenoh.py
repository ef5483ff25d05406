"""The bare chain's hop over Eclipse Zenoh, set up as its fastest: peers joined directly, no scouting, low-latency
transport, express messages, and callbacks in the thread that receives."""

import json
import time
from collections.abc import Callable
from threading import Event

import zenoh

from bench.link import SILENCE_S, StageConfig


class ZenohLink:
    """One session that listens for the next stage and connects to the one before."""

    def __init__(self, config: StageConfig) -> None:
        self._session = zenoh.open(_settings(config))
        self._hears = f"bench/{config.number - 1}"
        self._says = self._session.declare_publisher(
            f"bench/{config.number}",
            congestion_control=zenoh.CongestionControl.DROP,
            express=True,
        )
        self._inbox: Callable[[bytes], bool] = lambda data: False
        self._heard = 0
        self._done = Event()
        self.send = self._says.put
        if config.hears:
            callback = zenoh.handlers.Callback(self._take, indirect=False)
            self._subscriber = self._session.declare_subscriber(self._hears, callback)

    def wait_for_reader(self, timeout: float) -> bool:
        """Wait until a subscriber matches."""
        end = time.monotonic() + timeout
        while not self._says.matching_status:
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def listen(self, handle: Callable[[bytes], bool]) -> None:
        """Let the receiving thread handle; look after it twice in `SILENCE_S`."""
        self._inbox = handle
        before = -1
        while not self._done.wait(SILENCE_S) and self._heard != before:
            before = self._heard

    def _take(self, sample: "zenoh.Sample") -> None:
        self._heard += 1
        if self._inbox(sample.payload.to_bytes()):
            self._done.set()

    def close(self) -> None:
        """Close the session, which sends what waits."""
        self._session.close()  # type: ignore[no-untyped-call]


def _settings(config: StageConfig) -> "zenoh.Config":
    settings = zenoh.Config()
    for key, value in (
        ("mode", "peer"),
        ("scouting/multicast/enabled", False),
        ("scouting/gossip/enabled", False),
        ("transport/unicast/lowlatency", True),
        ("transport/unicast/qos/enabled", False),
        ("listen/endpoints", [config.says] if config.says else []),
        ("connect/endpoints", [config.hears] if config.hears else []),
    ):
        settings.insert_json5(key, json.dumps(value))
    return settings
