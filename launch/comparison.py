"""Lockstep across processes beside lockstep in one process: equal to the last byte, or it says where they part."""

from collections.abc import Collection

import msgspec

from sutura.launch.stepped_processes import SteppedProcesses
from sutura.launch.stepped_run import Figures
from sutura.messages import clip
from sutura.nodes import Event
from sutura.runtime.errors import NodeCrashed
from sutura.runtime.lockstep import Lockstep

_FIELDS = ("topic", "type", "writer", "seq", "stamp", "origin", "expires", "payload")


class Compared:
    """Steps processes, and the same topology in this process, and compares all that is said, in order."""

    def __init__(self, processes: SteppedProcesses, alone: Lockstep, homes: dict[str, str]) -> None:
        """homes: the place of each node."""
        self.remarks: list[Event] = []
        self._processes = processes
        self._alone: Lockstep | None = alone
        self._homes = homes
        processes.take_log()
        alone.take_log()

    @property
    def start(self) -> int:
        """The time of the start [ns]."""
        return self._processes.start

    @property
    def elapsed(self) -> float:
        """Virtual seconds since the start."""
        return self._processes.elapsed

    @property
    def recording_hash(self) -> str:
        """Of what the processes said."""
        return self._processes.recording_hash

    def begin(self) -> None:
        """Start every node, twice. Raises StartFailed, SchemaMismatch, NodeCrashed, PlaceFell."""
        self._processes.begin()
        if self._alone is not None:
            self._alone.begin()
        self._compare()

    def run_until(self, seconds: float) -> None:
        """Move on to `seconds` after the start. Raises PlaceFell."""
        self._processes.run_until(seconds)
        if self._alone is not None:
            self._step(self._alone, seconds)
            self._compare()

    def bury(self, place: str, node: str, text: str) -> Figures | None:
        """Forget a place that has fallen; returns its last figures and events, where it has told them."""
        return self._processes.bury(place, node, text)

    def look(self) -> dict[str, Figures]:
        """The figures of every place that lives, and the events since the last look. Raises PlaceFell."""
        return self._processes.look()

    def end(self, first: Collection[str] = ()) -> None:
        """Stop every node. Raises PlaceFell."""
        self._leave()
        self._processes.end(first)

    def close(self) -> None:
        """End every process."""
        self._leave()
        self._processes.close()

    def _step(self, alone: Lockstep, seconds: float) -> None:
        while True:
            try:
                return alone.run_until(seconds)
            except NodeCrashed as error:
                alone.bury(self._homes[error.node], error.node, str(error))

    def _compare(self) -> None:
        alone, processes = self._alone, self._processes
        if alone is None:
            return
        ours, theirs = processes.take_log(), alone.take_log()
        if ours != theirs:
            self.remarks.append(_first_difference(ours, theirs, processes.start, processes.clock()))
            self._leave()

    def _leave(self) -> None:
        """One process is compared no longer."""
        if self._alone is not None:
            self._alone.end()
            self._alone = None
            self._processes.stop_log()


def _first_difference(ours: list[bytes], theirs: list[bytes], start: int, now: int) -> Event:
    """What the processes and one process first said differently; they do differ."""
    at = next((i for i, pair in enumerate(zip(ours, theirs, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        at = min(len(ours), len(theirs))
        who, data = ("the processes", ours[at]) if len(ours) > at else ("one process", theirs[at])
        frame = _fields(data)
        return _event(frame, start, f"only {who} sent it")
    one, other = _fields(ours[at]), _fields(theirs[at])
    if (one["topic"], one["seq"]) != (other["topic"], other["seq"]):
        return _event(one, start, f"one process sent message {other['seq']} of {other['topic']} instead")
    differing = ", ".join(
        f"{name} {one[name]} in processes, {other[name]} in one process"
        for name in _FIELDS
        if one[name] != other[name]
    )
    return _event(one, start, differing)


def _fields(data: bytes) -> dict[str, object]:
    return dict(zip(_FIELDS, msgspec.msgpack.decode(data, type=tuple[object, ...]), strict=True))


def _event(frame: dict[str, object], start: int, what: str) -> Event:
    stamp = frame["stamp"]
    assert isinstance(stamp, int)
    node = str(frame["writer"]).partition("@")[0]
    where = f"topic {frame['topic']}, message {frame['seq']} at {(stamp - start) * 1e-9:.6f} s"
    return Event(stamp, node, "diverged", clip(f"processes and one process first differ at {where}: {what}"))
