"""Numbers of a recording over time, chosen as `TOPIC.field`."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sutura.record.columns import Row, rows_of
from sutura.record.errors import UnknownField
from sutura.record.reader import Recording, TopicInfo


@dataclass(frozen=True)
class Choice:
    """What shall be seen of a recording: a topic, and a path to one number, a series or a struct of them."""

    topic: str
    path: str


@dataclass
class Series:
    """One number over time. label: topic and path, for a joint with its name; unit: SI, empty where none is known;
    time: (n,) [s] since the start of the run; value: (n,)."""

    label: str
    unit: str
    time: list[float] = field(default_factory=list)
    value: list[float] = field(default_factory=list)


def choice_of(recording: Recording, text: str) -> Choice:
    """What `TOPIC.field`, or a whole `TOPIC`, means in a recording. Raises UnknownField with the nearest names."""
    topics = recording.topics
    fits = [topic for topic in topics if text.startswith(f"{topic}.") or text == topic]
    if not fits:
        raise UnknownField("topic", text.partition(".")[0], topics)
    topic = max(fits, key=len)
    path = text[len(topic) + 1 :]
    known = [f.name for f in topics[topic].fields]
    if path and path.partition(".")[0].partition("[")[0] not in known:
        raise UnknownField(f"field of {topic}", path, known)
    return Choice(topic, path)


def series_of(recording: Recording, choices: Sequence[Choice], since: float, until: float) -> list[Series]:
    """Every number that is chosen, in the order of choosing. since, until [s]: since the start of the run.

    Raises UnknownField where a path leads to no number.
    """
    begin, end = (recording.start + round(min(seconds, 9e9) * 1e9) for seconds in (since, until))
    return [series for choice in choices for series in _series(recording, choice, max(begin, 0), end)]


def _series(recording: Recording, choice: Choice, begin: int, end: int) -> list[Series]:
    found: dict[str, Series] = {}
    others: set[str] = set()
    for row in rows_of(recording, choice.topic, begin, end):
        for path, value in row.values.items():
            if not isinstance(value, bool | int | float):
                continue
            if _is_within(path, choice.path):
                if path not in found:
                    label = _label(choice.topic, path, row)
                    found[path] = Series(label, _unit(recording.topics[choice.topic], path))
                found[path].time.append(row.time)
                found[path].value.append(float(value))
            else:
                others.add(path)
    if not found:
        raise UnknownField(f"number in messages of {choice.topic} in this time", choice.path, others)
    return list(found.values())


def _is_within(path: str, chosen: str) -> bool:
    return chosen in ("", path) or path.startswith((f"{chosen}.", f"{chosen}["))


def _label(topic: str, path: str, row: Row) -> str:
    """A joint's value carries the name of the joint."""
    name = row.values.get(f"name[{path.rpartition('[')[2][:-1]}]") if path.endswith("]") else None
    return f"{topic}.{path} ({name})" if isinstance(name, str) else f"{topic}.{path}"


def _unit(info: TopicInfo, path: str) -> str:
    head = path.partition(".")[0].partition("[")[0]
    unit = next((f.unit for f in info.fields if f.name == head), "")
    return "" if unit == "1" or "," in unit else unit
