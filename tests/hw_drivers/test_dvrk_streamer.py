"""What comes from a socket streamer is read as it is documented, and what is no stream is let go."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutura.hw_drivers import CommandRefused, DeviceLost
from sutura.hw_drivers.dvrk.streamer import HOLD, MOST_BYTES, CrtkState, Goal, Ordered, Streamer

STREAMED = {
    "measured_js": {
        "AutomaticTimestamp": False,
        "Effort": None,
        "Name": ["outer_yaw", "outer_pitch"],
        "Position": [0.25, -0.5],
        "Timestamp": 19.699094908999999,
        "Valid": True,
        "Velocity": [0.0, 1.5],
    }
}
CARTESIAN = {
    "measured_cp": {
        "MovingFrame": "PSM1",
        "Position": {"Rotation": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "Translation": [0.0, 0.1, -0.1]},
        "ReferenceFrame": "PSM1_base",
        "Timestamp": 1.0,
        "Valid": True,
    }
}


class Ends:
    """A streamer's end and ours."""

    def __init__(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.ours = Streamer("arm", "127.0.0.1", self.port)
        self.theirs = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.theirs.bind(("127.0.0.1", 0))
        self.theirs.settimeout(5.0)

    def say(self, data: bytes, by: socket.socket | None = None) -> None:
        (by or self.theirs).sendto(data, ("127.0.0.1", self.port))
        self.ours.hear(7, 1.0)


@pytest.fixture
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.ours.close()
    made.theirs.close()


def test_joints_come_as_the_streamer_writes_them(ends: Ends) -> None:
    ends.say(json.dumps(STREAMED).encode())
    joints = ends.ours.joints
    assert joints is not None
    assert (joints.position, joints.velocity, joints.effort, joints.valid) == ([0.25, -0.5], [0.0, 1.5], None, True)
    assert ends.ours.heard_at == 7


def test_several_in_one_datagram_count_and_what_is_not_needed_is_let_go(ends: Ends) -> None:
    jaw = {"jaw/measured_js": {"Position": [0.5], "Valid": False}}
    ends.say(json.dumps({**STREAMED, **jaw, **CARTESIAN}).encode())
    assert ends.ours.joints is not None
    assert ends.ours.jaw is not None
    assert not ends.ours.jaw.valid
    assert ends.ours.refused == 0


@pytest.mark.parametrize(("said", "name"), [(2, "ENABLED"), ("FAULT", "FAULT"), (4, "FAULT"), (9, "9")])
def test_the_operating_state_may_be_a_number_or_a_name(ends: Ends, said: object, name: str) -> None:
    ends.say(json.dumps({"operating_state": {"State": said, "IsHomed": True, "IsBusy": False}}).encode())
    assert isinstance(ends.ours.state, CrtkState)
    assert (ends.ours.state.name, ends.ours.state.is_homed) == (name, True)


@given(
    data=st.one_of(
        st.binary(max_size=200), st.sampled_from([b'{"measured_js": 1}', b'{"measured_js": {"Valid": 2}}', b"["])
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_what_is_no_stream_changes_nothing(ends: Ends, data: bytes) -> None:
    ends.say(json.dumps(STREAMED).encode())
    before = ends.ours.joints
    ends.say(data)
    assert ends.ours.joints == before


def test_the_first_that_speaks_is_the_only_one_heard(ends: Ends) -> None:
    ends.say(json.dumps(STREAMED).encode())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        ends.say(json.dumps({"measured_js": {"Position": [9.0]}}).encode(), by=other)
    assert ends.ours.joints is not None
    assert ends.ours.joints.position == [0.25, -0.5]
    assert ends.ours.refused == 1


def test_orders_go_to_where_the_stream_comes_from_by_crtk_names(ends: Ends) -> None:
    ends.say(json.dumps(STREAMED).encode())
    ends.ours.send(Ordered(servo_jp=Goal((0.1, 0.2)), jaw=Goal((0.3,))))
    ends.ours.send(HOLD)
    assert json.loads(ends.theirs.recv(2048)) == {"servo_jp": {"Goal": [0.1, 0.2]}, "jaw/servo_jp": {"Goal": [0.3]}}
    assert json.loads(ends.theirs.recv(2048)) == {"hold": ""}


def test_an_order_before_any_stream_has_nowhere_to_go(ends: Ends) -> None:
    with pytest.raises(DeviceLost, match="no streamer has spoken to"):
        ends.ours.send(HOLD)


@given(count=st.integers(1, 100))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20, deadline=None)
def test_no_order_is_longer_than_the_streamers_buffer(ends: Ends, count: int) -> None:
    ends.say(json.dumps(STREAMED).encode())
    order = Ordered(servo_jp=Goal((-1.2345678901234567,) * count))
    if count < 40:
        ends.ours.send(order)
        assert len(ends.theirs.recv(4096)) <= MOST_BYTES
    elif count > 60:
        with pytest.raises(CommandRefused, match="the streamer takes 1023 bytes"):
            ends.ours.send(order)
