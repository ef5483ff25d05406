"""Lockstep with a process a place: a coordinator grants each its turns, one at a time, in the one order there is.

As only one of them runs at any time, all share one core: waking a process of the same core costs least.
"""

import os
import socket
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from functools import partial

import msgspec

from sutura.launch.child import Child
from sutura.launch.guardian import Guardian
from sutura.launch.handshake import require_agreement
from sutura.launch.run_dir import RunDirectory
from sutura.launch.run_errors import StartFailed
from sutura.launch.stepped_run import Figures
from sutura.launch.wiring import Wiring
from sutura.messages import prefix_of, topic_prefix
from sutura.runtime.clock import boot_id
from sutura.runtime.config import PlaceConfig, write_config
from sutura.runtime.control import Reply
from sutura.runtime.errors import PlaceFell
from sutura.runtime.step_link import Hello, Link, Step, Stepped, step_path
from sutura.runtime.turns import Turns, nobody

_START_TIMEOUT_S = 60.0
_ANSWER_TIMEOUT_S = 20.0
_FAREWELL_S = 2.0
_SLICE_S = 0.02


class SteppedProcesses(Turns):
    """Steps places that are processes of their own. Use it as: begin(), run_until(...), end(), and close() always.

    It must be made on the main thread: the processes end with the thread that started them.
    """

    def __init__(
        self, configs: Iterable[PlaceConfig], wiring: Wiring, run: RunDirectory, is_unwanted: Callable[[], bool]
    ) -> None:
        super().__init__(configs)
        self._wiring = wiring
        self._run = run
        self._is_unwanted = is_unwanted
        self._topics = {topic_prefix(topic): topic for topic in self._readers}
        self._children = {p: Child(p, run.logs / f"{p}.log", "sutura.runtime.stepped_place") for p in self.seats}
        self._links: dict[str, Link[Stepped]] = {}
        self._places = list(self.seats)
        self.calls = [partial(self._grant, place) for place in self._places]
        self._last: dict[str, Figures] = {}  # of places that have crashed
        self._told: dict[str, Figures] = {}  # in a look that a fallen place has cut short
        self._guardian = Guardian(run, {})
        self._cores = os.sched_getaffinity(0)

    def begin(self) -> None:
        """Start every process, let all agree, then start every node.

        Raises StartFailed, SchemaMismatch, PlaceFell.
        """
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.bind(str(step_path(self._run.sockets)))
            door.listen(len(self.configs))
            door.settimeout(_SLICE_S)
            for place, config in self.configs.items():
                self._start(self._children[place], config)
            require_agreement(self._wiring, self._let_in(door), boot_id())
        self._share_a_core()
        self._links = {place: self._links[place] for place in self._places}  # they came in any order
        deadlines = {place: self._ask(place, "begin").due for place in self._places}
        for place, seat in self.seats.items():
            self.due[seat] = self.start if self.mail[seat] else deadlines[place]
        self.run_until(0.0)

    def _grant(self, place: str, letters: list[bytes]) -> int:
        """Grant a place its turn. Raises PlaceFell."""
        if place in self._links:
            return self._ask(place, "grant", letters).due
        return nobody(letters)

    def bury(self, place: str, node: str, text: str) -> Figures | None:
        """Forget a place that has fallen; returns its last figures and events, where it has told them."""
        self._forget(place)
        return self._last.pop(place, None)

    def look(self) -> dict[str, Figures]:
        """The figures of every place that lives, and the events since the last look. Raises PlaceFell."""
        for place in [place for place in self._links if place not in self._told]:
            answer = self._ask(place, "look", self.mail[self.seats[place]])
            if answer.status is not None:
                self._told[place] = (answer.status, list(answer.events))
        told, self._told = self._told, {}
        return told

    def end(self, first: Collection[str] = ()) -> None:
        """Stop the nodes of every place, those of `first` first. Raises PlaceFell."""
        for place in sorted(self._links, key=lambda place: place not in first):
            self._ask(place, "end")

    def close(self) -> None:
        """End every process, by force what does not end by itself."""
        for place in list(self._links):
            self._forget(place)
        self._wait_for_all(_FAREWELL_S)
        for child in self._children.values():
            if child.is_running:
                child.kill("did not end by itself, was killed")
        self._wait_for_all(_FAREWELL_S)
        self._guardian.dismiss()
        os.sched_setaffinity(0, self._cores)

    def _share_a_core(self) -> None:
        cores = sorted(self._cores)
        for pid in (0, *(child.pid for child in self._children.values())):
            with suppress(ProcessLookupError):  # it has ended: the first step will find that out
                os.sched_setaffinity(pid, {cores[os.getpid() % len(cores)]})

    def _start(self, child: Child, config: PlaceConfig) -> None:
        path = self._run.configs / f"{config.place}.json"
        write_config(config, path)
        child.start(path)
        self._guardian.look_after(config.place, child.pid)

    def _let_in(self, door: socket.socket) -> dict[str, Reply]:
        """Wait until every place has said who it is."""
        said: dict[str, Reply] = {}
        deadline = time.monotonic() + _START_TIMEOUT_S
        while len(said) < len(self.configs):
            for child in self._children.values():
                if not child.is_running:
                    raise StartFailed(f"place {child.place!r} {child.ending()} at the start: {child.last_words()}")
            if self._is_unwanted():
                raise StartFailed("the run was asked to end before it had started")
            if time.monotonic() > deadline:
                missing = ", ".join(sorted(set(self._places) - set(said)))
                raise StartFailed(f"not ready after {_START_TIMEOUT_S:g} s: {missing}")
            try:
                sock, _ = door.accept()
            except TimeoutError:
                continue
            hello = self._greet(sock)
            if hello is not None:
                said[hello.place] = Reply(
                    id="", schemas=hello.schemas, boot_id=hello.boot_id, protocol=hello.protocol
                )
        return said

    def _greet(self, sock: socket.socket) -> Hello | None:
        """Hear who has come; None if it has left again."""
        sock.settimeout(_ANSWER_TIMEOUT_S)
        try:
            hello = Link(sock, Hello).receive()
        except (OSError, msgspec.MsgspecError) as error:
            raise StartFailed(f"expected the name of a place on {sock.getsockname()}, came: {error}") from error
        if hello is not None:
            self._links[hello.place] = Link(sock, Stepped)
        return hello

    def _ask(self, place: str, what: str, letters: list[bytes] | None = None) -> Stepped:
        """One step of a place, which takes the letters; what it sent is posted.

        Raises PlaceFell, after which the place must be buried.
        """
        link = self._links[place]
        try:
            link.send(Step(what, self.clock.now(), letters or []))
            if letters:
                letters.clear()
            answer = link.receive()
        except TimeoutError:
            self._children[place].kill(f"did not answer for {_ANSWER_TIMEOUT_S:g} s, was killed")
            answer = None
        except msgspec.MsgspecError as error:
            self._children[place].kill(f"answered what is no answer ({error}), was killed")
            answer = None
        except OSError:
            answer = None
        if answer is None:
            raise PlaceFell(place, place, self._obituary(place))
        for data in answer.sent:
            self.post(self._topics.get(prefix_of(data), ""), data)
        if answer.crash:
            if answer.status is not None:
                self._last[place] = (answer.status, list(answer.events))
            raise PlaceFell(place, answer.node, answer.crash)
        return answer

    def _obituary(self, place: str) -> str:
        child = self._children[place]
        self._wait_for_all(_FAREWELL_S, [child])
        return f"place {place} {child.ending()}: {child.last_words()}"

    def _forget(self, place: str) -> None:
        link = self._links.pop(place, None)
        if link is not None:
            link.close()

    def _wait_for_all(self, seconds: float, children: Collection[Child] | None = None) -> None:
        deadline = time.monotonic() + seconds
        waited_for = self._children.values() if children is None else children
        while any(child.is_running for child in waited_for) and time.monotonic() < deadline:
            time.sleep(_SLICE_S / 4)
