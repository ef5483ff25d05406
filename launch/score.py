"""The score of a recorded run: skill of each hand and its tool, and what came of the simulated exercise."""

from collections.abc import Mapping

import msgspec
import numpy as np

from sutura.kinematics.skill import MotionMeasures, Track, measure_motion, track_of
from sutura.launch.score_exercise import Exercise, ExerciseWatch
from sutura.launch.score_hands import HandTopics, hands_of, task_topics_of
from sutura.messages import Clutch, Message, Pose, TaskState, TeleopState
from sutura.record import BadRecording, Recording

HAND_IDLE_SPEED = 0.005  # [m/s]
TOOL_IDLE_SPEED = 0.001  # [m/s]
FOLLOWING = "following"
_GAP_NS = 200_000_000  # a silence that is longer ends a span: nobody knows where the point was

Span = list[tuple[int, tuple[float, float, float]]]


class HandScore(msgspec.Struct, frozen=True):
    """One hand. time [s]: from when it first drove the tool to when it last did; clutches: how often the clutch was
    pressed in that time; hand, tool: measured while the hand drove; tool is None where no tip was recorded."""

    name: str
    topic: str
    time: float
    clutches: int | None
    hand: MotionMeasures
    tool: MotionMeasures | None


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """A run's score. duration [s]: of the recording; exercise: None where no world judged one."""

    file: str
    run: str
    topology: str
    started: str
    duration: float
    hands: tuple[HandScore, ...]
    exercise: Exercise | None


def score(recording: Recording) -> Score:
    """Score a recording. Raises BadRecording where it tells of no hand, TopologyError for a broken topology."""
    hands = [_HandWatch(topics) for topics in hands_of(recording)]
    hands = [hand for hand in hands if hand.topics.pose in recording.topics]
    if not hands:
        raise BadRecording(recording.path, "no hand that drives a tool was recorded, so there is no skill to score")
    task = ExerciseWatch(recording.start)
    tasks = frozenset(task_topics_of(recording))
    wanted = tasks.union(*(hand.wanted for hand in hands))
    last = recording.start
    for message in recording.messages(wanted):
        stamp, payload = message.frame.stamp, message.frame.payload
        last = max(last, stamp)
        if not isinstance(payload, Message):
            raise BadRecording(recording.path, f"its {message.frame.type} is not the one that is known here")
        if isinstance(payload, TaskState):
            task.hear(stamp, payload)
        for hand in hands:
            hand.hear(message.topic, stamp, payload)
    facts = recording.facts
    return Score(
        file=str(recording.path),
        run=facts.run if facts else "",
        topology=facts.topology if facts else "",
        started=facts.started if facts else "",
        duration=(last - recording.start) / 1e9,
        hands=tuple(hand.score() for hand in hands),
        exercise=task.result() if tasks else None,
    )


class _HandWatch:
    """Takes what one hand and its tool did, as far as the hand drove."""

    def __init__(self, topics: HandTopics) -> None:
        self.topics = topics
        self._spans: Mapping[str, list[Span]] = {topics.pose: [], topics.tool: []}
        self._drives = False
        self._states = 0
        self._pressed: bool | None = None
        self._presses: list[int] = []
        self._first = self._last = 0

    @property
    def wanted(self) -> frozenset[str]:
        """The topics to hear."""
        t = self.topics
        return frozenset({t.pose, t.tool, t.clutch, t.state} - {""})

    def hear(self, topic: str, stamp: int, payload: Message) -> None:
        """Take a message in the order of the recording."""
        if topic == self.topics.state and isinstance(payload, TeleopState):
            self._states += 1
            if self._drives != (payload.state == FOLLOWING):
                self._drives = not self._drives
                self._cut()
        elif topic == self.topics.clutch and isinstance(payload, Clutch):
            if payload.pressed and self._pressed is False:
                self._presses.append(stamp)
            self._pressed = payload.pressed
        elif topic in self._spans and isinstance(payload, Pose) and self._drives:
            self._take(self._spans[topic], stamp, payload)

    def score(self) -> HandScore:
        """What it came to."""
        presses = sum(self._first <= at <= self._last for at in self._presses)
        has_tool = bool(self.topics.tool) and any(self._spans[self.topics.tool])
        return HandScore(
            name=self.topics.name,
            topic=self.topics.pose,
            time=(self._last - self._first) / 1e9,
            clutches=presses if self._pressed is not None else None,
            hand=measure_motion(_tracks(self._spans[self.topics.pose]), HAND_IDLE_SPEED),
            tool=measure_motion(_tracks(self._spans[self.topics.tool]), TOOL_IDLE_SPEED) if has_tool else None,
        )

    def _cut(self) -> None:
        for spans in self._spans.values():
            spans.append([])

    def _take(self, spans: list[Span], stamp: int, pose: Pose) -> None:
        self._first = self._first or stamp
        self._last = max(self._last, stamp)
        if spans[-1] and not 0 < stamp - spans[-1][-1][0] <= _GAP_NS:
            spans.append([])
        spans[-1].append((stamp, pose.position))


def _tracks(spans: list[Span]) -> list[Track]:
    tracks = []
    for span in spans:
        times = np.array([stamp - span[0][0] for stamp, _ in span], np.float64) * 1e-9
        if (track := track_of(times, np.array([position for _, position in span], np.float64))) is not None:
            tracks.append(track)
    return tracks
