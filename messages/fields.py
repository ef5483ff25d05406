"""Field types with their unit and bounds; the bounds are what refuses NaN and Inf while decoding."""

import sys
from typing import Annotated

from msgspec import Meta

_MAX = sys.float_info.max
_STAMP_MAX = 2**63 - 1

Metres = Annotated[float, Meta(ge=-_MAX, le=_MAX, extra={"unit": "m"})]
MetresPerSecond = Annotated[float, Meta(ge=-_MAX, le=_MAX, extra={"unit": "m/s"})]
Radians = Annotated[float, Meta(ge=-_MAX, le=_MAX, extra={"unit": "rad"})]
RadiansPerSecond = Annotated[float, Meta(ge=-_MAX, le=_MAX, extra={"unit": "rad/s"})]
JointPosition = Annotated[float, Meta(ge=-_MAX, le=_MAX, extra={"unit": "rad or m"})]
JointVelocity = Annotated[float, Meta(ge=-_MAX, le=_MAX, extra={"unit": "rad/s or m/s"})]
JointEffort = Annotated[float, Meta(ge=-_MAX, le=_MAX, extra={"unit": "N m or N"})]
Ratio = Annotated[float, Meta(ge=-_MAX, le=_MAX, extra={"unit": "1"})]

Nanoseconds = Annotated[int, Meta(ge=0, le=_STAMP_MAX, extra={"unit": "ns"})]
Count = Annotated[int, Meta(ge=0, le=_STAMP_MAX, extra={"unit": "1"})]

Name = Annotated[str, Meta(max_length=64)]
Topic = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=400)]

Position = tuple[Metres, Metres, Metres]
Quaternion = tuple[Ratio, Ratio, Ratio, Ratio]

MAX_JOINTS = 32
JointNames = Annotated[tuple[Name, ...], Meta(max_length=MAX_JOINTS)]
JointPositions = Annotated[tuple[JointPosition, ...], Meta(max_length=MAX_JOINTS)]
JointVelocities = Annotated[tuple[JointVelocity, ...], Meta(max_length=MAX_JOINTS)]
JointEfforts = Annotated[tuple[JointEffort, ...], Meta(max_length=MAX_JOINTS)]


def clip(text: str) -> str:
    """Shorten free text to what a `Text` field takes, so that a long cause is cut rather than refused."""
    return text if len(text) <= 400 else text[:399] + "…"
