"""Steps and answers over a stream socket: whole, in order, however the stream is cut."""

from __future__ import annotations

import socket
import threading

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutura.runtime.step_link import Link, Step

steps = st.builds(
    Step,
    st.sampled_from(["begin", "grant", "look", "end"]),
    st.integers(0, 2**62),
    st.lists(st.binary(max_size=300), max_size=5),
)


@settings(deadline=None)
@given(sent=st.lists(steps, max_size=6), cuts=st.lists(st.integers(1, 40), min_size=1))
def test_messages_come_whole_however_the_stream_is_cut(sent: list[Step], cuts: list[int]) -> None:
    near, far, through, end = (*socket.socketpair(), *socket.socketpair())
    with near, far, through, end:
        for step in sent:
            Link(near, Step).send(step)
        near.shutdown(socket.SHUT_WR)
        stream = b"".join(iter(lambda: far.recv(1 << 16), b""))
        pieces = threading.Thread(target=_send_in_pieces, args=(through, stream, cuts))
        pieces.start()
        link = Link(end, Step)
        assert list(iter(link.receive, None)) == sent
        pieces.join()


def _send_in_pieces(sock: socket.socket, stream: bytes, cuts: list[int]) -> None:
    at, number = 0, 0
    while at < len(stream):
        at += sock.send(stream[at : at + cuts[number % len(cuts)]])
        number += 1
    sock.shutdown(socket.SHUT_WR)


def test_a_large_step_passes() -> None:
    large = 4_000_000  # more than any socket buffer holds
    near, far = socket.socketpair()
    with near, far:
        sender = threading.Thread(target=Link(near, Step).send, args=(Step("grant", 1, [bytes(large)]),))
        sender.start()
        step = Link(far, Step).receive()
        sender.join()
    assert step is not None
    assert len(step.mail[0]) == large


def test_something_else_is_an_error() -> None:
    near, far = socket.socketpair()
    with near, far:
        near.sendall(b"\x02\x00\x00\x00\x91\x01")
        with pytest.raises(msgspec.MsgspecError):
            Link(far, Step).receive()
