"""What nodes say: message types, the envelope, the codec and field lists."""

from sutura.messages.camera import CompressedVideo, FrameNotice, JointsAtFrame, PoseAtFrame
from sutura.messages.codec import (
    MAX_FRAME_BYTES,
    FrameDecoder,
    encode_frame,
    prefix_of,
    read_writer,
    topic_prefix,
)
from sutura.messages.envelope import Frame, node_of, writer_name
from sutura.messages.errors import (
    DecodeFailure,
    MessageError,
    MessageTypeClash,
    SchemaMismatch,
    UnknownMessageType,
)
from sutura.messages.fields import clip
from sutura.messages.finite import finite_check
from sutura.messages.limited import RemoteCentreState, SaturatedPose
from sutura.messages.limits import LimitCount, MotionLimits
from sutura.messages.message import Message, RawMessage, message_type, message_types
from sutura.messages.motion import JointCommand, JointState, Pose, TrackingError
from sutura.messages.operator import (
    Clutch,
    EmergencyStop,
    MotionLocks,
    OperatorPresence,
    Pedal,
    TeleopScale,
    TeleopState,
)
from sutura.messages.raw import RawDecoder, as_raw
from sutura.messages.safety import (
    ArmState,
    Evidence,
    Heartbeat,
    MotionPermit,
    OperatingState,
    TaskState,
    WatchdogPhase,
    WatchdogState,
)
from sutura.messages.schema import FieldSchema, MessageSchema, describe, require_compatible

__all__ = [
    "MAX_FRAME_BYTES",
    "ArmState",
    "Clutch",
    "CompressedVideo",
    "DecodeFailure",
    "EmergencyStop",
    "Evidence",
    "FieldSchema",
    "Frame",
    "FrameDecoder",
    "FrameNotice",
    "Heartbeat",
    "JointCommand",
    "JointState",
    "JointsAtFrame",
    "LimitCount",
    "Message",
    "MessageError",
    "MessageSchema",
    "MessageTypeClash",
    "MotionLimits",
    "MotionLocks",
    "MotionPermit",
    "OperatingState",
    "OperatorPresence",
    "Pedal",
    "Pose",
    "PoseAtFrame",
    "RawDecoder",
    "RawMessage",
    "RemoteCentreState",
    "SaturatedPose",
    "SchemaMismatch",
    "TaskState",
    "TeleopScale",
    "TeleopState",
    "TrackingError",
    "UnknownMessageType",
    "WatchdogPhase",
    "WatchdogState",
    "as_raw",
    "clip",
    "describe",
    "encode_frame",
    "finite_check",
    "message_type",
    "message_types",
    "node_of",
    "prefix_of",
    "read_writer",
    "require_compatible",
    "topic_prefix",
    "writer_name",
]
