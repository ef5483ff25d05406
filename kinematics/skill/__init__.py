"""Measures of skill: how far, how directly, how smoothly and with how much waiting a point was moved."""

from sutura.kinematics.skill.measures import MotionMeasures, measure_motion
from sutura.kinematics.skill.smoothness import log_dimensionless_jerk, spectral_arc_length
from sutura.kinematics.skill.track import Track, track_of

__all__ = [
    "MotionMeasures",
    "Track",
    "log_dimensionless_jerk",
    "measure_motion",
    "spectral_arc_length",
    "track_of",
]
