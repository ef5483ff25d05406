"""Messages in Foxglove's well-known schemas, as Protobuf made by `foxglove-sdk`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from sutura.extras import extra
from sutura.launch.foxglove.outgoing import Channel, Outgoing
from sutura.messages import JointCommand, JointState, Pose

with extra("foxglove", "writing for Foxglove"):
    from foxglove import Schema
    from foxglove.messages import (
        CompressedVideo,
        FrameTransform,
        JointStates,
        Log,
        LogLevel,
        PoseInFrame,
        Quaternion,
        Timestamp,
        Vector3,
    )
    from foxglove.messages import JointState as Joint
    from foxglove.messages import Pose as FoxglovePose

PREFIX = "foxglove"
TRANSFORMS = f"{PREFIX}/transforms"
LOG = f"{PREFIX}/log"
VIDEO = "CompressedVideo"
_SECOND = 1_000_000_000
LEVELS: Mapping[str, LogLevel] = {"info": LogLevel.Info, "warning": LogLevel.Warning, "error": LogLevel.Error}


class _Encoded(Protocol):
    @staticmethod
    def get_schema() -> Schema: ...
    def encode(self) -> bytes: ...


class WellKnown:
    """Makes what Foxglove draws. frames: of poses, by topic; where a topic has none, its own namespace's base."""

    def __init__(self, frames: Mapping[str, str]) -> None:
        self._frames = frames
        self._channels: dict[str, Channel] = {}
        self._known: tuple[tuple[type, Callable[..., Iterator[Outgoing]]], ...] = (
            (Pose, self._pose),
            (JointState, self._joints),
            (JointCommand, self._joints),
        )

    def __call__(
        self, topic: str, kind: str, fields: Mapping[str, object], payload: object, at: int
    ) -> Iterator[Outgoing]:
        """What a message is in these schemas; nothing where they have none for it.

        fields: by name; payload: the message where its type is known; at [ns]: when it was made, wall time.
        """
        if kind == VIDEO:
            yield from self._video(topic, fields, at)
        for known, make in self._known:
            if isinstance(payload, known):
                yield from make(topic, payload, at)

    def log(self, level: str, node: str, text: str, at: int) -> Outgoing:
        """A line of the log. level: `info`, `warning` or `error`."""
        return self._out(LOG, Log(timestamp=stamp(at), level=LEVELS[level], message=text, name=node))

    def frame_of(self, topic: str) -> str:
        """The frame in which a topic's poses are."""
        return self._frames.get(topic) or f"{topic.partition('/')[0]}_base"

    def _pose(self, topic: str, pose: Pose, at: int) -> Iterator[Outgoing]:
        x, y, z, w = pose.orientation
        place, turn = (
            Vector3(x=pose.position[0], y=pose.position[1], z=pose.position[2]),
            Quaternion(x=x, y=y, z=z, w=w),
        )
        when, frame = stamp(at), self.frame_of(topic)
        in_frame = PoseInFrame(timestamp=when, frame_id=frame, pose=FoxglovePose(position=place, orientation=turn))
        yield self._out(f"{PREFIX}/{topic}", in_frame)
        # the pose's own axes: a frame that is called like its topic
        transform = FrameTransform(
            timestamp=when, parent_frame_id=frame, child_frame_id=topic, translation=place, rotation=turn
        )
        yield self._out(TRANSFORMS, transform)

    def _joints(self, topic: str, state: JointState | JointCommand, at: int) -> Iterator[Outgoing]:
        speeds = getattr(state, "velocity", ()) or (None,) * len(state.name)
        efforts = getattr(state, "effort", ()) or (None,) * len(state.name)
        joints = [
            Joint(name=name, position=position, velocity=speed, effort=effort)
            for name, position, speed, effort in zip(state.name, state.position, speeds, efforts, strict=True)
        ]
        yield self._out(f"{PREFIX}/{topic}", JointStates(timestamp=stamp(at), joints=joints))

    def _video(self, topic: str, fields: Mapping[str, object], at: int) -> Iterator[Outgoing]:
        data, form = fields.get("data"), fields.get("format")
        frame = fields.get("frame_id") or self.frame_of(topic)
        if isinstance(data, bytes) and isinstance(form, str):
            video = CompressedVideo(timestamp=stamp(at), frame_id=str(frame), data=data, format=form)
            yield self._out(f"{PREFIX}/{topic}", video)

    def _out(self, topic: str, message: _Encoded) -> Outgoing:
        if topic not in self._channels:
            schema = message.get_schema()
            self._channels[topic] = Channel(topic, schema.name, schema.encoding, schema.data, "protobuf")
        return Outgoing(self._channels[topic], message.encode())


def stamp(at: int) -> Timestamp:
    """A time [ns] as Foxglove takes it."""
    return Timestamp(sec=at // _SECOND, nsec=at % _SECOND)
