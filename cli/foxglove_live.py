"""A live run shown in Foxglove: an observer with a WebSocket server, whose fate is nobody's business."""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from sutura.cli.errors import PortTaken
from sutura.cli.listener import Listener
from sutura.cli.live_run import LiveRun, watched_run
from sutura.cli.output import say
from sutura.extras import extra
from sutura.launch import load_topology
from sutura.messages import FieldSchema, Frame, Message, describe
from sutura.runtime.clock import monotonic

if TYPE_CHECKING:
    from sutura.launch.foxglove.translator import Translator

HOST = "127.0.0.1"
_SLICE_S = 0.2
_NICE = 10  # whoever moves motors comes first


def serve_foxglove(run_name: str | None, port: int, rate: float) -> None:
    """Show a run until it ends or Ctrl-C. port: 0 takes any; rate [Hz]: at most so many messages a topic.

    Raises NoSuchRun, PortTaken, MissingExtra.
    """
    with extra("foxglove", "the live view"):
        import foxglove
    from sutura.launch.foxglove.frames import topology_frames
    from sutura.launch.foxglove.translator import Translator

    with watched_run(run_name) as run:
        os.nice(_NICE)
        try:
            server = foxglove.start_server(name=f"sutura {run.info.name}", host=HOST, port=port)
        except (OSError, RuntimeError) as error:
            raise PortTaken(port, str(error)) from error
        try:
            say(f"foxglove: ws://{HOST}:{server.port}")
            topology = load_topology(str(run.directory.path / "topology.yaml"))
            translator = Translator(topology_frames(topology), time.time_ns() - monotonic())
            with suppress(KeyboardInterrupt):
                _show(run, translator, Thinned(rate).takes)
        finally:
            server.stop()


class Thinned:
    """Passes at most `rate` messages a second of each topic: an eye needs no more, and the machine is small."""

    def __init__(self, rate: float) -> None:
        self._period = round(1e9 / rate)
        self._next: dict[str, int] = {}

    def takes(self, frame: Frame[Message]) -> bool:
        """Whether this message shall be shown."""
        if frame.stamp < self._next.get(frame.topic, 0):
            return False
        self._next[frame.topic] = frame.stamp + self._period
        return True


def _show(run: LiveRun, translator: "Translator", takes: Callable[[Frame[Message]], bool]) -> None:
    from foxglove import Channel, Schema

    channels: dict[str, Channel] = {}
    fields: dict[str, tuple[FieldSchema, ...]] = {}
    with Listener(run, run.info.topics) as listener:
        while True:
            frame = listener.receive(_SLICE_S)
            if frame is None:
                if not run.directory.is_live():
                    return
                continue
            if not takes(frame):
                continue
            if frame.topic not in fields:
                fields[frame.topic] = describe(type(frame.payload)).fields
            for channel, data in translator.translate(cast("Frame[object]", frame), fields[frame.topic]):
                if channel.topic not in channels:
                    schema = Schema(name=channel.schema, encoding=channel.schema_encoding, data=channel.data)
                    channels[channel.topic] = Channel(
                        channel.topic, schema=schema, message_encoding=channel.encoding
                    )
                channels[channel.topic].log(data, log_time=frame.stamp + translator.wall)
