"""An output port at run time."""

from typing import Generic, Protocol, TypeVar

from sutura.messages import Frame, Message, finite_check
from sutura.nodes.inbox import InputPort

M = TypeVar("M", bound=Message)


class Sender(Protocol):
    """What the host offers its output ports."""

    origin: int

    def now(self) -> int:
        """The host's clock [ns]."""

    def send(self, port: "OutputPort[Message]", frame: Frame[Message]) -> None:
        """Bring a frame to every reader."""

    def not_finite(self, port: "OutputPort[Message]") -> None:
        """Note that a message with NaN or Inf was held back."""


class OutputPort(Generic[M]):
    """What a node sees of an output: `publish`."""

    __slots__ = (
        "_finite",
        "_sender",
        "_valid_for_ns",
        "latched",
        "name",
        "node_order",
        "others",
        "readers",
        "refused",
        "seq",
        "topic",
        "type_id",
        "writer",
    )

    def __init__(
        self, name: str, message: type[M], *, topic: str, writer: str, valid_for: float | None, latched: bool
    ) -> None:
        self.name = name
        self.topic = topic
        self.type_id = message.__name__
        self.writer = writer
        self.latched = latched
        self.seq = 0
        self.refused = 0
        self.node_order = 0
        self.readers: list[InputPort[Message]] = []  # later in the same place: by a direct call
        self.others: list[InputPort[Message]] = []  # in the same place, but earlier, or taking bytes
        self._valid_for_ns = int(valid_for * 1e9) if valid_for is not None else 0
        self._finite = finite_check(message)
        self._sender: Sender | None = None

    def attach(self, sender: Sender) -> None:
        """Give the port its way out; until then publishing is an error."""
        self._sender = sender

    def publish(self, message: M, *, expires: int = 0, origin: int = 0) -> None:
        """Send a message; its stamp is now, its origin that of the message being handled.

        expires [ns]: an earlier end than valid_for gives it; origin [ns]: when the gesture or reading was
        taken, for a source. A message with NaN or Inf is held back, counted and reported.
        """
        sender = self._sender
        if sender is None:
            raise RuntimeError(f"output {self.name!r} published before its node was hosted")
        if not self._finite(message):
            self.refused += 1
            sender.not_finite(self)  # type: ignore[arg-type]
            return
        now = sender.now()
        if self._valid_for_ns:
            end = now + self._valid_for_ns
            if not expires or end < expires:
                expires = end
        self.seq += 1
        frame = Frame(
            self.topic,
            self.type_id,
            self.writer,
            self.seq,
            now,
            origin or sender.origin or now,
            expires,
            message,
        )
        sender.send(self, frame)  # type: ignore[arg-type]
