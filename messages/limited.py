"""Messages that say what keeps the tool from where it was sent: joint limits, and a remote centre of motion."""

from sutura.messages.fields import JointNames, Metres, Position, Quaternion
from sutura.messages.message import Message


class LimitedPose(Message, frozen=True):
    """Where the tool goes instead of a pose beyond the joint limits; sent only while it is beyond.

    position: (3,) [m]; orientation: (4,) unit quaternion x, y, z, w, both in the frame that the port names;
    joint: names of the joints that are at a limit. The envelope's origin is that of the pose beyond.
    """

    position: Position
    orientation: Quaternion
    joint: JointNames


class RemoteCentreState(Message, frozen=True):
    """How far the tool's shaft passes from the remote centre of motion. deviation [m], >= 0."""

    deviation: Metres
