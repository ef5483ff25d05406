"""Scores of runs side by side, for a person or a script."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from sutura.cli.output import say, show_json, show_table, warn
from sutura.cli.picture import Panel, draw, require_picture
from sutura.cli.recordings import tell_unless_whole
from sutura.kinematics.skill import MotionMeasures
from sutura.launch.kept_runs import kept_runs
from sutura.launch.score import Score, score
from sutura.record import BadRecording, Recording

# name of a measure, its unit, decimals
_MOTION = (
    ("path", "m", 3),
    ("economy", "1", 3),
    ("sparc", "1", 2),
    ("log_jerk", "1", 2),
    ("idle", "s", 1),
    ("movements", "1", 0),
)
Line = tuple[str, str, list[float | None], int]


def show_score(file: Path, beside: Sequence[Path], earlier: int, picture: Path | None, as_json: bool) -> None:
    """Print the score of a recording, beside others. Raises BadRecording and what `draw` raises."""
    if picture is not None:
        require_picture(picture)
    scores = [_score(path) for path in (file, *beside)]
    scores += _earlier(scores[0], earlier)
    if picture is not None:
        draw([_panel(line, scores) for line in lines_of(scores)], f"score of {_title(scores[0])}", picture)
    if as_json:
        beside_data = [msgspec.to_builtins(other) for other in scores[1:]]
        return show_json(
            {**msgspec.to_builtins(scores[0]), "beside": beside_data, "plot": picture and str(picture)}
        )
    _say(scores)
    if picture is not None:
        say(f"plot: {picture}")
    return None


def lines_of(scores: Sequence[Score]) -> Iterator[Line]:
    """Measure by measure: its name, unit, its value in every run, and how many decimals it deserves."""
    for hand in scores[0].hands:
        same = [next((h for h in other.hands if h.name == hand.name), None) for other in scores]
        yield f"{hand.name}: time", "s", [h.time if h else None for h in same], 1
        yield f"{hand.name}: clutches", "1", [h.clutches if h else None for h in same], 0
        yield from _motion(f"{hand.name}: hand", [h.hand if h else None for h in same])
        if hand.tool is not None:
            yield from _motion(f"{hand.name}: tool", [h.tool if h else None for h in same])
    exercise = scores[0].exercise
    for name in exercise.figures if exercise is not None else ():
        counts = [other.exercise.figures.get(name) if other.exercise else None for other in scores]
        yield f"exercise: {name}", "1", counts, 0
        first = [other.exercise.first_at.get(name) if other.exercise else None for other in scores]
        if any(at is not None for at in first):
            yield f"exercise: first of {name} at", "s", first, 1


def _motion(whose: str, measured: Sequence[MotionMeasures | None]) -> Iterator[Line]:
    for name, unit, decimals in _MOTION:
        values = [None if m is None else getattr(m, name) for m in measured]
        yield f"{whose} {name.replace('_', ' ')}", unit, values, decimals


def _earlier(newest: Score, count: int) -> list[Score]:
    """The scores of kept runs of the same topology, newest first; what cannot be scored is passed over and told."""
    found: list[Score] = []
    for run in kept_runs() if count else ():
        path = Path(run.path) / "recording.mcap"
        if run.is_live or run.topology != newest.topology or run.name == newest.run or not path.is_file():
            continue
        try:
            found.append(_score(path))
        except BadRecording as error:
            warn(f"notice: passed over: {error}")
        if len(found) == count:
            break
    return found


def _score(path: Path) -> Score:
    recording = Recording(path)
    found = score(recording)
    tell_unless_whole(recording)
    return found


def _say(scores: Sequence[Score]) -> None:
    def shown(value: float | None, decimals: int) -> str:
        return "–" if value is None else f"{value:.{decimals}f}"

    heads = [_title(other) for other in scores]
    rows = [
        (name, "" if unit == "1" else unit, *(shown(value, decimals) for value in values))
        for name, unit, values, decimals in lines_of(scores)
    ]
    show_table(("MEASURE", "UNIT", *heads), rows)
    exercise = scores[0].exercise
    if exercise is None:
        say("exercise: no simulated world judged one")
    elif exercise.absent:
        say(f"exercise: not told by this world: {', '.join(exercise.absent)}")


def _panel(line: Line, scores: Sequence[Score]) -> Panel:
    name, unit, values, _ = line
    bars = {_title(other): value for other, value in zip(scores, values, strict=True) if value is not None}
    return Panel(f"{name} [{unit}]" if unit != "1" else name, bars=bars)


def _title(scored: Score) -> str:
    return scored.run or Path(scored.file).name
