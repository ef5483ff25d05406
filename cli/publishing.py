"""`sutura topic pub`: brings messages into a run, to the places that read a topic nobody writes."""

import secrets
import time
from contextlib import suppress

from sutura.cli.errors import UnknownTopic
from sutura.cli.live_run import LiveRun, acted_run
from sutura.cli.observe import type_of
from sutura.cli.values import read_message
from sutura.messages import Frame, Message, encode_frame, writer_name
from sutura.nodes import RequestRefused
from sutura.runtime.clock import monotonic


def publish(topic: str, kind: str, values: str, rate: float | None, times: int | None, run_name: str | None) -> int:
    """Publish once, or at a rate; returns how many messages. Raises SuturaError for whatever keeps them out."""
    with acted_run(run_name) as run:
        message = read_message(type_of(run, kind), values)
        places = _readers(run, topic)
        writer = writer_name("cli", secrets.token_hex(4))
        period = round(1e9 / rate) if rate else 100_000_000
        wanted = times if times is not None else (1 if rate is None else 2**62)
        begun, sent = monotonic(), 0
        with suppress(KeyboardInterrupt):
            while sent < wanted:
                data = _frame(topic, writer, sent + 1, message)
                for place in places:
                    run.inject(place, data)
                sent += 1
                if sent < wanted:
                    time.sleep(max(0.0, (begun + sent * period - monotonic()) * 1e-9))
        return sent


def _frame(topic: str, writer: str, seq: int, message: Message) -> bytes:
    now = monotonic()
    return encode_frame(Frame(topic, type(message).__name__, writer, seq, now, now, 0, message))


def _readers(run: LiveRun, topic: str) -> list[str]:
    """The places with an input that takes this topic. Raises RequestRefused, UnknownTopic."""
    links = [(place, link) for place, status in run.statuses().items() for link in status.connections]
    if topic in run.info.topics:
        place = run.info.topics[topic].place
        raise RequestRefused(f"topic {topic!r} is written by place {place!r}; it takes no other writer")
    found = sorted({place for place, link in links if link.topic == topic})
    if not found:
        raise UnknownTopic(topic, run.info.name, {link.topic for _, link in links if not link.writer})
    return found
