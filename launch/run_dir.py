"""The directory of a run: sockets, logs, the resolved topology, the recording, the report."""

import os
import secrets
import shutil
import time
from pathlib import Path

import msgspec

from sutura.launch.run_errors import NoSuchRun, RunDirectoryRefused

_LIVE = "run.json"


class PlaceEntry(msgspec.Struct, frozen=True):
    """A place of a run and its nodes, for whoever wants to ask it."""

    place: str
    nodes: tuple[str, ...]


class TopicEntry(msgspec.Struct, frozen=True):
    """Where a topic is published, and as which message type."""

    place: str
    type: str


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a live run says of itself. pid: of its supervisor; started: wall time, for people only."""

    name: str
    topology: str
    pid: int
    pid_started: float
    started: str
    places: tuple[PlaceEntry, ...]
    actuators: tuple[str, ...] = ()
    watchdogs: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    topics: dict[str, TopicEntry] = {}


class RunDirectory:
    """One run's directory, mode 0700."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sockets = path / "s"
        self.logs = path / "logs"
        self.configs = path / "places"

    @classmethod
    def create(cls, topology: str) -> "RunDirectory":
        """Make a fresh one, its name made of the topology's and the wall time."""
        label = f"{time.strftime('%Y%m%d-%H%M%S')}-{topology[:24]}-{secrets.token_hex(2)}"
        return cls.at(runs_home() / label)

    @classmethod
    def at(cls, path: Path) -> "RunDirectory":
        """Make one where somebody wants it. Raises RunDirectoryRefused."""
        run = cls(path)
        try:
            run.path.mkdir(parents=True, mode=0o700, exist_ok=True)
            for folder in (run.sockets, run.logs, run.configs):
                folder.mkdir(mode=0o700)
        except OSError as error:
            raise RunDirectoryRefused(run.path, error.strerror or str(error)) from error
        return run

    def publish(self, info: RunInfo) -> None:
        """Let others find the run."""
        temporary = self.path / f".{_LIVE}"
        temporary.write_bytes(msgspec.json.encode(info))
        temporary.rename(self.path / _LIVE)

    def info(self) -> RunInfo | None:
        """What the run says of itself; None when it says nothing (any more)."""
        try:
            return msgspec.json.decode((self.path / _LIVE).read_bytes(), type=RunInfo)
        except (OSError, msgspec.MsgspecError):
            return None

    def retire(self) -> None:
        """Remove what only a live run needs."""
        (self.path / _LIVE).unlink(missing_ok=True)
        shutil.rmtree(self.sockets, ignore_errors=True)

    def is_live(self) -> bool:
        """Whether the run's supervisor is alive."""
        info = self.info()
        return info is not None and start_time(info.pid) == info.pid_started


def runs_home() -> Path:
    """Where runs are kept: SUTURA_HOME, or the user's state directory."""
    home = os.environ.get("SUTURA_HOME")
    if home:
        return Path(home).expanduser().absolute() / "runs"
    state = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(state) / "sutura" / "runs"


def live_runs() -> list[RunDirectory]:
    """The runs that are alive, newest first."""
    home = runs_home()
    if not home.is_dir():
        return []
    return [run for path in sorted(home.iterdir(), reverse=True) if (run := RunDirectory(path)).is_live()]


def find_run(name: str | None = None) -> RunDirectory:
    """The live run of that name (or a part of it), or the newest one. Raises NoSuchRun."""
    runs = live_runs()
    for run in runs:
        if name is None or name in run.path.name:
            return run
    raise NoSuchRun(name, [run.path.name for run in runs])


def own_start_time() -> float:
    """When this process started, as `is_live` compares it."""
    return start_time(os.getpid()) or 0.0


def start_time(pid: int) -> float | None:
    """The start time of a process in clock ticks since boot, or None if it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else float(fields[19])
