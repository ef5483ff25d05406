"""One message of every type, with something in every field."""

import pytest

from sutura.messages import (
    ArmState,
    Clutch,
    CompressedVideo,
    EmergencyStop,
    Evidence,
    FrameNotice,
    Heartbeat,
    JointCommand,
    JointsAtFrame,
    JointState,
    LimitCount,
    Message,
    MotionLimits,
    MotionLocks,
    MotionPermit,
    OperatingState,
    OperatorPresence,
    Pedal,
    Pose,
    PoseAtFrame,
    RawMessage,
    RemoteCentreState,
    SaturatedPose,
    TaskState,
    TeleopScale,
    TeleopState,
    TrackingError,
    WatchdogPhase,
    WatchdogState,
    message_types,
)

_JOINTS = ("yaw", "pitch", "insertion", "roll", "wrist_pitch", "wrist_yaw")
_SIX = (0.1, -0.2, 0.15, 1.5, -0.7, 0.0)

_SAMPLES: tuple[Message, ...] = (
    Pose((0.01, -0.02, 0.13), (0.5, -0.5, 0.5, 0.5)),
    JointState(_JOINTS, _SIX, _SIX, _SIX),
    JointCommand(_JOINTS, _SIX),
    TrackingError(0.0004, 0.01),
    SaturatedPose((0.01, -0.02, 0.13), (0.5, -0.5, 0.5, 0.5), _JOINTS[:2]),
    RemoteCentreState(0.0002),
    Clutch(True),
    Pedal(True),
    OperatorPresence(True),
    EmergencyStop(False),
    MotionLocks(True, False),
    TeleopScale(0.25),
    TeleopState("following", "re-clutched", 0.2, True, False),
    LimitCount("joint_speed", 12, True),
    MotionLimits((LimitCount("tip_speed", 3, False),), "the tool tip is kept to its speed limit"),
    Heartbeat("scaling", 12_345, "no input"),
    Evidence("operator@1f", 71, 5_000_000_000),
    MotionPermit(3, (Evidence("operator@1f", 71, 5_000_000_000), Evidence("arm@2a", 8, 6_000_000_000))),
    WatchdogState(WatchdogPhase.GRANTING, 3, 1, "arm fell silent"),
    OperatingState(ArmState.ENABLED, True, False, "ready"),
    TaskState(1, 0),
    RawMessage(b"\x98\xa1t\xc0"),
    JointsAtFrame("PSM1/measured_js", 7_000_000_000, _JOINTS, _SIX),
    PoseAtFrame("PSM1/measured_cp", 7_000_000_000, (0.01, -0.02, 0.13), (0.5, -0.5, 0.5, 0.5)),
    CompressedVideo(
        7_000_000_100,
        "camera",
        b"\x00\x00\x00\x01\x67",
        "h264",
        True,
        (JointsAtFrame("PSM1/measured_js", 7_000_000_000, _JOINTS, _SIX),),
        (PoseAtFrame("PSM1/measured_cp", 7_000_000_000, (0.01, -0.02, 0.13), (0.5, -0.5, 0.5, 0.5)),),
    ),
    FrameNotice(7_000_000_100, "camera", 1280, 480, "rgb8", "camera", 2, 41, 1_843_200, 3_735_928_559),
)


@pytest.fixture(scope="session")
def samples() -> tuple[Message, ...]:
    """One message of each of Sutura's own types."""
    ours = {kind for kind in message_types().values() if kind.__module__.startswith("sutura.messages.")}
    assert {type(sample) for sample in _SAMPLES} == ours, "give each message type a sample"
    return _SAMPLES
