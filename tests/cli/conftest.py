"""The command line as a person calls it: arguments in, exit code and two streams out."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest

from sutura.cli.main import main


@dataclass(frozen=True)
class Outcome:
    """What came of a command."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> object:
        """The JSON on stdout."""
        return msgspec.json.decode(self.out)

    @property
    def table(self) -> dict[str, object]:
        """The JSON object on stdout."""
        return msgspec.json.decode(self.out, type=dict[str, object])

    @property
    def rows(self) -> list[dict[str, object]]:
        """The JSON list of objects on stdout."""
        return msgspec.json.decode(self.out, type=list[dict[str, object]])


Sutura = Callable[..., Outcome]


@pytest.fixture
def sutura(capsys: pytest.CaptureFixture[str]) -> Sutura:
    """Runs `sutura ARGUMENTS` in this process."""

    def run(*arguments: str) -> Outcome:
        try:
            code: object = main(arguments)
        except SystemExit as ending:
            code = ending.code or 0
        streams = capsys.readouterr()
        assert isinstance(code, int)
        return Outcome(code, streams.out, streams.err)

    return run


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home for runs with a short path, as sockets need it."""
    folder = Path(tempfile.mkdtemp(prefix="su"))
    monkeypatch.setenv("SUTURA_HOME", str(folder))
    yield folder
    shutil.rmtree(folder)
