"""`sutura topic echo` and `hz`: the loops that listen until enough has come, the time is up, or Ctrl-C."""

import math
from collections.abc import Iterator
from contextlib import suppress

from sutura.cli.errors import NothingCame
from sutura.cli.live_run import watched_run
from sutura.cli.observe import Observer, Rhythm, RhythmMeter
from sutura.cli.output import say, show_json, warn
from sutura.cli.values import as_data, as_text
from sutura.messages import Frame, Message
from sutura.runtime.clock import monotonic

_SLICE_S = 0.2


def echo_topic(topic: str, run_name: str | None, count: int | None, seconds: float, as_json: bool) -> None:
    """Print messages. Raises UnknownTopic, NoSuchRun; NothingCame if there were fewer than asked for."""
    with watched_run(run_name) as run, Observer(run, topic) as observer:
        try:
            with suppress(KeyboardInterrupt):
                for frame in heard(observer, seconds):
                    if frame is None:
                        continue
                    if as_json:
                        show_json(as_data(frame), indent=0)
                    else:
                        say(as_text(frame, monotonic() - frame.stamp))
                    if observer.received == count:
                        return
        finally:
            _tell_losses(observer)
        if count is not None or not observer.received:
            raise NothingCame(f"{observer.received} messages came on {topic!r}{_wanted(count)}")


def measure_topic(topic: str, run_name: str | None, window: int, seconds: float, as_json: bool) -> None:
    """Print the rhythm of a topic. Raises UnknownTopic, NoSuchRun; NothingCame if nothing did."""
    meter = RhythmMeter(window)
    each_second = not as_json or math.isinf(seconds)
    tell_at = monotonic() + 1_000_000_000
    with watched_run(run_name) as run, Observer(run, topic) as observer:
        with suppress(KeyboardInterrupt):
            for frame in heard(observer, seconds):
                if frame is not None:
                    meter.add(frame.seq, frame.stamp, monotonic())
                if each_second and monotonic() >= tell_at:
                    tell_at += 1_000_000_000
                    _tell(topic, meter.rhythm(), observer.lost, as_json)
        if not each_second:
            _tell(topic, meter.rhythm(), observer.lost, as_json)
        if not observer.received:
            raise NothingCame(f"nothing came on {topic!r}")


def heard(observer: Observer, seconds: float) -> Iterator[Frame[Message] | None]:
    """Messages, and None in silence, until the time is up or the run has ended."""
    end = monotonic() + int(seconds * 1e9) if math.isfinite(seconds) else 2**63
    while (left := end - monotonic()) > 0:
        frame = observer.receive(min(_SLICE_S, left * 1e-9))
        yield frame
        if frame is None and not observer.run_lives:
            warn("the run has ended")
            return


def _tell(topic: str, rhythm: Rhythm, lost: int, as_json: bool) -> None:
    if as_json:
        show_json({"topic": topic, "rhythm": rhythm, "lost": lost}, indent=0)
    elif rhythm.rate_hz is None:
        say("no rate yet")
    else:
        periods = f"min {_ms(rhythm.period_min)} max {_ms(rhythm.period_max)} std dev {_ms(rhythm.period_std)}"
        age = f"age p50 {_ms(rhythm.age_p50)} max {_ms(rhythm.age_max)}"
        say(f"{rhythm.rate_hz:.2f} Hz  period {periods}  {age}  lost {lost}  window {rhythm.window}")


def _tell_losses(observer: Observer) -> None:
    if observer.lost or observer.rejected:
        warn(
            f"{observer.received} received, {observer.lost} lost on the way here, {observer.rejected} not readable"
        )


def _wanted(count: int | None) -> str:
    return f" of {count}" if count is not None else ""


def _ms(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1e3:.3f} ms"
