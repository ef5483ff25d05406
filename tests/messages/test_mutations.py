"""100,000 damaged frames of every message type: each is refused by name or comes out sound."""

import math
import random
import struct
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgpack  # type: ignore[import-untyped]
import msgspec
import pytest

from sutura.messages import DecodeFailure, Frame, FrameDecoder, Message, encode_frame

MUTATIONS = 100_000
WARM_UP = 1_000
WRITER = "arm@5e"
MEBIBYTE = 1 << 20

Damage = tuple[bytes, int]
"""Damaged bytes, and the place of the first byte that differs."""

Mutate = Callable[[random.Random, bytes, list[bytes]], Damage]

_HUGE = [bytes((head,)) + b"\xff\xff\xff\xff" for head in (0xC6, 0xC9, 0xDB, 0xDD, 0xDF)]
_OPEN = (b"\x91", b"\x81\x01", b"\x81\xa1a", b"\xdc\x00\x01", b"\xdd\x00\x00\x00\x01")
_WRONG: tuple[object, ...] = (None, [], {}, [[1]], {"a": 1}, b"raw", math.nan, -1, 2**64 - 1, "x" * 401)


def flip_bits(rng: random.Random, frame: bytes, others: list[bytes]) -> Damage:
    data = bytearray(frame)
    places = [rng.randrange(len(data)) for _ in range(rng.randint(1, 4))]
    for place in places:
        data[place] ^= 1 << rng.randrange(8)
    return bytes(data), min(places)


def truncate(rng: random.Random, frame: bytes, others: list[bytes]) -> Damage:
    end = rng.randrange(len(frame))
    return frame[:end], end


def splice(rng: random.Random, frame: bytes, others: list[bytes]) -> Damage:
    other = rng.choice(others)
    cut = rng.randrange(len(frame))
    return frame[:cut] + other[rng.randrange(len(other)) :], cut


def huge_length(rng: random.Random, frame: bytes, others: list[bytes]) -> Damage:
    at = rng.randrange(len(frame))
    return frame[:at] + rng.choice(_HUGE) + frame[at + rng.randint(0, 1) :], at


def deep_nesting(rng: random.Random, frame: bytes, others: list[bytes]) -> Damage:
    fields = msgpack.unpackb(frame)
    payload = b"".join(map(msgpack.packb, fields[7]))
    head = b"\x98" + b"".join(map(msgpack.packb, fields[:7]))
    # a further element of the payload, which a reader skips: nothing but the nesting is wrong
    depth = rng.randint(2_000, 4_000)
    return head + bytes((0x91 + len(fields[7]),)) + payload + rng.choice(_OPEN) * depth + b"\x01", len(head)


def not_finite(rng: random.Random, frame: bytes, others: list[bytes]) -> Damage:
    bad = struct.pack(">d", rng.choice((math.nan, math.inf, -math.inf, -math.nan)))
    places = [at for at in range(len(frame) - 8) if frame[at] == 0xCB]
    if places:
        at = rng.choice(places) + 1
        return frame[:at] + bad + frame[at + 8 :], at
    # a type without floats gets one in place of its last element
    fields = msgpack.unpackb(frame)
    wire = msgpack.packb([*fields[:7], fields[7][:-1]])
    grown = bytearray(wire[: -len(msgpack.packb(fields[7][:-1]))])
    at = len(grown)
    grown += bytes((0x90 + len(fields[7]),)) + b"".join(map(msgpack.packb, fields[7][:-1])) + b"\xcb" + bad
    return bytes(grown), at


def wrong_type(rng: random.Random, frame: bytes, others: list[bytes]) -> Damage:
    fields = msgpack.unpackb(frame)
    holder, top = fields, rng.randrange(8)
    at = top
    if top == 7 and rng.random() < 0.8:
        holder = fields[7]
        at = rng.randrange(len(holder))
        if isinstance(holder[at], list) and holder[at] and rng.random() < 0.5:
            holder = holder[at]
            at = rng.randrange(len(holder))
    holder[at] = _wrong_for(rng, holder[at])
    return msgpack.packb(fields), 1 + sum(len(msgpack.packb(field)) for field in fields[:top])


