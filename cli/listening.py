"""`sutura topic echo`, `hz`, `bw` and `delay`: the loops that listen until enough came, time is up, or Ctrl-C."""

import math
from collections.abc import Iterator
from contextlib import suppress

from sutura.cli.errors import NothingCame
from sutura.cli.live_run import watched_run
from sutura.cli.meters import Meter
from sutura.cli.observe import Observer
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


def measure_topic(topic: str, run_name: str | None, meter: Meter, seconds: float, as_json: bool) -> None:
    """Print what a meter finds of a topic. Raises UnknownTopic, NoSuchRun; NothingCame if nothing did."""
    each_second = not as_json or math.isinf(seconds)
    tell_at = monotonic() + 1_000_000_000
    with watched_run(run_name) as run, Observer(run, topic) as observer:
        with suppress(KeyboardInterrupt):
            for frame in heard(observer, seconds):
                if frame is not None:
                    meter.add(frame, observer.size, monotonic())
                if each_second and monotonic() >= tell_at:
                    tell_at += 1_000_000_000
                    _tell(topic, meter, observer.lost, as_json)
        if not each_second:
            _tell(topic, meter, observer.lost, as_json)
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


def _tell(topic: str, meter: Meter, lost: int, as_json: bool) -> None:
    if as_json:
        show_json({"topic": topic, meter.what: meter.found(), "lost": lost}, indent=0)
    else:
        say(f"{meter.line()}  lost {lost}")


def _tell_losses(observer: Observer) -> None:
    if observer.lost or observer.rejected:
        warn(
            f"{observer.received} received, {observer.lost} lost on the way here, {observer.rejected} not readable"
        )


def _wanted(count: int | None) -> str:
    return f" of {count}" if count is not None else ""
