"""Protocol 2.0: our packets are the SDK's, whatever bytes come, and no byte of noise brings either side down."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.hw_drivers.dynamixel import control_table as table
from sutura.hw_drivers.dynamixel import packets
from sutura.hw_drivers.dynamixel.emulated_bus import EmulatedBus
from sutura.hw_drivers.dynamixel.emulated_servo import ACCESS, ALERT, DATA_RANGE, EmulatedServo
from sutura.hw_drivers.dynamixel.packets import Packet, PacketStream
from sutura.hw_drivers.dynamixel.row import DynamixelOptions, DynamixelRow
from sutura.hw_drivers.errors import DriverError
from tests.hw_drivers.serial_wire import Spoil, WireInMemory, spoils

dynamixel_sdk = pytest.importorskip("dynamixel_sdk")

XM430, XL430, XL330 = 1020, 1060, 1200
BODIES = st.lists(st.sampled_from([b"\xff", b"\xff\xff", b"\xfd", b"\xff\xff\xfd", b"\0", b"x"]), max_size=30).map(
    b"".join
)
PACKETS = st.builds(Packet, st.integers(0, 0xFE), st.integers(1, 0xFE), BODIES | st.binary(max_size=60))


def chunks(data: bytes, cuts: list[int]) -> Iterator[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return (data[a:b] for a, b in pairwise(edges))


def row_of(servos: list[EmulatedServo], spoil: Spoil = bytes, knows_fast: bool = True) -> DynamixelRow:
    row = DynamixelRow("a test", DynamixelOptions(port="memory"), [servo.motor for servo in servos])
    row.bus.port = WireInMemory(EmulatedBus(servos, knows_fast), spoil)
    return row


def after(servo: EmulatedServo, milliseconds: int) -> None:
    for _ in range(milliseconds):
        servo.tick()


@given(st.lists(PACKETS, max_size=4), st.lists(st.integers(0, 400), max_size=8), st.binary(max_size=20))
def test_packets_are_found_however_they_are_cut_and_whatever_came_before(
    sent: list[Packet], cuts: list[int], noise: bytes
) -> None:
    stream = PacketStream()
    data = noise.replace(b"\xff", b"") + b"".join(map(packets.encode, sent))
    assert [packet for chunk in chunks(data, cuts) for packet in stream.feed(chunk)] == sent


@given(PACKETS)
def test_a_packet_is_byte_for_byte_the_sdks(packet: Packet) -> None:
    handler = dynamixel_sdk.PacketHandler(2.0)
    body = [packet.instruction, *packet.parameters]
    raw = [0xFF, 0xFF, 0xFD, 0, packet.motor, *struct.pack("<H", len(body) + 2), *body, 0, 0]
    stuffed = handler.addStuffing(raw)  # `txPacket` forgets to take it, so what needs stuffing is not sent well
    crc = handler.updateCRC(0, stuffed, len(stuffed) - 2)
    encoded = packets.encode(packet)
    assert encoded == bytes(stuffed[:-2]) + struct.pack("<H", crc)
    assert bytes(handler.removeStuffing(list(encoded))[7 : 7 + len(body)]) == bytes(body)


@given(PACKETS, st.integers(0, 200), st.integers(1, 255))
def test_a_spoilt_packet_is_none(packet: Packet, at: int, change: int) -> None:
    data = bytearray(packets.encode(packet))
    data[at % len(data)] ^= change
    assert packet not in list(PacketStream().feed(bytes(data)))


@given(st.lists(st.binary(max_size=60) | PACKETS.map(packets.encode), max_size=12))
def test_whatever_comes_a_bus_lives_on(data: list[bytes]) -> None:
    bus = EmulatedBus([EmulatedServo(1, XM430), EmulatedServo(2, XL330)])
    for chunk in data:
        list(bus.answers(chunk))
        for servo in bus.servos.values():
            servo.tick()
            after(servo, 200 if not servo.answers else 0)
    bus.forget()
    assert len(list(bus.answers(packets.encode(Packet(packets.BROADCAST, packets.PING, b""))))) == 2


@given(spoils(), st.booleans())
def test_spoilt_answers_are_right_or_an_error_in_words(spoil: Spoil, knows_fast: bool) -> None:
    servos = [EmulatedServo(n, XM430) for n in (1, 2, 3)]
    for servo, position in zip(servos, (0.5, -0.25, 1.0), strict=True):
        servo.motion.position = position
    row = row_of(servos, knows_fast=knows_fast)
    row.open()
    wire = row.bus.port
    assert isinstance(wire, WireInMemory)
    wire.spoil = spoil
    for _ in range(4):
        with suppress(DriverError):
            assert row.measure().position == pytest.approx((0.5, -0.25, 1.0), abs=table.RAD_PER_TICK)


@pytest.mark.parametrize("models", [(XM430, XM430), (XL330, XL330), (XL430, XL330)])
@pytest.mark.parametrize("knows_fast", [True, False])
def test_all_models_are_read_alike(models: tuple[int, int], knows_fast: bool) -> None:
    servos = [EmulatedServo(n + 1, model) for n, model in enumerate(models)]
    row = row_of(servos, knows_fast=knows_fast)
    row.open()
    row.power()
    row.send([0.5, -0.5])
    for servo in servos:
        after(servo, 40)
    (first, second), speeds, _ = row.measure()
    assert second < -0.05 < 0.05 < first
    assert speeds[1] < -1.0 < 1.0 < speeds[0]


def test_registers_that_must_not_be_written_are_refused() -> None:
    servo = EmulatedServo(1, XM430)
    assert servo.write(table.PRESENT_POSITION.address, bytes(4)) == ACCESS
    assert servo.write(table.TORQUE_ENABLE.address, b"\1") == 0
    assert servo.write(table.OPERATING_MODE.address, b"\4") == ACCESS, "EEPROM is locked while the torque is on"


def test_a_silent_bus_stops_the_servo_and_locks_its_goals() -> None:
    servo = EmulatedServo(1, XM430)
    servo.write(table.BUS_WATCHDOG.address, b"\2")
    servo.write(table.TORQUE_ENABLE.address, b"\1")
    servo.write(table.GOAL_POSITION.address, struct.pack("<i", table.CENTRE + 1000))
    after(servo, 30)
    servo.heard()
    after(servo, 39)
    assert servo.get(table.BUS_WATCHDOG) == 2
    after(servo, 3)
    assert servo.get(table.BUS_WATCHDOG) == -1
    assert servo.write(table.GOAL_POSITION.address, struct.pack("<i", table.CENTRE)) == DATA_RANGE
    after(servo, 200)
    assert servo.motion.velocity == 0.0
    assert servo.write(table.BUS_WATCHDOG.address, b"\0") == 0
    assert servo.write(table.GOAL_POSITION.address, struct.pack("<i", table.CENTRE)) == 0


def test_an_overload_drops_the_shaft_and_is_in_every_answer_until_a_reboot() -> None:
    servo = EmulatedServo(1, XM430)
    bus = EmulatedBus([servo])
    servo.write(table.TORQUE_ENABLE.address, b"\1")
    servo.break_down()
    assert not servo.is_powered
    (answer,) = bus.answers(packets.encode(Packet(1, packets.PING, b"")))
    assert answer[8] == ALERT
    servo.write(table.TORQUE_ENABLE.address, b"\1")
    assert not servo.is_powered
    servo.broken = False
    servo.reboot()
    assert list(bus.answers(packets.encode(Packet(1, packets.PING, b"")))) == [], "it boots"
    after(servo, 200)
    (answer,) = bus.answers(packets.encode(Packet(1, packets.PING, b"")))
    assert answer[8] == 0


def test_a_reboot_forgets_turns_that_the_row_remembers() -> None:
    servo = EmulatedServo(1, XM430)
    row = row_of([servo])
    row.open()
    row.power()
    row.send([5.0])
    for _ in range(1500):
        servo.heard()
        servo.tick()
    assert servo.motion.position == pytest.approx(5.0, abs=2e-3)
    servo.break_down()
    servo.broken = False
    wire = row.bus.port
    assert isinstance(wire, WireInMemory)
    wire.bus = _Booting(EmulatedBus([servo]), servo)
    row.power()
    assert row.measure().position[0] == pytest.approx(5.0, abs=2e-3)
    assert servo.get(table.PRESENT_POSITION) < table.TICKS, "it counts from its first turn again"


class _Booting:
    """Lets time pass at each instruction."""

    def __init__(self, bus: EmulatedBus, servo: EmulatedServo) -> None:
        self.bus, self.servo = bus, servo

    def answers(self, data: bytes) -> Iterator[bytes]:
        after(self.servo, 20)
        return self.bus.answers(data)
