"""Two recordings compared: the first diverging topic, time and field."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.messages import Clutch, Evidence, Frame, JointCommand, Message, MotionPermit, Pose
from sutura.record import (
    VIRTUAL,
    BadTolerance,
    Comparison,
    Recording,
    RunFacts,
    Tolerances,
    TypeFacts,
    compare,
    type_facts,
)
from tests.record.conftest import EARLY, MS, START, Record, frame, write

FACTS = RunFacts(topology="x", clock=VIRTUAL, places={"arm": ("arm",), "ik": ("ik",)})
REAL = RunFacts(topology="x", places={"arm": ("arm",)})


def command(seq: int, values: tuple[float, ...], stamp: int = 0, writer: str = "ik@1") -> Frame[Message]:
    return frame(
        "PSM1/servo_jp", JointCommand(("a", "b", "c")[: len(values)], values), seq, stamp or seq * MS, writer
    )


def run(count: int = 5, **changes: tuple[float, ...]) -> list[Frame[Message]]:
    return [command(n, changes.get(f"m{n}", (0.0, 0.0, n * 0.1))) for n in range(1, count + 1)]


class Files:
    """Writes recordings and compares them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def write(self, messages: list[Frame[Message]], facts: RunFacts = FACTS, start: int = START) -> Recording:
        self._count += 1
        return Recording(write(self._folder / f"{self._count}.mcap", messages, facts, start))

    def compare(self, a: list[Frame[Message]], b: list[Frame[Message]], *tolerances: str) -> Comparison:
        return compare(self.write(a), self.write(b), Tolerances(tolerances))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_equal_recordings_are_equal(files: Files) -> None:
    comparison = files.compare(run(), run())
    assert comparison.equal
    assert comparison.times_compared
    assert [topic.compared for topic in comparison.topics] == [5]


def test_the_first_difference_has_topic_time_and_field(files: Files) -> None:
    pose = frame("PSM1/measured_cp", Pose((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)), 1, MS)
    moved = frame("PSM1/measured_cp", Pose((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)), 1, MS)
    comparison = files.compare([pose, *run()], [moved, *run(m3=(0.0, 0.0, 0.1207), m5=(9.0, 0.0, 0.5))])
    first = comparison.first
    assert first is not None
    assert (first.topic, first.at_s, first.seq, first.field) == ("PSM1/servo_jp", 0.003, 3, "position[2]")
    assert (first.a, first.b) == (pytest.approx(0.3), 0.1207)
    assert "PSM1/servo_jp position[2]: 0.30" in str(first)
    topic = next(topic for topic in comparison.topics if topic.topic == "PSM1/servo_jp")
    assert (topic.compared, topic.differing) == (5, 2)


@pytest.mark.parametrize(
    ("tolerance", "equal"),
    [
        ("0.01", True),
        ("0.0001", False),
        ("PSM1/servo_jp=0.01", True),
        ("PSM1/servo_jp.position=0.01", True),
        ("PSM1/servo_jp.name=0.01", False),
    ],
)
def test_tolerances_are_of_a_run_a_topic_or_a_field(files: Files, tolerance: str, equal: bool) -> None:
    assert files.compare(run(), run(m2=(0.005, 0.0, 0.2)), tolerance).equal is equal


def test_the_most_special_tolerance_counts(files: Files) -> None:
    changed = run(m2=(0.005, 0.0, 0.2))
    assert not files.compare(run(), changed, "1", "PSM1/servo_jp=0.001").equal
    assert files.compare(run(), changed, "PSM1/servo_jp=0.001", "PSM1/servo_jp.position=0.01").equal


@pytest.mark.parametrize("text", ["x", "-1", "nan", "inf", "PSM1/servo_jp=x", "nowhere=1"])
def test_a_tolerance_that_makes_no_sense_is_refused(files: Files, text: str) -> None:
    with pytest.raises(BadTolerance):
        files.compare(run(), run(), text)


def test_missing_messages_and_topics_are_differences(files: Files) -> None:
    shorter = files.compare(run(5), run(4))
    assert shorter.first is not None
    assert (shorter.first.seq, shorter.first.what) == (5, "is only in A")
    assert files.compare(run(4), run(5)).topics[0].only_in_b == 1
    hole = files.compare(run(), [m for m in run() if m.seq != 3])
    assert hole.first is not None
    assert (hole.topics[0].compared, hole.topics[0].only_in_a, hole.first.seq) == (4, 1, 3)
    extra = files.compare(run(), [*run(), frame("t/new", Pose((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)), 1, 9 * MS)])
    assert extra.first is not None
    assert (extra.first.topic, extra.first.what) == ("t/new", "is only in B")


def test_a_topic_can_be_chosen_and_a_length_differs(files: Files) -> None:
    a, b = files.write(run()), files.write(run(m4=(0.0, 0.0)))
    assert compare(a, b, Tolerances(), topics={"nothing"}).equal
    first = compare(a, b, Tolerances()).first
    assert first is not None
    assert (first.field, first.a, first.b) == ("name length", 3, 2)


