"""ZMTP on bytes: whatever way they are cut, the same messages; whatever is no ZMTP, a BadPeer."""

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.runtime import zmtp
from sutura.runtime.errors import BadPeer

MAX = 70_000
BODIES = st.lists(st.binary(max_size=600) | st.sampled_from([bytes(255), bytes(256), bytes(MAX)]), max_size=6)


def cut(data: bytes, at: list[int]) -> list[bytes]:
    """Pieces of data, cut at these places."""
    ends = [0, *sorted(min(place, len(data)) for place in at), len(data)]
    return [data[begin:end] for begin, end in pairwise(ends)]


@given(BODIES, st.lists(st.integers(0, 3000), max_size=12))
def test_messages_come_whole_however_the_stream_is_cut(bodies: list[bytes], at: list[int]) -> None:
    stream = zmtp.Stream(MAX)
    data = zmtp.GREETING + zmtp.ready("XPUB") + b"".join(map(zmtp.message, bodies))
    assert [body for piece in cut(data, at) for body in stream.feed(piece)] == bodies
    assert stream.phase is zmtp.Phase.UP


@given(st.binary(min_size=64, max_size=200))
def test_a_stream_of_anything_is_refused_and_nothing_else_is_raised(data: bytes) -> None:
    with pytest.raises(BadPeer, match="greeting of ZMTP 3"):
        zmtp.Stream(MAX).feed(b"\x01" + data)


@given(st.binary(max_size=400))
def test_anything_after_the_handshake_gives_messages_or_a_bad_peer(data: bytes) -> None:
    stream = zmtp.Stream(100)
    assert stream.feed(zmtp.GREETING + zmtp.ready("PUB")) == []
    messages: list[bytes] = []
    with suppress(BadPeer):
        messages = stream.feed(data)
    assert sum(map(len, messages)) <= len(data)
    assert all(len(message) <= 100 for message in messages)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (zmtp.GREETING[:10] + b"\x02" + zmtp.GREETING[11:], "ZMTP 3"),
        (zmtp.GREETING.replace(b"NULL", b"PLAIN")[:64], "mechanism NULL, came b'PLAIN'"),
        (zmtp.GREETING + zmtp.message(b"too early"), "READY, came a message"),
        (zmtp.GREETING + b"\x04\x06\x05ERROR", "READY, came .*ERROR"),
        (zmtp.GREETING + zmtp.ready("PUB") + b"\x02" + (MAX + 1).to_bytes(8, "big"), f"{MAX} bytes"),
        (zmtp.GREETING + zmtp.ready("PUB") + b"\x02" + b"\xff" * 8, f"{MAX} bytes"),
    ],
)
def test_each_breach_says_what_was_expected(data: bytes, expected: str) -> None:
    with pytest.raises(BadPeer, match=expected):
        zmtp.Stream(MAX).feed(data)


def test_commands_after_the_handshake_are_no_messages() -> None:
    stream = zmtp.Stream(MAX)
    stream.feed(zmtp.GREETING + zmtp.ready("PUB"))
    assert stream.feed(b"\x04\x05\x04PING" + zmtp.message(b"x")) == [b"x"]
