"""The accepted measures of one point's motion, over all its movements."""

from collections.abc import Callable, Iterator, Sequence

import msgspec
import numpy as np

from sutura.kinematics.skill.smoothness import log_dimensionless_jerk, spectral_arc_length
from sutura.kinematics.skill.track import Array, Track

_LEAST_MOVEMENT_S = 0.2
_LEAST_REST_S = 0.1


class MotionMeasures(msgspec.Struct, frozen=True):
    """What one point did.

    time [s]: how long it was watched; idle [s]: of that, slower than the idle speed; path [m]: its length, tremor
    included; economy: the straight lines of its movements over their paths, 1 at best; movements: from rest to
    rest; sparc, log_jerk: smoothness, the mean of the movements by their duration. None: no movement.
    """

    time: float
    idle: float
    path: float
    economy: float | None
    movements: int
    sparc: float | None
    log_jerk: float | None


def measure_motion(tracks: Sequence[Track], idle_speed: float) -> MotionMeasures:
    """Measure a point in the spans in which it was watched. idle_speed [m/s]: what is slower is rest."""
    moves = [part for track in tracks for part in movements(track, idle_speed)]
    straight = sum(float(np.linalg.norm(move.position[-1] - move.position[0])) for move in moves)
    return MotionMeasures(
        time=sum(track.duration for track in tracks),
        idle=sum(float(np.sum(track.voluntary < idle_speed)) / track.rate for track in tracks),
        path=sum(map(path_length, tracks)),
        economy=straight / moved if (moved := sum(map(path_length, moves))) > 0.0 else None,
        movements=len(moves),
        sparc=_mean(moves, lambda move: spectral_arc_length(np.linalg.norm(move.velocity, axis=1), move.rate)),
        log_jerk=_mean(moves, lambda move: log_dimensionless_jerk(move.velocity, move.rate)),
    )


def path_length(track: Track) -> float:
    """How far the point went [m]."""
    steps: Array = np.diff(track.position, axis=0)
    return float(np.sum(np.linalg.norm(steps, axis=1)))


def movements(track: Track, idle_speed: float) -> Iterator[Track]:
    """The parts of a track from rest to rest; a rest counts from 0.1 s on, a movement from 0.2 s on."""
    busy = track.voluntary >= idle_speed
    edges = np.flatnonzero(np.diff(busy.astype(np.int8), prepend=0, append=0)).reshape(-1, 2).tolist()
    spans: list[list[int]] = []
    for begin, end in edges:
        if spans and begin - spans[-1][1] < _LEAST_REST_S * track.rate:
            spans[-1][1] = end
        else:
            spans.append([begin, end])
    for begin, end in spans:
        if end - begin >= _LEAST_MOVEMENT_S * track.rate:
            yield Track(track.rate, *(part[begin:end] for part in track[1:]))


def _mean(moves: Sequence[Track], measure: Callable[[Track], float | None]) -> float | None:
    """The mean of a measure, each movement counting by its duration."""
    known = [(move.duration, value) for move in moves if (value := measure(move)) is not None]
    total = sum(duration for duration, _ in known)
    return sum(duration * value for duration, value in known) / total if total > 0.0 else None
