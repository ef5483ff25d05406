"""One place as a process: `python -m sutura.runtime.place CONFIG.json PARENT_PID`.

It binds, connects and reports ready; at the supervisor's word it runs its nodes until it is told to stop, a
node crashes, or a signal comes; and in each case it leaves its devices safe first.
"""

import gc
import logging
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from sutura.errors import SuturaError
from sutura.runtime import realtime
from sutura.runtime.clock import boot_id, monotonic
from sutura.runtime.config import PlaceConfig, read_config
from sutura.runtime.control import PlaceControl
from sutura.runtime.faulty_host import make_host
from sutura.runtime.zmq_bus import ZmqBus, control_address

_SLICE_NS = 10_000_000  # requests are looked for, and the hang limit is set anew, this often
_COLLECT_EVERY = 100  # slices between garbage collections
EXIT_CRASHED = 1
EXIT_ORPHANED = 3

log = logging.getLogger("sutura.place")


class Place:
    """Host, bus and control socket of one place, and the loop that drives them."""

    def __init__(self, config: PlaceConfig) -> None:
        sockets = Path(config.run_dir) / "s"
        self.config = config
        self.bus = ZmqBus(sockets, config.place)
        self.host = make_host(config, monotonic, self.bus)
        router = self.bus.control_socket(control_address(sockets, config.place))
        self.control = PlaceControl(self.host, router, boot_id())
        self.stop_signal = 0
        self._outputs = [topic for node in config.nodes for topic in node.outputs.values()]

    def connect(self) -> None:
        """Hear the other places and know which topics may be heard from here."""
        by_place: dict[str, list[str]] = {}
        for topic, source in self.config.sources.items():
            if source.place != self.config.place:
                by_place.setdefault(source.place, []).append(topic)
        self.bus.follow(self._outputs)
        self.bus.listen(by_place)

    def open(self) -> None:
        """Open the nodes, and let the collector never look at what has been made until now.

        Only then come realtime settings: loading libraries under them would use up what the kernel lets
        realtime threads have, and it would take it back in the first seconds of the run.
        """
        self.host.open()
        gc.collect()
        gc.freeze()
        gc.disable()
        self.host.notices += realtime.apply(self.config.realtime)

    def wait_for_go(self) -> bool:
        """Answer until every reader has subscribed and the supervisor says go. False if told to stop."""
        while not self.stop_signal and self.control.phase in ("waiting", "ready"):
            self.bus.serve()
            if self.control.phase == "waiting" and self._all_readers_here():
                self.control.phase = "ready"
            self.control.serve()
            time.sleep(0.002)
        return not self.stop_signal and self.control.start > 0  # it may have been asked to be quiet at once

    def _all_readers_here(self) -> bool:
        return all(self.bus.readers(topic) >= count for topic, count in self.config.readers.items())

    def run(self) -> None:
        """Run the nodes on the grid that the supervisor's go has set, until told to stop."""
        host, control = self.host, self.control
        host.begin(control.start)
        if self.config.restarted:
            host.timers.skip_to(host.now())
        realtime.rearm_hang_limit(self.config.realtime.hang_limit)
        self._loop()
        host.end()
        while control.phase == "quiet" and not self.stop_signal:
            for data in self.bus.wait(0.002):
                host.deliver(data)
            self._serve()

    def _loop(self) -> None:
        host, control, bus, now = self.host, self.control, self.bus, monotonic
        batch = self.config.realtime.batch
        next_slice, slices = 0, 0
        while control.phase == "running" and not self.stop_signal:
            wait = max(0.0, (min(host.deadline(), next_slice) - now()) * 1e-9)
            if batch:
                time.sleep(min(wait, batch))
                wait = 0.0
            host.turn(bus.wait(wait))
            at = now()
            if at >= next_slice:
                next_slice = at + _SLICE_NS
                slices += 1
                self._serve()
                if slices % _COLLECT_EVERY == 0:
                    gc.collect(1)

    def _serve(self) -> None:
        """What can wait: who listens, requests, complaints; and the hang limit is set anew."""
        self.bus.serve()
        for complaint in self.bus.complaints():
            self.host.event("", "rejected", complaint)
        self.control.serve()
        self.host.settle()
        realtime.rearm_hang_limit(self.config.realtime.hang_limit)

    def leave(self) -> None:
        """Leave every device safe, then close."""
        self.host.end()
        realtime.rearm_hang_limit(0)

    def close(self) -> None:
        """Close the sockets."""
        self.bus.close()


def main() -> int:
    """Run one place; the exit code is 0 after an ordered stop, else it says why."""
    realtime.show_crashes()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    config = read_config(Path(sys.argv[1]))
    logging.basicConfig(format=f"{config.place}: %(message)s", level=logging.INFO, stream=sys.stderr)
    if not realtime.die_with_parent(int(sys.argv[2])):
        return EXIT_ORPHANED
    try:
        place = Place(config)
    except SuturaError as error:
        log.error("cannot start: %s", error)
        return EXIT_CRASHED
    signal.signal(signal.SIGTERM, _stopper(place))
    return _live(place)


def _stopper(place: Place) -> "signal._HANDLER":
    def stop(number: int, frame: FrameType | None) -> None:
        place.stop_signal = number

    return stop


def _live(place: Place) -> int:
    code = 0
    try:
        place.connect()
        place.open()
        if place.wait_for_go():
            place.run()
    except SuturaError as error:
        log.error("%s", error, exc_info=error.__cause__)
        place.host.event("", "crash", str(error))
        code = EXIT_CRASHED
    finally:
        place.leave()
        place.close()
    return code


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)
