"""`sutura topic bw` and `delay`: how much a topic carries, and how old it is when it comes."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from sutura.cli.errors import NothingCame
from sutura.cli.listening import heard
from sutura.cli.live_run import watched_run
from sutura.cli.observe import Observer
from sutura.cli.output import micro, say, show_json
from sutura.messages import Frame, Message
from sutura.runtime.clock import monotonic

_SECOND_NS = 1_000_000_000


class Bandwidth(msgspec.Struct, frozen=True):
    """bytes_s: bytes a second by the stamps of the window; size_min, size_mean, size_max [bytes]: of a frame."""

    bytes_s: float | None
    size_min: int
    size_mean: float
    size_max: int
    window: int


class Delay(msgspec.Struct, frozen=True):
    """Ages when a message came here [s]: since its stamp, and since the gesture or reading that caused it."""

    stamp_p50: float
    stamp_p99: float
    stamp_max: float
    origin_p50: float
    origin_p99: float
    origin_max: float
    window: int


def measure_bandwidth(topic: str, run_name: str | None, window: int, seconds: float, as_json: bool) -> None:
    """Print what a topic carries, once a second. Raises UnknownTopic, NoSuchRun; NothingCame if nothing did."""
    seen: deque[tuple[int, int]] = deque(maxlen=window)

    def figures() -> Bandwidth:
        sizes = [size for _, size in seen]
        span = (seen[-1][0] - seen[0][0]) * 1e-9
        rate = sum(sizes[1:]) / span if span > 0.0 else None
        return Bandwidth(rate, min(sizes), sum(sizes) / len(sizes), max(sizes), len(sizes))

    def line(found: Bandwidth) -> str:
        rate = "no rate yet" if found.bytes_s is None else f"{found.bytes_s / 1000.0:.2f} kB/s"
        sizes = f"min {found.size_min} mean {found.size_mean:.0f} max {found.size_max} B"
        return f"{rate}  frame {sizes}  window {found.window}"

    def take(frame: Frame[Message], observer: Observer) -> None:
        seen.append((frame.stamp, observer.size))

    _measure(topic, run_name, seconds, as_json, take, lambda: figures(), lambda: line(figures()))


def measure_delay(topic: str, run_name: str | None, window: int, seconds: float, as_json: bool) -> None:
    """Print how old messages are when they come here, once a second. Raises as `measure_bandwidth` does."""
    seen: deque[tuple[int, int]] = deque(maxlen=window)

    def figures() -> Delay:
        stamps, origins = (sorted(ages) for ages in zip(*seen, strict=True))
        return Delay(*_shares(stamps), *_shares(origins), len(seen))

    def line(found: Delay) -> str:
        since_stamp = f"p50 {micro(found.stamp_p50)} p99 {micro(found.stamp_p99)} max {micro(found.stamp_max)} µs"
        since_origin = (
            f"p50 {micro(found.origin_p50)} p99 {micro(found.origin_p99)} max {micro(found.origin_max)} µs"
        )
        return f"since stamp {since_stamp}  since gesture {since_origin}  window {found.window}"

    def take(frame: Frame[Message], observer: Observer) -> None:
        now = monotonic()
        seen.append((now - frame.stamp, now - (frame.origin or frame.stamp)))

    _measure(topic, run_name, seconds, as_json, take, lambda: figures(), lambda: line(figures()))


def _measure(
    topic: str,
    run_name: str | None,
    seconds: float,
    as_json: bool,
    take: Callable[[Frame[Message], Observer], None],
    figures: Callable[[], object],
    line: Callable[[], str],
) -> None:
    """Listen and tell: each second, or with --json and a bound once, at the end."""
    each_second = not as_json or math.isinf(seconds)
    tell_at = monotonic() + _SECOND_NS

    def tell() -> None:
        if as_json:
            show_json({"topic": topic, "figures": figures(), "lost": observer.lost}, indent=0)
        else:
            say(f"{line()}  lost {observer.lost}")

    with watched_run(run_name) as run, Observer(run, topic) as observer:
        with suppress(KeyboardInterrupt):
            for frame in heard(observer, seconds):
                if frame is not None:
                    take(frame, observer)
                if each_second and observer.received and monotonic() >= tell_at:
                    tell_at += _SECOND_NS
                    tell()
        if not observer.received:
            raise NothingCame(f"nothing came on {topic!r}")
        if not each_second:
            tell()


def _shares(ages: Sequence[int]) -> tuple[float, float, float]:
    """p50, p99 and the largest [s] of sorted ages [ns]."""
    return tuple(ages[min(len(ages) - 1, int(share * len(ages)))] * 1e-9 for share in (0.5, 0.99, 1.0))  # type: ignore[return-value]