def _wrong_for(rng: random.Random, value: object) -> object:
    """Something that no field which took `value` may take."""
    if isinstance(value, list):
        return rng.choice([None, {"a": 1}, b"raw", 7, "text", math.nan, True])
    if isinstance(value, float):
        return rng.choice([None, [], {}, b"raw", "1.0", True, math.nan])
    if isinstance(value, bytes):
        return rng.choice([None, [], {}, 7, math.nan, True])
    return rng.choice(_WRONG)


def random_bytes(rng: random.Random, frame: bytes, others: list[bytes]) -> Damage:
    return rng.randbytes(rng.randint(0, 300)), 0


def random_tail(rng: random.Random, frame: bytes, others: list[bytes]) -> Damage:
    at = rng.randrange(len(frame))
    return frame[:at] + rng.randbytes(rng.randint(1, 64)), at


ANY_OUTCOME: tuple[Mutate, ...] = (flip_bits, splice, huge_length, random_tail)
ALWAYS_REFUSED: tuple[Mutate, ...] = (truncate, deep_nesting, not_finite, wrong_type, random_bytes)


class Sender:
    """One message type on its way: the sound frame, its decoder, and where its writer's name ends."""

    def __init__(self, message: Message) -> None:
        self.topic = f"PSM1/{type(message).__name__}"
        self.type_id = type(message).__name__
        self.frame = encode_frame(Frame(self.topic, self.type_id, WRITER, 9, 10**9, 10**9, 2 * 10**9, message))
        self.decode = FrameDecoder(self.topic, type(message))
        self.header_end = 1 + sum(len(msgpack.packb(text)) for text in (self.topic, self.type_id, WRITER))


def all_finite(value: object) -> bool:
    if isinstance(value, msgspec.Struct):
        return all(all_finite(getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, tuple):
        return all(map(all_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


class Refusal(NamedTuple):
    """What a DecodeFailure says; the error itself would keep the frames it passed through alive."""

    topic: str
    writer: str
    words: str


def receive(sender: Sender, data: bytes) -> Refusal | Frame[Message]:
    """The refusal of a frame, or what came out of it; any other error is the test's failure."""
    try:
        return sender.decode(data)
    except DecodeFailure as refusal:
        return Refusal(refusal.topic, refusal.writer, str(refusal))


def is_refused(sender: Sender, data: bytes, damaged_at: int) -> bool:
    """Whether the damaged frame was refused, by name; whatever comes out instead must be sound."""
    result = receive(sender, data)
    if isinstance(result, Frame):
        assert (result.topic, result.type) == (sender.topic, sender.type_id)
        assert all_finite(result)
        return False
    assert result.topic == sender.topic
    assert result.writer
    assert result.writer in result.words
    if damaged_at >= sender.header_end:
        assert result.writer == WRITER
    return True


@pytest.fixture(scope="module")
def senders(samples: tuple[Message, ...]) -> list[Sender]:
    """A sender of every message type."""
    return [Sender(sample) for sample in samples]


def test_sound_frames_pass(senders: list[Sender]) -> None:
    for sender in senders:
        assert not is_refused(sender, sender.frame, len(sender.frame))


@pytest.fixture
def traced() -> Iterator[None]:
    """Python's memory is counted while the test runs."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
def test_a_hundred_thousand_damaged_frames_harm_nothing(senders: list[Sender]) -> None:
    rng = random.Random(20)
    frames = [sender.frame for sender in senders]
    mutations = ANY_OUTCOME + ALWAYS_REFUSED
    seen, refused = Counter[str](), Counter[str]()
    for number in range(MUTATIONS):
        sender = senders[number % len(senders)]
        mutate = mutations[number // len(senders) % len(mutations)]
        data, damaged_at = mutate(rng, sender.frame, frames)
        seen[mutate.__name__] += 1
        refused[mutate.__name__] += is_refused(sender, data, damaged_at)
        if number == WARM_UP:  # by now every decoder has made what it keeps
            kept, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
    after, peak = tracemalloc.get_traced_memory()
    assert after - kept < MEBIBYTE // 16
    assert peak - kept < MEBIBYTE
    assert seen.total() == MUTATIONS
    for mutate in ALWAYS_REFUSED:
        assert refused[mutate.__name__] == seen[mutate.__name__], mutate.__name__
    for mutate in ANY_OUTCOME:
        assert refused[mutate.__name__] > seen[mutate.__name__] // 3, mutate.__name__
