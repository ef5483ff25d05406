"""One place as a process on a virtual clock: `python -m sutura.runtime.stepped_place CONFIG.json PARENT_PID`.

Its nodes and their host are those of an ordinary place; time and mail come from the coordinator, step by step, and
what the nodes send goes back with the answer.
"""

import logging
import os
import signal
import socket
import sys
from pathlib import Path
from types import FrameType

from sutura.errors import SuturaError
from sutura.messages import Frame, Message, MessageSchema, describe, encode_frame
from sutura.runtime import realtime
from sutura.runtime.clock import VirtualClock, boot_id
from sutura.runtime.config import PlaceConfig, read_config
from sutura.runtime.errors import NodeCrashed
from sutura.runtime.faulty_host import make_host
from sutura.runtime.place import EXIT_CRASHED, EXIT_ORPHANED
from sutura.runtime.status import place_status
from sutura.runtime.step_link import Hello, Link, Step, Stepped, step_path

_SETTLE_EVERY = 256

log = logging.getLogger("sutura.place")


class Outgoing:
    """The way out of the place: kept until the step is answered."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, frame: Frame[Message], latched: bool) -> None:
        """Keep a frame for the answer."""
        self.sent.append(encode_frame(frame))


class SteppedPlace:
    """A host on a virtual clock that somebody else steps."""

    def __init__(self, config: PlaceConfig) -> None:
        self.clock = VirtualClock()
        self.bus = Outgoing()
        self._grants = 0
        self.host = make_host(config, self.clock.now, self.bus)

    def take(self, step: Step) -> Stepped:
        """Carry out one step."""
        self.clock.advance_to(step.now)
        try:
            if step.what == "grant":
                self._grant(step.mail)
                return self._answer()
            for data in step.mail:
                self.host.deliver(data)
            match step.what:
                case "begin":
                    self.host.begin(step.now)
                case "end":
                    self.host.end()
                case _:
                    return self._answer(with_figures=True)
        except NodeCrashed as error:
            log.error("%s", error, exc_info=error.__cause__)
            self.host.event(error.node, "crash", str(error))
            self.host.end()
            return self._answer(str(error), error.node, with_figures=True)
        return self._answer()

    def _grant(self, letters: list[bytes]) -> None:
        self.host.turn(letters)
        self._grants += 1
        if self._grants % _SETTLE_EVERY == 0:
            self.host.settle()

    def schemas(self) -> dict[str, MessageSchema]:
        """The field lists of all ports, for the handshake."""
        return {
            f"{node.name}.{name}": describe(message)
            for node in self.host.nodes.values()
            for name, message in node.declaration.messages().items()
        }

    def _answer(self, crash: str = "", node: str = "", *, with_figures: bool = False) -> Stepped:
        sent, self.bus.sent = self.bus.sent, []
        if not with_figures:
            return Stepped(sent, self.host.deadline())
        events = tuple(self.host.events)
        self.host.events.clear()
        return Stepped(sent, self.host.deadline(), crash, node, place_status(self.host), events)


def main() -> int:
    """Run one place until the coordinator closes; the exit code is 0 after an ordered stop."""
    realtime.show_crashes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    config = read_config(Path(sys.argv[1]))
    logging.basicConfig(format=f"{config.place}: %(message)s", level=logging.INFO, stream=sys.stderr)
    if not realtime.die_with_parent(int(sys.argv[2])):
        return EXIT_ORPHANED
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        place = SteppedPlace(config)
        sock.connect(str(step_path(Path(config.run_dir) / "s")))
    except (SuturaError, OSError) as error:
        log.error("cannot start: %s", error)
        return EXIT_CRASHED
    signal.signal(signal.SIGTERM, _leaver(place))
    return _live(place, config, Link(sock, Step))


def _leaver(place: SteppedPlace) -> "signal._HANDLER":
    def leave(number: int, frame: FrameType | None) -> None:
        place.host.end()
        os._exit(0)

    return leave


def _live(place: SteppedPlace, config: PlaceConfig, link: Link[Step]) -> int:
    try:
        link.send(Hello(config.place, boot_id(), place.schemas()))
        while (step := link.receive()) is not None:
            answer = place.take(step)
            link.send(answer)
            if answer.crash:
                return EXIT_CRASHED
    except OSError as error:
        log.error("the coordinator is gone: %s", error)
    finally:
        place.host.end()
        link.close()
    return 0


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)
