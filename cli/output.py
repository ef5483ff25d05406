"""How commands speak: results on stdout, what goes wrong and progress beside JSON on stderr."""

import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

import typer

_UNWRAPPED = 10_000  # columns of a console that is no terminal, so that a line stays a line


def example(*lines: str) -> str:
    """The epilog of a command's help."""
    return "Example: " + "\n\n".join(lines)


def is_terminal(stream: TextIO) -> bool:
    """Whether a person watches this stream."""
    return stream.isatty()


def say(text: str = "") -> None:
    """One line of result."""
    typer.echo(text)


def warn(text: str) -> None:
    """One line for the person, off the way of what a script reads."""
    typer.echo(text, err=True)


def fail(text: str) -> None:
    """What went wrong, in one line on stderr."""
    typer.echo(f"error: {text}", err=True)


def show_json(value: object, *, indent: int = 2) -> None:
    """A value as JSON; indent 0: on one line."""
    import msgspec

    data = msgspec.json.encode(value)
    typer.echo((msgspec.json.format(data, indent=indent) if indent else data).decode())


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Rows under column heads, cut to a terminal's width and whole where there is none."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console = Console(width=None if is_terminal(sys.stdout) else _UNWRAPPED)
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        typer.echo(line.rstrip())


def micro(seconds: float | None) -> str:
    """A time in µs for people."""
    return "–" if seconds is None else f"{seconds * 1e6:.0f}"
