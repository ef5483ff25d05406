"""Feetech's protocol: our packets are the SDK's, and no byte of noise brings either side down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.hw_drivers.errors import DeviceFault, DriverError
from sutura.hw_drivers.feetech import memory_table as table
from sutura.hw_drivers.feetech import packets
from sutura.hw_drivers.feetech.emulated_bus import EmulatedBus
from sutura.hw_drivers.feetech.emulated_servo import EmulatedServo
from sutura.hw_drivers.feetech.packets import Packet, PacketStream
from sutura.hw_drivers.feetech.row import FeetechOptions, FeetechRow
from tests.hw_drivers.serial_wire import Spoil, WireInMemory, spoils

scservo_sdk = pytest.importorskip("scservo_sdk")

PACKETS = st.builds(Packet, st.integers(0, 0xFE), st.integers(0, 0xFE), st.binary(max_size=60))
REGISTERS = [
    value for value in vars(table).values() if isinstance(value, table.Register) and value is not table.MODEL_NUMBER
]


def row_of(servos: list[EmulatedServo], spoil: Spoil = bytes) -> FeetechRow:
    row = FeetechRow("a test", FeetechOptions(port="memory"), [servo.motor for servo in servos])
    row.bus.port = WireInMemory(EmulatedBus(servos), spoil)
    return row


def after(servo: EmulatedServo, milliseconds: int) -> None:
    for _ in range(milliseconds):
        servo.tick()


def chunks(data: bytes, cuts: list[int]) -> Iterator[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return (data[a:b] for a, b in pairwise(edges))


@given(st.lists(PACKETS, max_size=4), st.lists(st.integers(0, 400), max_size=8), st.binary(max_size=20))
def test_packets_are_found_however_they_are_cut_and_whatever_came_before(
    sent: list[Packet], cuts: list[int], noise: bytes
) -> None:
    stream = PacketStream()
    data = noise.replace(b"\xff", b"") + b"".join(map(packets.encode, sent))
    assert [packet for chunk in chunks(data, cuts) for packet in stream.feed(chunk)] == sent


@given(PACKETS)
def test_a_packet_is_byte_for_byte_the_sdks(packet: Packet) -> None:
    written: list[bytes] = []

    class Listener:
        def answers(self, data: bytes) -> Iterator[bytes]:
            written.append(data)
            return iter(())

    body = [packet.instruction, *packet.parameters]
    raw = [0, 0, packet.motor, len(body) + 1, *body, 0]
    assert scservo_sdk.PacketHandler(0).txPacket(WireInMemory(Listener()), raw) == 0
    assert written == [packets.encode(packet)]


@given(st.lists(st.binary(max_size=60) | PACKETS.map(packets.encode), max_size=12))
def test_whatever_comes_a_bus_lives_on(data: list[bytes]) -> None:
    bus = EmulatedBus([EmulatedServo(1), EmulatedServo(2)])
    for chunk in data:
        list(bus.answers(chunk))
        for servo in bus.servos.values():
            servo.tick()
    bus.forget()
    for motor in (1, 2):
        (answer,) = bus.answers(packets.encode(Packet(motor, packets.PING, b"")))
        assert answer[2] == motor


@given(spoils())
def test_spoilt_answers_are_right_or_an_error_in_words(spoil: Spoil) -> None:
    servos = [EmulatedServo(n) for n in (1, 2, 3)]
    for servo, position in zip(servos, (0.5, -0.25, 1.0), strict=True):
        servo.motion.position = position
    row = row_of(servos)
    row.open()
    wire = row.bus.port
    assert isinstance(wire, WireInMemory)
    wire.spoil = spoil
    for _ in range(4):
        with suppress(DriverError):
            row.measure()


@given(st.sampled_from(REGISTERS), st.integers(-40000, 70000))
def test_numbers_are_written_as_they_are_read_within_what_a_register_holds(
    register: table.Register, value: int
) -> None:
    most = (1 << (register.sign_bit or 8 * register.size)) - 1
    kept = min(max(value, -most if register.sign_bit else 0), most)
    assert table.decoded(register, table.encoded(register, value), register.address) == kept


def test_a_goal_from_before_the_torque_is_gone_to_at_once_so_the_row_writes_another() -> None:
    servo = EmulatedServo(1)
    servo.motion.position = 0.5
    servo.write(table.TORQUE_ENABLE.address, b"\1")
    after(servo, 500)
    assert servo.motion.position == pytest.approx(0.0, abs=1e-3)
    servo.motion.position = 0.5
    servo.write(table.TORQUE_ENABLE.address, b"\0")
    row = row_of([servo])
    row.open()
    row.power()
    after(servo, 500)
    assert servo.motion.position == pytest.approx(0.5, abs=1e-3)


def test_speed_and_acceleration_are_limited_as_asked() -> None:
    servo = EmulatedServo(1)
    row = FeetechRow("a test", FeetechOptions(port="memory", speed=0.5, acceleration=5.0), [1])
    row.bus.port = WireInMemory(EmulatedBus([servo]))
    row.open()
    row.power()
    row.send([1.0])
    after(servo, 50)
    assert servo.motion.velocity == pytest.approx(0.25, rel=0.1)
    after(servo, 500)
    assert servo.motion.velocity == pytest.approx(0.5, rel=0.01)
    after(servo, 2500)
    assert servo.motion.position == pytest.approx(1.0, abs=table.RAD_PER_TICK)


def test_an_overload_is_told_in_words_and_cleared_by_torque() -> None:
    servo = EmulatedServo(1)
    row = row_of([servo])
    row.open()
    row.power()
    servo.break_down()
    with pytest.raises(DeviceFault, match=r"motor 1: overload \(status 0x20, 7.4 V, 30 °C\)"):
        row.measure()
    assert row.measure(judge=False).position == (0.0,)
    with pytest.raises(DeviceFault, match="motor 1 does not take its torque: expected 1, it says 0"):
        row.power()
    servo.broken = False
    row.power()
    row.measure()
