"""Recordings shown to a person or a script."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from sutura.cli.errors import FileRefused, UnknownRecordedTopic
from sutura.cli.output import say, show_json, show_table, warn
from sutura.cli.running import require_writable
from sutura.launch.replay import Replay, replay
from sutura.record import Comparison, Recording, Tolerances, compare, figures_of

_MIB = 2**20


def show_info(path: Path, as_json: bool) -> None:
    """What ran, and what was recorded of each topic. Raises BadRecording."""
    recording = Recording(path)
    figures = figures_of(recording)
    if as_json:
        return show_json({**_about(recording), **msgspec.to_builtins(figures), "connections": recording.links})
    facts = recording.facts
    say(f"recording  {path} ({recording.size / _MIB:.1f} MiB, {_ending(recording)})")
    if facts is not None:
        clock = "virtual clock" if facts.is_virtual else "real clock"
        say(f"run        {facts.topology}, seed {facts.seed}, {clock}, {facts.started}")
        if facts.settings:
            say(f"settings   {', '.join(facts.settings)}")
        for name, values in (("arguments", facts.arguments), ("versions", facts.versions)):
            say(f"{name:10} {', '.join(f'{key} {value}' for key, value in values.items()) or 'none'}")
    say(f"duration   {figures.duration_s:.3f} s, {figures.messages} messages, {figures.missed} missed")
    rows = [
        (
            t.topic,
            t.type,
            str(t.messages),
            f"{t.rate_hz:.1f}",
            str(t.missed),
            _lost(recording, t.topic),
            str(t.bytes),
        )
        for t in figures.topics
    ]
    show_table(("TOPIC", "TYPE", "MESSAGES", "HZ", "MISSED", "LOST", "BYTES"), rows)
    return None


def show_diff(a: Path, b: Path, tolerances: Sequence[str], topics: Sequence[str] | None, as_json: bool) -> int:
    """Compare two recordings; 0 when they are equal, else 1.

    Raises BadRecording, BadTolerance, UnknownRecordedTopic.
    """
    allowed = Tolerances(tolerances)
    first, second = Recording(a), Recording(b)
    known = {**first.topics, **second.topics}
    for topic in topics or ():
        if topic not in known:
            raise UnknownRecordedTopic(topic, known)
    comparison = compare(first, second, allowed, topics)
    for recording in (first, second):
        tell_unless_whole(recording)
    if as_json:
        show_json({"a": str(a), "b": str(b), **msgspec.to_builtins(comparison)})
    else:
        _say_comparison(comparison)
    return 0 if comparison.equal else 1


def show_replay(
    path: Path,
    nodes: Sequence[str],
    settings: Sequence[str],
    out: Path | None,
    tolerances: Sequence[str],
    as_json: bool,
) -> int:
    """Replay nodes; 0 when they say what was recorded, else 1. Raises what `sutura.launch.replay.replay` raises."""
    if out is not None:
        require_writable(out)
        if out.exists():
            raise FileRefused(out, "it is there already, and recordings are never overwritten")
    result = replay(Recording(path), nodes, settings, out, Tolerances(tolerances))
    if as_json:
        kept = str(out) if out is not None else None
        show_json({"recording": str(path), "out": kept, **msgspec.to_builtins(result)})
    else:
        _say_replay(result)
        if out is not None:
            say(f"recording: {out}")
    return 0 if result.comparison.equal else 1


def tell_unless_whole(recording: Recording) -> None:
    """A notice about a recording that was cut off, or damaged as far as it has been read."""
    if not recording.is_complete or recording.damage:
        warn(f"notice: {recording.path} is not whole: {_ending(recording)}")


def _about(recording: Recording) -> dict[str, object]:
    facts = recording.facts
    return {
        "file": str(recording.path),
        "size": recording.size,
        "complete": recording.is_complete and not recording.damage,
        "ending": _ending(recording),
        "start_ns": recording.start,
        "topology": facts.topology if facts else None,
        "run": facts.run if facts else None,
        "started": facts.started if facts else None,
        "seed": facts.seed if facts else None,
        "clock": facts.clock if facts else None,
        "arguments": facts.arguments if facts else {},
        "settings": facts.settings if facts else (),
        "versions": facts.versions if facts else {},
        "params": facts.params if facts else {},
    }


def _ending(recording: Recording) -> str:
    if recording.damage:
        return f"damaged: {recording.damage}"
    return "ended in good order" if recording.is_complete else "cut off, or still being written"


def _lost(recording: Recording, topic: str) -> str:
    """What readers lost of a topic, the recorder among them, by the report; unknown without one."""
    return str(sum(link.lost for link in recording.links if link.topic == topic)) if recording.links else "–"


def _say_comparison(comparison: Comparison) -> None:
    differing = [(topic, topic.first) for topic in comparison.topics if topic.first is not None]
    rows = [
        (
            t.topic,
            f"{first.at_s:.6f}",
            f"{t.differing} of {t.compared}",
            str(t.only_in_a),
            str(t.only_in_b),
            first.what,
        )
        for t, first in differing
    ]
    compared = sum(topic.compared for topic in comparison.topics)
    times = "times included" if comparison.times_compared else "times not compared"
    if comparison.first is None:
        return say(f"equal: {compared} messages of {len(comparison.topics)} topics, {times}")
    say(f"first difference: {comparison.first}")
    return show_table(("TOPIC", "FIRST AT S", "DIFFER", "ONLY IN A", "ONLY IN B", "FIRST"), rows)


def _say_replay(result: Replay) -> None:
    say(f"replayed {', '.join(result.nodes)}: {result.fed} messages in, {result.said} out")
    for note in result.notes:
        say(f"notice: {note}")
    if result.not_compared:
        say(f"not compared, as timers drive them: {', '.join(result.not_compared)}")
    _say_comparison(result.comparison)
