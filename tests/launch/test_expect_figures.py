"""How the figures of expectations are counted: rates, shares of samples, windows, quantities in words."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.launch.expect.evidence import said_by
from sutura.launch.expect.field_path import FieldPath, read_field_path
from sutura.launch.expect.finding import quantile
from sutura.launch.expect.rate import rate_of
from sutura.launch.expect.window import Window
from sutura.launch.history import Sample
from sutura.launch.marks import Mark
from sutura.launch.quantities import UNITS, in_words, read_quantity
from sutura.launch.yaml_source import Located
from sutura.messages import Clutch, JointState, MotionPermit, OperatingState, Pose
from sutura.messages.safety import ArmState, Evidence
from sutura.nodes import Histogram

MARK = Mark("top.yaml", 1, 1)
HZ = st.floats(1.0, 2000.0)
TIMES = st.lists(st.integers(0, 10**9), min_size=3, max_size=50, unique=True).map(sorted)


def located(text: str) -> Located:
    return Located(text, MARK, MARK, text)


@given(HZ, st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(3, 200))
def test_the_rate_of_something_regular_is_exact_wherever_one_looks(
    hz: float, before: float, after: float, n: int
) -> None:
    times = [k / hz for k in range(n)]
    since, until = times[0] - before / hz, times[-1] + after / hz
    assert rate_of(times, until, since) == pytest.approx(hz, rel=1e-6)


@given(HZ, st.integers(3, 100), st.floats(1.0, 10.0))
def test_silence_at_the_end_lowers_it(hz: float, n: int, silent: float) -> None:
    times = [k / hz for k in range(n)]
    expected = (n - 1) / (times[-1] + silent)
    assert rate_of(times, times[-1] + 1 / hz + silent) == pytest.approx(expected, rel=1e-6)


@given(TIMES, st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_rate_lies_between_that_of_the_messages_and_that_of_the_window(
    stamps: list[int], before: int, after: int
) -> None:
    times = [stamp * 1e-9 for stamp in stamps]
    since, until = times[0] - before * 1e-9, times[-1] + after * 1e-9
    rate = rate_of(times, until, since)
    spoken, window = times[-1] - times[0], until - since
    assert (len(times) - 1) / window * (1 - 1e-6) <= rate <= (len(times) - 1) / spoken * (1 + 1e-6)
    longest = max(b - a for a, b in pairwise(times))
    assert rate_of(times, times[-1] + longest) == pytest.approx((len(times) - 1) / spoken)


@given(TIMES, st.data())
def test_messages_that_the_recording_misses_count_all_the_same(stamps: list[int], data: st.DataObject) -> None:
    """As long as the ends are there, and no gap becomes the longest."""
    gone = data.draw(st.sets(st.integers(1, len(stamps) - 2))) if len(stamps) > 2 else set()
    said = [sample(n, stamp) for n, stamp in enumerate(stamps, 1)]
    kept = [each for n, each in enumerate(said) if n not in gone]
    assert said_by(kept) == len(stamps)
    whole, part = ([each.at for each in samples] for samples in (said, kept))
    assert rate_of(part, part[-1], None, said_by(kept)) == pytest.approx(rate_of(whole, whole[-1]))


def test_a_writer_that_was_started_anew_has_missed_nothing() -> None:
    assert said_by([sample(7, 1), sample(8, 2), sample(1, 3, "a@2"), sample(2, 4, "a@2")]) == 4
    assert said_by([]) == 0


def sample(seq: int, stamp: int, writer: str = "a@1") -> Sample[Clutch]:
    return Sample(stamp * 1e-9, stamp * 1e-9, writer, seq, Clutch(True))


SAMPLES = st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=60)


@given(SAMPLES, st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_a_share_of_the_samples_is_not_larger_than_its_quantile(values: list[float], share: float) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values)


@given(SAMPLES, st.sampled_from([0.5, 0.95, 0.99]))
def test_it_counts_as_the_histograms_of_nodes_do(values: list[float], share: float) -> None:
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    assert histogram.quantile(share) == pytest.approx(quantile(values, share), rel=0.02, abs=2e-9)


@given(st.integers(0, 10**11), st.integers(0, 10**11), st.integers(0, 10**11))
def test_a_window_holds_both_its_ends_to_the_nanosecond(since: int, length: int, at: int) -> None:
    window = Window(since * 1e-9, (since + length) * 1e-9)
    assert window.holds(since * 1e-9)
    assert window.holds((since + length) * 1e-9)
    if not since - 1 <= at <= since + length + 1:
        assert not window.holds(at * 1e-9)


def test_windows_in_words() -> None:
    assert str(Window()) == "in the run"
    assert str(Window(0.5)) == "from 500 ms on"
    assert str(Window(0.5, 2.0)) == "from 500 ms to 2 s"


@given(st.floats(-1e6, 1e6), st.sampled_from(sorted(UNITS.keys() - {"1"})))
def test_a_quantity_in_words_reads_back(value: float, unit: str) -> None:
    text = in_words(value, unit)
    assert read_quantity(located(text), "it", unit) == pytest.approx(value, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize(
    ("value", "unit", "says"),
    [(0.0, "s", "0 s"), (0.0123, "s", "12.3 ms"), (-0.2, "m", "-200 mm"), (1.5, "", "1.5"), (3.0, "N m", "3 N m")],
)
def test_quantities_in_words(value: float, unit: str, says: str) -> None:
    assert in_words(value, unit) == says


@given(st.tuples(*[st.floats(-1.0, 1.0)] * 3), st.integers(0, 2))
def test_a_path_leads_to_the_value(position: tuple[float, float, float], index: int) -> None:
    path = read_field_path(located(f"position[{index}]"), Pose)
    assert (path.unit, path.is_number) == ("m", True)
    assert path.of(Pose(position, (0.0, 0.0, 0.0, 1.0))) == position[index]


@pytest.mark.parametrize(
    ("text", "message", "value"),
    [
        ("state", OperatingState(ArmState.FAULT, True, False, "x"), "FAULT"),
        ("is_homed", OperatingState(ArmState.FAULT, True, False, "x"), True),
        ("basis[1].seq", MotionPermit(3, (Evidence("a", 1, 1), Evidence("b", 7, 1))), 7),
        ("name[1]", JointState(("a", "b"), (0.0, math.pi)), "b"),
        ("position[1]", JointState(("a", "b"), (0.0, math.pi)), math.pi),
    ],
)
def test_paths_into_every_kind_of_field(text: str, message: OperatingState, value: object) -> None:
    path: FieldPath = read_field_path(located(text), type(message))
    assert path.of(message) == value
