"""What an integrator says of a row of CiA 402 drives."""

import math
from typing import Annotated

from msgspec import Meta

from sutura.hw_drivers.cia402.can_link import BusAddress
from sutura.hw_drivers.cia402.objects import LAST_NODE
from sutura.hw_drivers.errors import BadOptions
from sutura.hw_drivers.joint_map import MappedOptions

SILENCE_STOP_S = 0.05  # the longest heartbeat timeout that a drive may be given


class CanopenOptions(MappedOptions):
    """interface, channel, bitrate [bit/s]: the bus, as python-can names it; on udp_multicast GROUP:PORT.

    counts_per_turn: of a motor's encoder, for all or each; sync_period [s]: whole milliseconds; heartbeat_timeout
    [s]: a drive that hears nothing of us for so long stops; lost_after [s]: a drive silent for so long is lost;
    answer_timeout, enable_timeout [s]: for each answer, and for the way to power; following_error [motor rad]
    and following_timeout [s]: when a drive gives up, None: as it is set; quick_stop_deceleration [motor rad/s²];
    velocity: the drives tell their velocity too, in a second frame; torque: tell efforts, by the rated torque of
    each drive; brakes: every joint holds without power; master_node: our own number on the bus.
    """

    interface: str = "socketcan"
    channel: str = "can0"
    bitrate: Annotated[int, Meta(ge=10_000, le=1_000_000)] | None = None
    counts_per_turn: Annotated[int, Meta(ge=1)] | tuple[Annotated[int, Meta(ge=1)], ...] = 131_072
    sync_period: Annotated[float, Meta(ge=0.001, le=0.02)] = 0.004
    heartbeat_timeout: Annotated[float, Meta(ge=0.02, le=SILENCE_STOP_S)] = SILENCE_STOP_S
    lost_after: Annotated[float, Meta(ge=0.005, le=0.2)] = 0.04
    answer_timeout: Annotated[float, Meta(ge=0.005, le=0.5)] = 0.1
    enable_timeout: Annotated[float, Meta(ge=0.05, le=5.0)] = 0.4
    following_error: Annotated[float, Meta(gt=0.0)] | None = None
    following_timeout: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.02
    quick_stop_deceleration: Annotated[float, Meta(gt=0.0)] = 3000.0
    velocity: bool = False
    torque: bool = True
    brakes: bool = False
    master_node: Annotated[int, Meta(ge=1, le=LAST_NODE)] = LAST_NODE

    @property
    def address(self) -> BusAddress:
        """The bus."""
        return BusAddress(self.interface, self.channel, self.bitrate)


def node_numbers(driver: str, motors: tuple[int | str, ...]) -> tuple[int, ...]:
    """The drives' numbers on the bus, which are the motors of the joint map. Raises BadOptions."""
    nodes = tuple(motor for motor in motors if isinstance(motor, int) and 1 <= motor <= LAST_NODE)
    if len(nodes) != len(motors):
        reason = f"joint_map.motors: expected node numbers from 1 to {LAST_NODE}, came {motors}"
        raise BadOptions(driver, reason, ["joint_map"])
    return nodes


def scales(driver: str, counts_per_turn: int | tuple[int, ...], motors: int) -> tuple[float, ...]:
    """Counts per radian of each motor. Raises BadOptions."""
    each = (counts_per_turn,) * motors if isinstance(counts_per_turn, int) else counts_per_turn
    if len(each) != motors:
        reason = f"counts_per_turn: expected {motors} or one for all, came {len(each)}"
        raise BadOptions(driver, reason, ["counts_per_turn"])
    return tuple(counts / math.tau for counts in each)
