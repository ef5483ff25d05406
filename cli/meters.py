"""What can be measured of a topic that is listened to, over its last messages."""

import statistics
from collections import deque
from typing import Protocol

import msgspec

from sutura.cli.observe import RhythmMeter
from sutura.messages import Frame, Message


class Meter(Protocol):
    """Takes messages and says what it has found. what: its name in JSON."""

    what: str

    def add(self, frame: Frame[Message], size: int, now: int) -> None:
        """Take a message of `size` bytes that came at `now` [ns]."""

    def found(self) -> msgspec.Struct:
        """The figures, SI units, for a script."""

    def line(self) -> str:
        """The figures for a person."""


class HzMeter:
    """How often a writer speaks."""

    what = "rhythm"

    def __init__(self, window: int) -> None:
        self._rhythm = RhythmMeter(window)
        self.found = self._rhythm.rhythm

    def add(self, frame: Frame[Message], size: int, now: int) -> None:
        """Take a message."""
        self._rhythm.add(frame.seq, frame.stamp, now)

    def line(self) -> str:
        """Rate, periods, age."""
        r = self.found()
        if r.rate_hz is None:
            return "no rate yet"
        periods = f"min {_ms(r.period_min)} max {_ms(r.period_max)} std dev {_ms(r.period_std)}"
        age = f"age p50 {_ms(r.age_p50)} max {_ms(r.age_max)}"
        return f"{r.rate_hz:.2f} Hz  period {periods}  {age}  window {r.window}"


class Bandwidth(msgspec.Struct, frozen=True):
    """bytes_per_s: None before two messages; sizes in bytes, envelope included."""

    bytes_per_s: float | None
    size_mean: float | None
    size_min: int | None
    size_max: int | None
    window: int


class BandwidthMeter:
    """How many bytes a topic carries."""

    what = "bandwidth"

    def __init__(self, window: int) -> None:
        self._seen: deque[tuple[int, int]] = deque(maxlen=window)

    def add(self, frame: Frame[Message], size: int, now: int) -> None:
        """Take a message."""
        self._seen.append((frame.stamp, size))

    def found(self) -> Bandwidth:
        """Of what was taken; the first message's bytes belong to the time before."""
        sizes = [size for _, size in self._seen]
        span = (self._seen[-1][0] - self._seen[0][0]) * 1e-9 if self._seen else 0.0
        return Bandwidth(
            bytes_per_s=sum(sizes[1:]) / span if span > 0.0 else None,
            size_mean=statistics.fmean(sizes) if sizes else None,
            size_min=min(sizes, default=None),
            size_max=max(sizes, default=None),
            window=len(sizes),
        )

    def line(self) -> str:
        """Rate and sizes."""
        b = self.found()
        if b.bytes_per_s is None:
            return "no rate yet"
        sizes = f"mean {b.size_mean:.0f} B min {b.size_min} B max {b.size_max} B"
        return f"{b.bytes_per_s / 1e3:.2f} kB/s  message {sizes}  window {b.window}"


class Delay(msgspec.Struct, frozen=True):
    """Ages when they came here [s]: of messages, and of the gestures or readings that caused them."""

    age_p50: float | None
    age_p99: float | None
    age_max: float | None
    origin_p50: float | None
    origin_p99: float | None
    origin_max: float | None
    window: int


class DelayMeter:
    """How old messages are when they come here."""

    what = "delay"

    def __init__(self, window: int) -> None:
        self._seen: deque[tuple[int, int]] = deque(maxlen=window)

    def add(self, frame: Frame[Message], size: int, now: int) -> None:
        """Take a message."""
        self._seen.append((now - frame.stamp, now - frame.origin))

    def found(self) -> Delay:
        """Of what was taken."""
        return Delay(*_told([a for a, _ in self._seen]), *_told([o for _, o in self._seen]), len(self._seen))

    def line(self) -> str:
        """Age, and age of the gesture."""
        d = self.found()
        age = f"age p50 {_ms(d.age_p50)} p99 {_ms(d.age_p99)} max {_ms(d.age_max)}"
        origin = f"since its cause p50 {_ms(d.origin_p50)} p99 {_ms(d.origin_p99)} max {_ms(d.origin_max)}"
        return f"{age}  {origin}  window {d.window}"


def _told(ages: list[int]) -> tuple[float | None, float | None, float | None]:
    """p50, p99 and maximum [s] of ages [ns]."""
    if not ages:
        return None, None, None
    ordered = sorted(ages)
    at = [ordered[min(len(ordered) - 1, int(q * len(ordered)))] * 1e-9 for q in (0.5, 0.99, 1.0)]
    return at[0], at[1], at[2]


def _ms(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1e3:.3f} ms"
