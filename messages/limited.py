"""Messages that say what keeps the tool from where it was sent: joint limits, and a remote centre of motion."""

from sutura.messages.fields import JointNames, Metres
from sutura.messages.message import Message
from sutura.messages.motion import Pose


class SaturatedPose(Pose, frozen=True):
    """Where the tool goes instead of a pose beyond the joint limits; sent only while it is beyond.

    A pose, and joint: names of the joints that are at a limit. The envelope's origin is that of the pose beyond.
    """

    joint: JointNames


class RemoteCentreState(Message, frozen=True):
    """How far the tool's shaft passes from the remote centre of motion. deviation [m], >= 0."""

    deviation: Metres
