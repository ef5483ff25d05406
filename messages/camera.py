"""Messages that say what a camera saw, and where the robot was at that instant."""

from typing import Annotated

from msgspec import Meta

from sutura.messages.fields import Count, JointNames, JointPositions, Name, Nanoseconds, Position, Quaternion, Topic
from sutura.messages.message import Message

MAX_VIDEO_BYTES = 60_000  # of one encoded picture: with its envelope and the robot's state it fits one message
MAX_INSTANTS = 8

VideoData = Annotated[bytes, Meta(max_length=MAX_VIDEO_BYTES)]


class JointsAtFrame(Message, frozen=True):
    """The joints nearest before a picture was taken.

    topic: where they were told; stamp: when [ns]; name, position: (n,) [rad or m].
    """

    topic: Topic
    stamp: Nanoseconds
    name: JointNames
    position: JointPositions


class PoseAtFrame(Message, frozen=True):
    """The pose nearest before a picture was taken.

    topic: where it was told; stamp: when [ns]; position: (3,) [m]; orientation: (4,) quaternion x, y, z, w.
    """

    topic: Topic
    stamp: Nanoseconds
    position: Position
    orientation: Quaternion


class CompressedVideo(Message, frozen=True):
    """One picture of a video stream; the first four fields are those of Foxglove's `CompressedVideo`.

    timestamp: when it was captured [ns]; frame_id: of the camera; data: one access unit, for `h264` in Annex B,
    with parameter sets at each keyframe; format: of `data`; keyframe: whether decoding may begin here; joints,
    poses: the robot at that instant, one entry a topic.
    """

    timestamp: Nanoseconds
    frame_id: Name
    data: VideoData
    format: Name
    keyframe: bool = False
    joints: Annotated[tuple[JointsAtFrame, ...], Meta(max_length=MAX_INSTANTS)] = ()
    poses: Annotated[tuple[PoseAtFrame, ...], Meta(max_length=MAX_INSTANTS)] = ()


class FrameNotice(Message, frozen=True):
    """A raw picture that lies in shared memory of this host; see `FrameReader`.

    timestamp: when it was captured [ns]; frame_id: of the camera; width, height [pixels]; encoding: Foxglove's name
    (`rgb8`); ring, slot, sequence, size [bytes], checksum (CRC-32): where its bytes are, and how to know them.
    """

    timestamp: Nanoseconds
    frame_id: Name
    width: Count
    height: Count
    encoding: Name
    ring: Name
    slot: Count
    sequence: Count
    size: Count
    checksum: Count
