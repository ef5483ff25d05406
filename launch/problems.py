"""What a check finds."""

from dataclasses import dataclass

from sutura.launch.marks import Mark


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake: where it stands, the rule it breaks, and what is wrong in words."""

    file: str
    line: int
    column: int
    rule: str
    message: str

    @classmethod
    def at(cls, mark: Mark, rule: str, message: str) -> "Problem":
        """A problem at a mark."""
        return cls(mark.file, mark.line, mark.column, rule, message)

    @property
    def where(self) -> str:
        """`file:line`, or the setting that brought it."""
        return str(Mark(self.file, self.line, self.column))

    def __str__(self) -> str:
        return f"{self.where}: {self.message} [{self.rule}]"
