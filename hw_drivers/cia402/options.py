"""What an integrator says of a row of CiA 402 drives."""

from typing import Annotated

from msgspec import Meta

from sutura.hw_drivers.cia402.can_link import BusAddress
from sutura.hw_drivers.joint_map import MappedOptions

SILENCE_STOP_S = 0.05  # the longest heartbeat timeout that a drive may be given
NodeNumber = Annotated[int, Meta(ge=1, le=127)]


class CanopenOptions(MappedOptions):
    """interface, channel, bitrate [bit/s], port: the bus, as python-can names it (port: of udp_multicast).

    counts_per_turn: of a motor's encoder, for all or each; sync_period [s]: whole milliseconds; heartbeat_timeout
    [s]: a drive that hears nothing of us for so long stops; lost_after [s]: a drive that says nothing for so long is
    lost; answer_timeout, enable_timeout [s]: for each answer, and for the way to power; following_error [motor rad]
    and following_timeout [s]: when a drive gives up, None: as it is set; quick_stop_deceleration [motor rad/s²];
    velocity: the drives tell their velocity too, in a second frame; torque: tell efforts, by the rated torque of
    each drive; brakes: every joint holds without power; master_node: our own number on the bus.
    """

    interface: str = "socketcan"
    channel: str = "can0"
    bitrate: Annotated[int, Meta(ge=10_000, le=1_000_000)] | None = None
    port: Annotated[int, Meta(ge=1, le=65_535)] | None = None
    counts_per_turn: Annotated[int, Meta(ge=1)] | tuple[Annotated[int, Meta(ge=1)], ...] = 131_072
    sync_period: Annotated[float, Meta(ge=0.001, le=0.02)] = 0.004
    heartbeat_timeout: Annotated[float, Meta(ge=0.02, le=SILENCE_STOP_S)] = SILENCE_STOP_S
    lost_after: Annotated[float, Meta(ge=0.005, le=0.2)] = 0.03
    answer_timeout: Annotated[float, Meta(ge=0.005, le=0.5)] = 0.1
    enable_timeout: Annotated[float, Meta(ge=0.05, le=5.0)] = 1.0
    following_error: Annotated[float, Meta(gt=0.0)] | None = None
    following_timeout: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.02
    quick_stop_deceleration: Annotated[float, Meta(gt=0.0)] = 300.0
    velocity: bool = False
    torque: bool = True
    brakes: bool = False
    master_node: NodeNumber = 127

    @property
    def address(self) -> BusAddress:
        """The bus."""
        return BusAddress(self.interface, self.channel, self.bitrate, self.port)
