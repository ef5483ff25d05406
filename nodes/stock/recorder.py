"""The recorder: keeps every message of the run in an MCAP file."""

from sutura import __version__
from sutura.messages import RawMessage
from sutura.nodes import Input, Node, NodeParams, every, queue
from sutura.record import RecordingWriter

_QUEUE = 20_000


class Recorder(Node):
    """Record topics to MCAP; unwired, it takes every topic of the topology.

    It is a reader like any other: what it misses is counted as lost and never slows a writer.
    """

    class Params(NodeParams):
        """file: in the run's directory."""

        file: str = "recording.mcap"

    params: Params

    topics = Input(RawMessage, policy=queue(_QUEUE), many=True, required=False)

    def on_start(self) -> None:
        self._writer = RecordingWriter(self.device_dir / self.params.file, __version__)

    def on_topics(self, message: RawMessage) -> None:
        """Append one message."""
        frame = self.topics.frame
        if frame is not None:
            self._writer.add(frame, self.now())

    @every(1.0)
    def tell(self) -> None:
        """How much has been recorded."""
        self.gauge("messages", self._writer.messages)

    def on_stop(self) -> None:
        if hasattr(self, "_writer"):
            self.gauge("messages", self._writer.messages)
            self._writer.close()
