"""What a check finds."""

from dataclasses import dataclass

from sutura.launch.errors import TopologyError
from sutura.launch.marks import Mark
from sutura.launch.rules import RULES


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: where it stands, the rule it breaks, what is wrong in words; the node and topic it is about."""

    file: str
    line: int
    column: int
    rule: str
    message: str
    node: str = ""
    topic: str = ""

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"no rule {self.rule!r}: list it in sutura.launch.rules")

    @classmethod
    def at(cls, mark: Mark, rule: str, message: str, *, node: str = "", topic: str = "") -> "Problem":
        """A problem at a mark."""
        return cls(mark.file, mark.line, mark.column, rule, message, node, topic)

    @classmethod
    def of(cls, error: TopologyError, rule: str = "") -> "Problem":
        """What kept a topology, or a part of it, from being read; under its own rule unless one is named."""
        return cls.at(error.mark, rule or error.rule, error.reason)

    @property
    def where(self) -> str:
        """`file:line`, or the setting that brought it."""
        return str(Mark(self.file, self.line, self.column))

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.rule}]"


@dataclass(frozen=True, order=True)
class Silenced:
    """A problem that the topology silences, and the reason it gives."""

    problem: Problem
    reason: str

    def __str__(self) -> str:
        return f"{self.problem} silenced: {self.reason}"


@dataclass(frozen=True)
class Findings:
    """All that a check finds: what keeps the topology from running, and what it has silenced."""

    problems: list[Problem]
    silenced: list[Silenced]
