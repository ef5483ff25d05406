"""What was said in a run on the real clock, out of its recording."""

from collections.abc import Collection
from pathlib import Path
from typing import cast

from sutura.launch.history import History
from sutura.messages import Frame, Message
from sutura.record import BadRecording, Recording


def history_of(file: str, start: int, topics: Collection[str]) -> History | str:
    """The messages of a recording on these topics, from the run's `start` [ns]; or why they are not known."""
    history = History(start)
    if not topics:
        return history
    if not file:
        return "the run was not recorded: record it, or test in lockstep"
    try:
        recording = Recording(Path(file))
    except BadRecording as error:
        return str(error)
    for recorded in recording.messages(topics):
        if isinstance(recorded.frame.payload, Message):
            history.add(cast("Frame[Message]", recorded.frame))
    if recording.damage or not recording.is_complete:
        return f"the recording {file} does not go to its end{f': {recording.damage}' if recording.damage else ''}"
    return history
