"""Everything that Foxglove gets of a run, message by message: of a recording, and live."""

from collections.abc import Iterator, Mapping, Sequence

from sutura.launch.foxglove.condition import Conditions
from sutura.launch.foxglove.exact import Exact
from sutura.launch.foxglove.outgoing import Outgoing
from sutura.launch.foxglove.well_known import WellKnown
from sutura.messages import FieldSchema, Frame, node_of
from sutura.record import named_payload


class Translator:
    """frames: of poses, by topic; wall [ns]: what to add to the run's clock to get wall time, which people see."""

    def __init__(self, frames: Mapping[str, str], wall: int) -> None:
        self._exact: dict[tuple[str, str], Exact] = {}
        self._well_known = WellKnown(frames)
        self._conditions = Conditions()
        self.wall = wall

    def translate(self, frame: Frame[object], fields: Sequence[FieldSchema]) -> Iterator[Outgoing]:
        """A message in full, then in the schemas that are well known, then what the log and diagnostics say."""
        exact = self._exact.get((frame.topic, frame.type))
        if exact is None:
            exact = self._exact[frame.topic, frame.type] = Exact(frame.topic, frame.type, fields)
        yield exact(frame)
        at, node = frame.stamp + self.wall, node_of(frame.writer)
        if frame.type == "CompressedVideo":
            values = named_payload(frame.payload, fields)
            yield from self._well_known(frame.topic, frame.type, values, frame.payload, at)
        else:
            yield from self._well_known(frame.topic, frame.type, {}, frame.payload, at)
        change = self._conditions.hear(node, frame.topic, frame.payload, at)
        if change is not None:
            yield self._well_known.log(change[0], node, change[1], at)
        yield from self._conditions.due(at)

    def log(self, level: str, node: str, text: str, at: int) -> Outgoing:
        """A line of the log. at [ns]: of the run's clock."""
        return self._well_known.log(level, node, text, at + self.wall)