def shifted(messages: list[Frame[Message]], by: int, incarnation: str) -> list[Frame[Message]]:
    """The same run at another time, by other incarnations."""
    return [
        msgspec.structs.replace(
            m,
            stamp=m.stamp + by,
            origin=m.origin + by,
            expires=m.expires + by,
            writer=m.writer.replace("@1", f"@{incarnation}"),
        )
        for m in messages
    ]


def permit(start: int, incarnation: str, late: int = 0) -> Frame[Message]:
    evidence = Evidence(f"arm@{incarnation}", 4, start + 5 * MS + late)
    return frame("watchdog/permit", MotionPermit(start + 3 * MS, (evidence,)), 1, 6 * MS, "ik@1")


def test_neither_incarnations_nor_the_time_of_day_count(files: Files) -> None:
    by = 5_000 * MS
    a = files.write([*run(), permit(START, "1")])
    b = files.write(shifted([*run(), permit(START + by, "beef")], by, "beef"), start=START + by)
    assert compare(a, b, Tolerances()).equal


def test_times_count_in_virtual_runs_also_within_messages(files: Files) -> None:
    later = files.compare([permit(START, "1")], [permit(START, "1", late=MS)])
    assert later.first is not None
    assert (later.first.field, later.first.b) == ("basis[0].stamp [s]", pytest.approx(0.006))
    stamp = files.compare([command(1, (1.0,))], [command(1, (1.0,), stamp=2 * MS)])
    assert stamp.first is not None
    assert stamp.first.field == "stamp [s]"
    assert files.compare([permit(START, "1")], [permit(START, "1", late=MS)], "time=0.001").equal


def test_times_do_not_count_on_the_real_clock_unless_asked_for(files: Files) -> None:
    a, b = files.write([command(1, (1.0,))], REAL), files.write([command(1, (1.0,), stamp=3 * MS)], REAL)
    assert compare(a, b, Tolerances()).equal
    assert not compare(a, b, Tolerances()).times_compared
    assert not compare(a, b, Tolerances(["time=0.001"])).equal
    assert compare(a, b, Tolerances(["time=0.002"])).equal


def test_writers_are_told_apart_by_node(files: Files) -> None:
    first = files.compare([command(1, (1.0,))], [command(1, (1.0,), writer="arm@1")]).first
    assert first is not None
    assert (first.field, first.a, first.b) == ("writer", "ik@1", "arm@1")


def test_plain_values_have_the_names_of_their_recording(files: Files) -> None:
    facts = msgspec.structs.replace(FACTS, types={"Depth": TypeFacts(type_facts(Pose).fields)})

    def depth(x: float) -> list[Frame[Message]]:
        return [Frame("t/depth", "Depth", "a@1", 1, START, START, 0, Pose((x, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)))]

    a, b = files.write(depth(0.1), facts), files.write(depth(0.2), facts)
    first = compare(a, b, Tolerances()).first
    assert first is not None
    assert (first.field, first.a, first.b) == ("position[0]", 0.1, 0.2)
    assert compare(a, b, Tolerances(["t/depth.position=0.2"])).equal


@given(
    st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=8),
    st.floats(0.0, 0.5),
    st.lists(st.floats(-1.0, 1.0), min_size=8, max_size=8),
)
def test_a_number_differs_exactly_when_it_is_further_away_than_the_tolerance(
    tmp_path_factory: pytest.TempPathFactory, values: list[float], tolerance: float, others: list[float]
) -> None:
    files = Files(tmp_path_factory.mktemp("any"))
    a = [command(n + 1, (v,)) for n, v in enumerate(values)]
    b = [command(n + 1, (v,)) for n, v in enumerate(others[: len(values)])]
    far = [n + 1 for n, (x, y) in enumerate(zip(values, others, strict=False)) if abs(x - y) > tolerance]
    comparison = files.compare(a, b, str(tolerance))
    assert comparison.topics[0].differing == len(far)
    assert (comparison.first.seq if comparison.first else None) == (far[0] if far else None)


def test_equal_settings_give_equal_recordings(record: Record, teleop: Path) -> None:
    comparison = compare(Recording(teleop), Recording(record(incarnation="2")), Tolerances())
    assert comparison.equal
    assert comparison.times_compared
    assert sum(topic.compared for topic in comparison.topics) > 2000


def test_a_changed_parameter_is_found_at_the_right_topic_and_time(record: Record, teleop: Path) -> None:
    changed = record("teleop", "arm_at_start=true", *EARLY, "scaling.scale=0.25", incarnation="2")
    a, b = Recording(teleop), Recording(changed)
    comparison = compare(a, b, Tolerances())
    assert comparison.first is not None
    assert (comparison.first.topic, comparison.first.field) == ("console/teleop/state", "scale"), (
        "it is told at once"
    )
    first = next(topic.first for topic in comparison.topics if topic.topic == "PSM1/servo_cp")
    released = next(m.frame for m in a.messages({"console/clutch"}) if m.frame.payload != Clutch(True))
    assert first is not None
    assert (first.topic, first.field) == ("PSM1/servo_cp", "position[0]")
    assert first.at_s == pytest.approx((released.stamp - START) * 1e-9)
    assert b.facts is not None
    assert b.facts.params["scaling"]["scale"] == 0.25
