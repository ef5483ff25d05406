"""The directories of runs that are over: listed, and removed when a person asks for it, never by themselves."""

import shutil
from pathlib import Path

import msgspec

from sutura.launch.run_dir import RunDirectory, runs_home

KEEP = 20
NOTICE_BYTES = 10 * 2**30


class _Ran(msgspec.Struct, frozen=True):
    """What is read of a report."""

    topology: str = ""
    duration_s: float = 0.0


class _Report(msgspec.Struct, frozen=True):
    verdict: str = ""
    ran: _Ran = _Ran()


class KeptRun(msgspec.Struct, frozen=True):
    """One run's directory. verdict: empty, duration_s: None, where it has no report; bytes: of all its files."""

    name: str
    path: str
    topology: str
    verdict: str
    duration_s: float | None
    bytes: int
    is_live: bool


def kept_runs() -> list[KeptRun]:
    """Every run that has a directory, newest first."""
    home = runs_home()
    folders = [path for path in home.iterdir() if path.is_dir()] if home.is_dir() else []
    return [_kept(path) for path in sorted(folders, reverse=True)]


def prune(keep: int, pretend: bool = False) -> list[KeptRun]:
    """Remove all but the newest `keep` runs, never one that lives; returns what went. Raises OSError."""
    old = [run for run in kept_runs()[keep:] if not run.is_live]
    for run in old:
        if not pretend:
            shutil.rmtree(run.path)
    return old


def size_notice() -> str:
    """A hint where runs use much room, else empty."""
    used = sum(run.bytes for run in kept_runs())
    if used < NOTICE_BYTES:
        return ""
    return f"old runs use {used / 2**30:.1f} GiB in {runs_home()}; `sutura runs prune` keeps the newest {KEEP} only"


def _kept(path: Path) -> KeptRun:
    try:
        report = msgspec.json.decode((path / "report.json").read_bytes(), type=_Report)
    except (OSError, msgspec.MsgspecError):
        report = None
    return KeptRun(
        name=path.name,
        path=str(path),
        topology=report.ran.topology if report else "-".join(path.name.split("-")[2:-1]),
        verdict=report.verdict if report else "",
        duration_s=report.ran.duration_s if report else None,
        bytes=sum(map(_size, path.rglob("*"))),
        is_live=RunDirectory(path).is_live(),
    )


def _size(file: Path) -> int:
    try:
        return file.stat(follow_symlinks=False).st_size if file.is_file() else 0
    except FileNotFoundError:  # its run ends at this moment
        return 0
