"""The order of lockstep, whoever runs the places: time never goes back, the first place with work goes first."""

from __future__ import annotations

from functools import partial
from hashlib import blake2b
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sutura.runtime.config import PlaceConfig, TopicSource
from sutura.runtime.turns import NEVER, Turns

END_S = 0.00005


def configs(places: int) -> list[PlaceConfig]:
    """Every place writes `t<seat>`, which all others read."""
    return [
        PlaceConfig(
            place=f"p{seat}",
            nodes=(),
            run_dir="",
            incarnation="1",
            sources={f"t{other}": TopicSource(f"n{other}", f"p{other}") for other in range(places)},
        )
        for seat in range(places)
    ]


class Recorded(Turns):
    """Places that say something now and then, by dice, and note what they get."""

    def __init__(self, places: int, seed: int) -> None:
        super().__init__(configs(places))
        self.random = Random(seed)
        self.said: list[tuple[int, bytes]] = []
        self.got: list[list[bytes]] = [[] for _ in range(places)]
        self.visits: list[tuple[int, int]] = []
        self.calls = [partial(self.visit, seat) for seat in range(places)]
        for seat in range(places):
            self.due[seat] = self.start + self.random.randrange(1, 5000)

    def visit(self, seat: int, letters: list[bytes]) -> int:
        now = self.clock()
        work = {s for s, due in enumerate(self.due) if due <= now}
        assert seat == min(work), "the first place that is due or has mail"
        self.visits.append((now, seat))
        self.got[seat] += letters
        letters.clear()
        if self.random.random() < 0.4:
            data = b"%d from %d" % (len(self.said), seat)
            self.said.append((seat, data))
            self.post(f"t{seat}", data)
        return now + self.random.randrange(1, 20_000) if self.random.random() < 0.9 else NEVER


@settings(deadline=None)
@given(places=st.integers(1, 6), seed=st.integers(0, 2**32))
def test_everybody_gets_all_that_others_say_in_the_order_in_which_it_was_said(places: int, seed: int) -> None:
    turns = Recorded(places, seed)
    turns.run_until(END_S)
    assert turns.clock() == turns.start + round(END_S * 1e9)
    times = [at for at, _ in turns.visits]
    assert times == sorted(times)
    assert all(at <= turns.clock() for at in times)
    for seat in range(places):
        assert turns.got[seat] == [data for writer, data in turns.said if writer != seat]
    assert turns.recording_hash == blake2b(b"".join(d for _, d in turns.said), digest_size=16).hexdigest()


@settings(deadline=None)
@given(seed=st.integers(0, 2**32), cuts=st.lists(st.floats(0.0, END_S), max_size=8))
def test_where_stepping_pauses_changes_nothing(seed: int, cuts: list[float]) -> None:
    whole, cut = Recorded(4, seed), Recorded(4, seed)
    whole.run_until(END_S)
    for seconds in [*sorted(cuts), END_S]:
        cut.run_until(seconds)
    assert cut.visits == whole.visits
    assert cut.recording_hash == whole.recording_hash
