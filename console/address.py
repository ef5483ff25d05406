"""Where a run's console is reached: a file in the run's directory, its owner's alone, as it names the token."""

import os
import secrets
from pathlib import Path

import msgspec

_FILE = "console.json"


class ConsoleAddress(msgspec.Struct, frozen=True):
    """host, port: where it listens; token: who shows it may take the controls."""

    host: str
    port: int
    token: str

    @property
    def url(self) -> str:
        """What a person opens in a browser: the page, and by `websocket` the way on which it shows the token."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/?websocket=ws://{host}:{self.port}/{self.token}"

    @property
    def url_to_watch(self) -> str:
        """The page without the token: it sees, and cannot take the controls."""
        return self.url.partition("?")[0]


def fresh_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_hex(16)


def write_address(run_dir: Path, address: ConsoleAddress) -> None:
    """Keep it for the command line, and for a console that is started anew in this run."""
    unfinished = run_dir / f".{_FILE}"
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(msgspec.json.encode(address))
    unfinished.rename(run_dir / _FILE)


def read_address(run_dir: Path) -> ConsoleAddress | None:
    """The address; None while there is no console."""
    try:
        return msgspec.json.decode((run_dir / _FILE).read_bytes(), type=ConsoleAddress)
    except (OSError, msgspec.MsgspecError):
        return None


def remove_address(run_dir: Path) -> None:
    """Nobody listens there any more."""
    (run_dir / _FILE).unlink(missing_ok=True)
