"""The topologies that come with Sutura, and topologies by name."""

import os
from pathlib import Path

from sutura.launch.errors import UnknownTopology
from sutura.launch.marks import Mark

_FOLDER = Path(__file__).parent / "topologies"
_SUFFIXES = (".yaml", ".yml")


def shipped_topologies() -> dict[str, Path]:
    """Every shipped topology: name to file."""
    return {path.stem: path for path in sorted(_FOLDER.glob("*.yaml"))}


def included_topologies() -> dict[str, Path]:
    """The shipped topologies and parts by the names an include may give them: `teleop` and `teleop.yaml`."""
    parts = {path.stem: path for path in sorted((_FOLDER / "parts").glob("*.yaml"))}
    shipped = {**parts, **shipped_topologies()}
    return {**shipped, **{path.name: path for path in shipped.values()}}


def find_topology(name_or_path: str) -> Path:
    """The file of a topology: a path where it ends in .yaml or says a folder, else a shipped name.

    Raises UnknownTopology.
    """
    path = Path(name_or_path)
    shipped = shipped_topologies()
    if path.suffix in _SUFFIXES or len(path.parts) > 1:
        if os.path.isfile(path):
            return path
    elif name_or_path in shipped:
        return shipped[name_or_path]
    elif os.path.isfile(path):
        return path
    raise UnknownTopology(Mark(name_or_path), name_or_path, shipped)
