"""Errors of the command line.

SuturaError
└── CliError
    ├── BadInput                 what was typed does not fit; the command ends with 2
    │   ├── NothingToDo          a command was given nothing to act on
    │   ├── UnknownTopic         the run has no topic of that name
    │   ├── UnknownRecordedTopic no recording has a topic of that name
    │   ├── UnknownLiveNode      the run has no node of that name, or none that does such a thing
    │   ├── UnknownParameter     the node has no parameter of that name
    │   ├── SeveralRuns          a command that acts fits more than one live run
    │   ├── BadMessageValues     values that make no message of the type
    │   ├── SeveralReports       one file for the reports of several topologies
    │   └── FileRefused          a file to write to cannot be written
    ├── NeedsExtra               a command needs libraries that are not installed
    └── NothingCame              a run ended, or time was up, before what was asked for had come
"""

from collections.abc import Iterable
from pathlib import Path

from sutura.errors import SuturaError
from sutura.nodes.errors import nearest


class CliError(SuturaError):
    """Raised, as one of its subclasses, for what the command line itself finds wrong."""


class BadInput(CliError):
    """Raised, as one of its subclasses, when what was typed does not fit."""


class NothingToDo(BadInput):
    """Raised when a command needs something named, or something in the run, that is not there."""


class UnknownTopic(BadInput):
    """Raised when a run has no topic of that name."""

    def __init__(self, topic: str, run: str, known: Iterable[str]) -> None:
        super().__init__(f"run {run} has no topic {topic!r}{nearest(topic, known)}")


class UnknownRecordedTopic(BadInput):
    """Raised when no recording that was named has a topic of that name."""

    def __init__(self, topic: str, known: Iterable[str]) -> None:
        super().__init__(f"no topic {topic!r} was recorded{nearest(topic, known)}")


class UnknownLiveNode(BadInput):
    """Raised when a run has no node of that name, or none of that kind."""

    def __init__(self, kind: str, name: str, run: str, known: Iterable[str]) -> None:
        super().__init__(f"run {run} has no {kind} {name!r}{nearest(name, known)}")


class UnknownParameter(BadInput):
    """Raised when a node has no parameter of that name."""

    def __init__(self, node: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f"node {node} has no parameter {name!r}{nearest(name, known)}")


class SeveralRuns(BadInput):
    """Raised when a command that changes something could mean more than one run."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(f"several runs are live, say which with --run NAME (live: {', '.join(names)})")


class BadMessageValues(BadInput):
    """Raised when values do not make a message of the type; says which fields it has."""

    def __init__(self, kind: str, reason: str, fields: Iterable[str]) -> None:
        super().__init__(f"no {kind}: {reason} (its fields: {', '.join(fields) or 'none'})")


class SeveralReports(BadInput):
    """Raised when one file is named for the reports of several topologies."""

    def __init__(self, path: Path, topologies: Iterable[str]) -> None:
        super().__init__(
            f"{path} takes the report of one topology, came {', '.join(topologies)}; "
            "each run's directory has its own report.json, and --json prints all of them"
        )


class FileRefused(BadInput):
    """Raised, before anything starts, when a file could not be written later."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot write {path}: {reason}")


class NothingCame(CliError):
    """Raised when what was asked for did not come."""


class NeedsExtra(CliError):
    """Raised when a command needs libraries that come with an extra which is not installed."""

    def __init__(self, command: str, extra: str, reason: str) -> None:
        super().__init__(
            f"{command} needs what the extra `{extra}` installs: pip install 'sutura[{extra}]' ({reason})"
        )
