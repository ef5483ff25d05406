"""What kept a motion from being as it was commanded."""

from sutura.messages.fields import Count, Name, Text
from sutura.messages.message import Message


class LimitCount(Message, frozen=True):
    """How many commands one kind of limit has changed, and whether it is doing so now."""

    reason: Name
    count: Count
    active: bool


class MotionLimits(Message, frozen=True):
    """The limits that a node has had to apply since it began, and the newest one in words."""

    limits: tuple[LimitCount, ...] = ()
    text: Text = ""
