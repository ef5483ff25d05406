"""What an integrator says of a dVRK arm."""

from typing import Annotated

from msgspec import Meta

from sutura.hw_drivers.joint_map import MappedOptions


class DvrkOptions(MappedOptions):
    """listen, port: where the streamer sends to; lost_after [s]: an arm whose stream is older is lost;
    open_timeout [s]: for the first datagrams; enable_timeout [s]: for the arm to be enabled; state_command: the
    streamer takes CRTK's state_command, so that the arm is switched on and off from here and not at its console.
    """

    listen: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65_535)] = 48051
    lost_after: Annotated[float, Meta(ge=0.005, le=0.2)] = 0.03
    open_timeout: Annotated[float, Meta(ge=0.05, le=5.0)] = 0.3
    enable_timeout: Annotated[float, Meta(ge=0.05, le=5.0)] = 0.4
    state_command: bool = False
