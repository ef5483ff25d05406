"""The base of every kind of expectation."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

from sutura.launch.blueprint import Blueprint
from sutura.launch.expect.entry import Entry
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.finding import Finding
from sutura.launch.failures import Failure
from sutura.launch.marks import Mark


@dataclass(frozen=True)
class Expectation(ABC):
    """One entry of `expect`.

    mark: where it stands; kind: the key that makes it what it is; name: how reports call it.
    """

    mark: Mark
    kind: str
    name: str

    def topics(self, blueprint: Blueprint) -> Iterable[str]:
        """The topics whose messages it needs to see."""
        return ()

    @abstractmethod
    def judge(self, evidence: Evidence) -> Finding:
        """Evaluate it. Raises CannotJudge, NotInHistory where what it speaks of was not measured."""

    def answers(self, failure: Failure, evidence: Evidence) -> bool:
        """Whether it says, where it held, that the run may fail for this reason."""
        return False


def head(entry: Entry) -> tuple[Mark, str, str]:
    """The fields that all kinds have."""
    return entry.mark, entry.kind, entry.name
