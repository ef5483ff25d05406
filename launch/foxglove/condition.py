"""How the nodes are: changes as lines of a log, and once a second all of them as ROS diagnostics, which Foxglove's
diagnostics panels show (it has no schema of its own for them)."""

import json
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

import msgspec

from sutura.launch.foxglove.outgoing import Channel, Outgoing
from sutura.messages import (
    ArmState,
    Heartbeat,
    MotionLimits,
    OperatingState,
    TeleopState,
    WatchdogPhase,
    WatchdogState,
)

DIAGNOSTICS = "diagnostics"
_PERIOD_NS = 1_000_000_000
_SILENT_NS = 1_000_000_000
_INT, _TEXT = {"type": "integer"}, {"type": "string"}
_STAMP = {"type": "object", "properties": {"sec": _INT, "nsec": _INT}}
_VALUE = {"type": "object", "properties": {"key": _TEXT, "value": _TEXT}}
_STATUS = {
    "type": "object",
    "properties": {
        "level": _INT,
        "name": _TEXT,
        "message": _TEXT,
        "hardware_id": _TEXT,
        "values": {"type": "array", "items": _VALUE},
    },
}
_SCHEMA = {
    "type": "object",
    "properties": {
        "header": {"type": "object", "properties": {"stamp": _STAMP, "frame_id": _TEXT}},
        "status": {"type": "array", "items": _STATUS},
    },
}
_CHANNEL = Channel(
    DIAGNOSTICS, "diagnostic_msgs/DiagnosticArray", "jsonschema", json.dumps(_SCHEMA).encode(), "json"
)


class Level(IntEnum):
    """As in ROS diagnostics."""

    OK = 0
    WARN = 1
    ERROR = 2
    STALE = 3


class Condition(NamedTuple):
    """How something is: level, in words, and since when it was heard last [ns]."""

    level: Level
    text: str
    at: int
    beats: bool


class Conditions:
    """Keeps how every node is."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Condition] = {}
        self._next = 0

    def hear(self, node: str, topic: str, payload: object, at: int) -> tuple[str, str] | None:
        """Take a message; the level and words for the log where something changed."""
        told = _told(payload)
        if told is None:
            return None
        level, text = told
        beats = isinstance(payload, Heartbeat)
        before = self._known.get((node, topic))
        self._known[node, topic] = Condition(level, text, at, beats)
        if before is not None and before[:2] == (level, text):
            return None
        if before is None and level is Level.OK and beats:
            return None
        return {Level.OK: "info", Level.WARN: "warning"}.get(level, "error"), f"{topic}: {text}"

    def due(self, at: int) -> Iterator[Outgoing]:
        """The diagnostics, once a second."""
        if at < self._next or not self._known:
            return
        self._next = at + _PERIOD_NS
        status = [
            {"level": level, "name": f"{node}: {topic}", "message": text, "hardware_id": node, "values": []}
            for (node, topic), condition in self._known.items()
            for level, text in [_now(condition, at)]
        ]
        when = {"sec": at // 1_000_000_000, "nsec": at % 1_000_000_000}
        yield Outgoing(_CHANNEL, msgspec.json.encode({"header": {"stamp": when, "frame_id": ""}, "status": status}))


def _now(condition: Condition, at: int) -> tuple[int, str]:
    silent = at - condition.at
    if condition.beats and silent > _SILENT_NS:
        return int(Level.STALE), f"silent for {silent * 1e-9:.1f} s"
    return int(condition.level), condition.text


def _told(payload: object) -> tuple[Level, str] | None:
    if isinstance(payload, Heartbeat):
        return (Level.ERROR, payload.fault) if payload.fault else (Level.OK, "ok")
    if isinstance(payload, OperatingState):
        levels = {ArmState.FAULT: Level.ERROR, ArmState.ENABLED: Level.OK}
        return levels.get(payload.state, Level.WARN), _words(payload.state.value, payload.cause)
    if isinstance(payload, WatchdogState):
        levels_of = {WatchdogPhase.LATCHED: Level.ERROR, WatchdogPhase.GRANTING: Level.OK}
        cause = "" if payload.phase is WatchdogPhase.GRANTING else payload.cause
        return levels_of.get(payload.phase, Level.WARN), _words(payload.phase.value, cause)
    if isinstance(payload, TeleopState):
        return Level.OK, _words(payload.state, payload.cause)
    if isinstance(payload, MotionLimits):
        active = [limit.reason for limit in payload.limits if limit.active]
        return (Level.WARN, f"limited: {', '.join(active)}") if active else (Level.OK, "no limit is reached")
    return None


def _words(state: str, cause: str) -> str:
    return f"{state}: {cause}" if cause else state
