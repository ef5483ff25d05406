"""How long gestures take from hop to hop, live: by the stamps in the envelopes along the way to an actuator."""

import statistics
import threading
from collections import deque
from collections.abc import Sequence

import msgspec

from sutura.cli.listener import Listener
from sutura.cli.live_run import LiveRun

_WINDOW = 1000  # messages a topic
_SLICE_S = 0.2


class Hop(msgspec.Struct, frozen=True):
    """One node on the way and what it sends. age_p50, age_p99 [s]: from the gesture until it was sent, of the
    newest messages; hop_p50 [s]: what this node and the way to it added."""

    node: str
    topic: str
    messages: int
    age_p50: float | None
    age_p99: float | None
    hop_p50: float | None


class HopWatch:
    """Listens along a way in a thread of its own; use it as a context manager. way: nodes and their topics."""

    def __init__(self, run: LiveRun, way: Sequence[tuple[str, str]]) -> None:
        self._run = run
        self._way = tuple(way)
        self._ages: dict[str, deque[int]] = {topic: deque(maxlen=_WINDOW) for _, topic in self._way}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "HopWatch":
        self._thread.start()
        return self

    def __exit__(self, *of: object) -> None:
        self._over.set()
        self._thread.join()

    def hops(self) -> list[Hop]:
        """As they stand."""
        found: list[Hop] = []
        before = 0.0
        for node, topic in self._way:
            ages = sorted(self._ages[topic].copy())
            p50 = statistics.median(ages) * 1e-9 if ages else None
            p99 = ages[min(len(ages) - 1, int(0.99 * len(ages)))] * 1e-9 if ages else None
            found.append(Hop(node, topic, len(ages), p50, p99, None if p50 is None else p50 - before))
            before = before if p50 is None else p50
        return found

    def _listen(self) -> None:
        with Listener(self._run, [topic for _, topic in self._way]) as listener:
            while not self._over.is_set():
                frame = listener.receive(_SLICE_S)
                if frame is not None and frame.origin:
                    self._ages[frame.topic].append(frame.stamp - frame.origin)
