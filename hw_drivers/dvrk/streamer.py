"""What a dVRK's UDP socket streamer says and takes: one JSON object a datagram, by CRTK names."""

from __future__ import annotations

import socket

import msgspec

from sutura.hw_drivers.errors import CommandRefused, DeviceLost

MOST_BYTES = 1023  # the streamer's buffer is one longer and takes the rest for a message of its own
_MAX_DATAGRAM = 65_536
_MOST_DATAGRAMS = 500  # of one look: a stream that babbles must not keep the arm waiting
STATES = ("UNDEFINED", "DISABLED", "ENABLED", "PAUSED", "FAULT")


class StateJoint(msgspec.Struct, rename="pascal", frozen=True):
    """Joints as cisst tells them, [rad, m], [rad/s, m/s], [Nm, N]; an empty vector is null."""

    position: list[float] | None = None
    velocity: list[float] | None = None
    effort: list[float] | None = None
    name: list[str] | None = None
    timestamp: float = 0.0
    valid: bool = True
    automatic_timestamp: bool = False


class CrtkState(msgspec.Struct, rename="pascal", frozen=True):
    """CRTK's operating state; `state` is a number in some versions and a name in others."""

    state: int | str = 0
    is_homed: bool = False
    is_busy: bool = False

    @property
    def name(self) -> str:
        """The state's name."""
        if isinstance(self.state, str):
            return self.state
        return STATES[self.state] if 0 <= self.state < len(STATES) else str(self.state)


class Streamed(msgspec.Struct, frozen=True):
    """What of a datagram counts; everything else in it is let go."""

    measured_js: StateJoint | None = None
    jaw: StateJoint | None = msgspec.field(default=None, name="jaw/measured_js")
    operating_state: CrtkState | None = None


class Goal(msgspec.Struct, rename="pascal", frozen=True):
    """Where joints should go [rad, m]."""

    goal: tuple[float, ...]


class Text(msgspec.Struct, rename="pascal", frozen=True):
    """A string, as cisst wraps it."""

    data: str


class Ordered(msgspec.Struct, omit_defaults=True, frozen=True):
    """What a datagram to the streamer may hold; servo_jp and the jaw's go together."""

    servo_jp: Goal | None = None
    jaw: Goal | None = msgspec.field(default=None, name="jaw/servo_jp")
    state_command: Text | None = None
    hold: str | None = None


HOLD = Ordered(hold="")
encode_order = msgspec.json.Encoder().encode
decode_order = msgspec.json.Decoder(Ordered).decode
encode_stream = msgspec.json.Encoder().encode
_decode_stream = msgspec.json.Decoder(Streamed).decode


class Streamer:
    """Our end of the stream: it hears one streamer, the first that speaks, and answers to where that speaks from.

    joints, jaw, state: the newest heard; heard_at, jaw_heard_at [ns]: when they were taken; heard: how often the
    joints have come; refused: datagrams that were unreadable or came from elsewhere.
    """

    def __init__(self, owner: str, listen: str, port: int) -> None:
        self.joints: StateJoint | None = None
        self.jaw: StateJoint | None = None
        self.state: CrtkState | None = None
        self.heard_at = self.jaw_heard_at = self.heard = self.refused = 0
        self._owner = owner
        self._source: tuple[str, int] | None = None
        self._where = f"{listen}:{port}"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        try:
            self._socket.bind((listen, port))
        except OSError as error:
            self._socket.close()
            raise DeviceLost(owner, f"cannot listen on {self._where}: {error.strerror}") from error

    def hear(self, now: int, wait_s: float = 0.0) -> None:
        """Take every datagram that has come, waiting for the first one [s]."""
        self._socket.settimeout(wait_s)
        for _ in range(_MOST_DATAGRAMS):
            try:
                data, source = self._socket.recvfrom(_MAX_DATAGRAM)
            except (BlockingIOError, TimeoutError):
                return
            except OSError as error:
                raise DeviceLost(self._owner, f"{self._where} gives no datagrams: {error.strerror}") from error
            self._socket.settimeout(0.0)
            if self._source is None:
                self._source = source
            if source == self._source:
                self._take(data, now)
            else:
                self.refused += 1

    def _take(self, data: bytes, now: int) -> None:
        try:
            said = _decode_stream(data)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.refused += 1
            return
        if said.measured_js is not None:
            self.joints, self.heard_at = said.measured_js, now
            self.heard += 1
        if said.jaw is not None:
            self.jaw, self.jaw_heard_at = said.jaw, now
        if said.operating_state is not None:
            self.state = said.operating_state

    def send(self, order: Ordered) -> None:
        """Send an order to where the stream comes from. Raises DeviceLost, CommandRefused."""
        data = encode_order(order)
        if len(data) > MOST_BYTES:
            raise CommandRefused(self._owner, f"the streamer takes {MOST_BYTES} bytes, the order has {len(data)}")
        if self._source is None:
            raise DeviceLost(self._owner, f"no streamer has spoken to {self._where} yet")
        try:
            self._socket.sendto(data, self._source)
        except OSError as error:
            raise DeviceLost(self._owner, f"{self._source[0]}:{self._source[1]}: {error.strerror}") from error

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()
