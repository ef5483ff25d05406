"""The recorder: keeps every message of the run in an MCAP file."""

from collections.abc import Iterator
from contextlib import contextmanager

from sutura import __version__
from sutura.messages import RawMessage
from sutura.nodes import Input, Node, NodeParams, every, queue
from sutura.record import CannotRecord, Missed, RecordingWriter, read_facts

_QUEUE = 20_000
_FLUSH_HZ = 2.0


class Recorder(Node):
    """Record topics to MCAP; unwired, it takes every topic of the topology.

    It is a reader like any other: what it misses is counted and never slows a writer. What came half a second ago
    stays readable whatever ends it. Where it cannot write it says so, and the run goes on.
    """

    class Params(NodeParams):
        """file: in the run's directory; one that is there already is kept, and the new one gets a number."""

        file: str = "recording.mcap"

    params: Params

    topics = Input(RawMessage, policy=queue(_QUEUE), many=True, required=False)

    def on_start(self) -> None:
        self._writer: RecordingWriter | None = None
        self._has_begun = False
        facts, topology = read_facts(self.device_dir) or (None, "")
        path = self.device_dir / self.params.file
        with self._run_goes_on():
            self._writer = RecordingWriter(path, __version__, facts, topology)
            if self._writer.path != path:
                self.event("info", f"records to {self._writer.path}, as {path.name} was there already")

    def on_topics(self, message: RawMessage) -> None:
        """Append one message."""
        frame = self.topics.frame
        if self._writer is None or frame is None:
            return
        try:
            if not self._has_begun:
                self._begin(self._writer)
            self._writer.add(frame, self.now())
        except CannotRecord as error:
            self._give_up(error)

    @every(_FLUSH_HZ)
    def flush(self) -> None:
        """Bring what has come out of this process, and tell how much that is."""
        with self._run_goes_on():
            if self._writer is not None:
                if not self._has_begun:
                    self._begin(self._writer)
                self._writer.flush()
                self._tell(self._writer)

    def on_stop(self) -> None:
        writer = getattr(self, "_writer", None)
        if writer is not None:
            with self._run_goes_on():
                writer.close(self._missed(), self.now())
                self._tell(writer)

    def _begin(self, writer: RecordingWriter) -> None:
        self._has_begun = True
        writer.begin(self.started_at)

    def _tell(self, writer: RecordingWriter) -> None:
        missed = self._missed().values()
        self.gauge("messages", writer.messages)
        self.gauge("missed", sum(topic.lost + topic.overwritten + topic.rejected for topic in missed))

    def _missed(self) -> dict[str, Missed]:
        """What was sent and is not in the file, by topic."""
        counted = {link.topic: link.counters for link in self.topics.connections.values()}
        return {topic: Missed(c.lost, c.overwritten, c.rejected) for topic, c in counted.items()}

    @contextmanager
    def _run_goes_on(self) -> Iterator[None]:
        """Whatever becomes of the recording."""
        try:
            yield
        except CannotRecord as error:
            self._give_up(error)

    def _give_up(self, error: CannotRecord) -> None:
        self._writer = None
        self.event("unrecorded", f"{error}; the run goes on without a recording")
