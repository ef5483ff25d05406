"""What was said in a run on the real clock, out of its recording."""

from collections.abc import Collection
from pathlib import Path

from mcap.exceptions import McapError
from mcap.reader import make_reader

from sutura.launch.history import History
from sutura.messages import DecodeFailure, FrameDecoder, message_types


def history_of(recording: str, start: int, topics: Collection[str]) -> History | str:
    """The messages of a recording on these topics, from the run's `start` [ns]; or why they are not known."""
    history = History(start)
    if not topics:
        return history
    if not recording:
        return "the run was not recorded: add `recorder: {node: recorder}` to the nodes, or test in lockstep"
    try:
        with Path(recording).open("rb") as file:
            for schema, channel, message in make_reader(file).iter_messages(topics, log_time_order=False):
                if schema is not None and schema.name in message_types():
                    history.add(FrameDecoder(channel.topic, message_types()[schema.name])(message.data))
    except (OSError, McapError, DecodeFailure) as error:
        return f"the recording {recording} cannot be read: {error}"
    return history
