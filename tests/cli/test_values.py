"""Messages between people and programs, and the rhythm of a topic."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.cli.errors import BadMessageValues
from sutura.cli.observe import RhythmMeter
from sutura.cli.values import as_data, as_text, read_message, read_value
from sutura.launch import TopologyError
from sutura.messages import (
    ArmState,
    Clutch,
    Evidence,
    Frame,
    JointCommand,
    JointState,
    Message,
    MotionPermit,
    OperatingState,
    Pose,
    WatchdogState,
)
from sutura.record import named

ANGLES = st.lists(st.floats(-10.0, 10.0), max_size=8)


@given(ANGLES)
def test_what_is_shown_as_json_is_read_back(position: list[float]) -> None:
    names = tuple(f"j{index}" for index in range(len(position)))
    message = JointCommand(names, tuple(position))
    text = msgspec.json.encode(named(message)).decode()
    assert read_message(JointCommand, text) == message


def test_fields_left_out_keep_their_defaults() -> None:
    assert read_message(JointState, "{name: [a], position: [1]}") == JointState(("a",), (1.0,))


def test_yaml_and_json_mean_the_same() -> None:
    assert read_message(Clutch, "pressed: true") == read_message(Clutch, '{"pressed": true}') == Clutch(True)


@pytest.mark.parametrize(
    ("kind", "text", "named_in_error"),
    [
        (Clutch, "", "pressed"),
        (Clutch, "true", "by name"),
        (Clutch, "{presed: true}", "'presed'"),
        (Clutch, "{pressed: 3}", "pressed"),
        (Pose, "{position: [0, 0, 0], orientation: [0, 0, 0, 2]}", "unit quaternion"),
        (JointCommand, "{name: [a], position: []}", "1 positions"),
    ],
)
def test_values_that_make_no_message_say_why(kind: type[Message], text: str, named_in_error: str) -> None:
    with pytest.raises(BadMessageValues, match=named_in_error):
        read_message(kind, text)


@pytest.mark.parametrize("text", ["[1", "{a: 1, a: 2}", "[&x 1, *x]", ".nan"])
def test_text_that_is_not_read_is_refused(text: str) -> None:
    with pytest.raises(TopologyError):
        read_value(text, "here")


def test_nested_messages_and_enums_are_shown_by_name() -> None:
    permit = MotionPermit(7, (Evidence("arm@1", 2, 3),))
    assert named(permit) == {"epoch": 7, "basis": [{"writer": "arm@1", "seq": 2, "stamp": 3}]}
    state = OperatingState(ArmState.PAUSED, True, False, "asked")
    assert named(state) == {"state": "PAUSED", "is_homed": True, "is_busy": False, "cause": "asked"}


def test_a_frame_is_shown_whole() -> None:
    frame: Frame[Message] = Frame("console/clutch", "Clutch", "operator@1", 3, 10, 9, 20, Clutch(True))
    assert as_data(frame) == {
        "topic": "console/clutch",
        "type": "Clutch",
        "writer": "operator@1",
        "seq": 3,
        "stamp": 10,
        "origin": 9,
        "expires": 20,
        "payload": {"pressed": True},
    }
    assert "pressed: true" in as_text(frame, 1_500_000)
    assert "1.500 ms" in as_text(frame, 1_500_000)


def test_a_lost_message_lowers_no_rate_and_lengthens_no_period() -> None:
    meter = RhythmMeter(window=100)
    for seq in (1, 2, 4, 5):
        meter.add(seq, seq * 1_000_000, seq * 1_000_000 + 200_000)
    rhythm = meter.rhythm()
    assert rhythm.rate_hz == pytest.approx(1000.0)
    assert rhythm.period_max == pytest.approx(0.001)
    assert rhythm.age_p50 == pytest.approx(0.0002)


def test_a_writer_that_counts_anew_begins_a_new_rhythm() -> None:
    meter = RhythmMeter(window=100)
    for seq in range(10, 20):
        meter.add(seq, seq * 1_000_000, seq * 1_000_000)
    meter.add(1, 90_000_000, 90_000_000)
    assert meter.rhythm().window == 1
    assert meter.rhythm().rate_hz is None


def test_the_window_forgets() -> None:
    meter = RhythmMeter(window=3)
    for seq, stamp in enumerate((0, 500, 1000, 1001, 1002), start=1):
        meter.add(seq, stamp * 1_000_000, stamp * 1_000_000)
    assert meter.rhythm().rate_hz == pytest.approx(1000.0)


def test_no_message_has_no_rhythm() -> None:
    assert RhythmMeter(window=3).rhythm().rate_hz is None


def test_a_state_with_an_enum_is_published_by_its_value() -> None:
    message = read_message(WatchdogState, "{phase: granting, epoch: 1, trips: 0}")
    assert named(message) == {"phase": "granting", "epoch": 1, "trips": 0, "cause": ""}
