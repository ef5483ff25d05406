"""Carries out a fault script: strikes processes at their times, and says of every fault when it begins and ends.

What strikes messages, clocks and sensors is told to the places before they start; see `sutura.runtime.faulty_host`.
"""

from collections.abc import Iterable
from functools import partial
from typing import Protocol

from sutura.launch.agenda import Agenda
from sutura.launch.blueprint import Blueprint
from sutura.launch.fault_targets import Injection, injections_of
from sutura.launch.run_errors import FaultsRefused

BEGUN, ENDED = "fault_injected", "fault_ended"
_ON_PROCESSES = ("kill", "hang")


class Hands(Protocol):
    """What can be done to the processes of a run."""

    def is_there(self, place: str) -> bool:
        """Whether the place has a process."""

    def kill(self, place: str) -> None:
        """End it as SIGKILL does."""

    def hang(self, place: str) -> None:
        """Stop it as SIGSTOP does."""

    def go_on(self, place: str) -> None:
        """Let the process that was stopped go on, as SIGCONT does, if it is still there."""

    def tell(self, at: float, node: str, kind: str, text: str) -> None:
        """Keep an event. at [s of the run]."""


def injections_for(blueprint: Blueprint, wanted: bool) -> list[Injection]:
    """The faults of a checked topology for a run of it; none unless they are wanted. Raises FaultsRefused."""
    if not wanted or not blueprint.topology.faults:
        return []
    for node, driver in blueprint.hardware.items():
        raise FaultsRefused(node, driver)
    return injections_of(blueprint.topology, blueprint.kinds, blueprint.wiring)


def schedule(injections: Iterable[Injection], agenda: Agenda, hands: Hands) -> None:
    """Put the begin and the end of every fault on the agenda of a run."""
    for injection in injections:
        head = injection.head
        agenda.add(head.at, partial(_begin, injection, hands))
        if head.lasts is not None:
            agenda.add(head.at + head.lasts, partial(_end, injection, hands))


def _begin(injection: Injection, hands: Hands) -> None:
    head, place = injection.head, injection.place
    if head.kind not in _ON_PROCESSES:
        hands.tell(head.at, injection.name, BEGUN, str(head))
    elif not hands.is_there(place):
        hands.tell(head.at, injection.name, BEGUN, f"{head}, in vain: place {place} has no process")
    else:
        hands.tell(head.at, injection.name, BEGUN, str(head))
        (hands.kill if head.kind == "kill" else hands.hang)(place)


def _end(injection: Injection, hands: Hands) -> None:
    head = injection.head
    hands.tell(head.at + (head.lasts or 0.0), injection.name, ENDED, str(head))
    if head.kind == "hang":
        hands.go_on(injection.place)
