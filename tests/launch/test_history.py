"""What was said, found again by topic, type and time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.launch.history import History, NotInHistory
from sutura.messages import Clutch, Frame, Message, Pose

START = 5_000_000_000


def history_of(*stamps: int) -> History:
    history = History(START)
    for seq, stamp in enumerate(stamps, 1):
        frame: Frame[Message] = Frame(
            "console/clutch", "Clutch", "op@1", seq, START + stamp, START, 0, Clutch(seq % 2 == 1)
        )
        history.add(frame)
    return history


STAMPS = st.lists(st.integers(0, 10**10), min_size=1, max_size=30).map(sorted)


@given(STAMPS, st.integers(0, 10**10))
def test_since_takes_that_moment_and_all_after(stamps: list[int], since: int) -> None:
    found = history_of(*stamps).of("console/clutch", Clutch, since * 1e-9)
    assert [sample.seq for sample in found] == [n for n, at in enumerate(stamps, 1) if at * 1e-9 >= since * 1e-9]


@given(STAMPS, st.integers(0, 10**10))
def test_the_newest_at_a_time_was_made_until_then(stamps: list[int], at: int) -> None:
    history, before = history_of(*stamps), [n for n, stamp in enumerate(stamps, 1) if stamp * 1e-9 <= at * 1e-9]
    if before:
        assert history.newest("console/clutch", Clutch, at * 1e-9).seq == before[-1]
    else:
        with pytest.raises(NotInHistory, match="first at"):
            history.newest("console/clutch", Clutch, at * 1e-9)


def test_times_count_from_the_start_of_the_run() -> None:
    (sample,) = history_of(250_000_000).of("console/clutch", Clutch)
    assert (sample.at, sample.origin, sample.message) == (0.25, 0.0, Clutch(True))


def test_another_type_or_topic_is_named_together_with_what_there_is() -> None:
    history = history_of(1)
    with pytest.raises(NotInHistory, match="carries Clutch, not Pose"):
        history.of("console/clutch", Pose)
    with pytest.raises(NotInHistory, match="did you mean 'console/clutch'"):
        history.newest("console/cluch", Clutch)
    assert history.topics == {"console/clutch": Clutch}
