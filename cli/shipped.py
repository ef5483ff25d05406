"""What a topology file says of itself, read without its nodes and without a value for every argument."""

from dataclasses import dataclass
from pathlib import Path

from sutura.launch import Argument
from sutura.launch.arguments import read_arguments
from sutura.launch.shape import as_map, as_text
from sutura.launch.yaml_source import read_yaml


@dataclass(frozen=True)
class Outline:
    """Description and arguments of a topology."""

    description: str
    arguments: dict[str, Argument]


def outline(path: Path) -> Outline:
    """Read the outline of a file. Raises TopologyError."""
    top = as_map(read_yaml(path), "a topology")
    described = top.get("description")
    words = as_text(described, "description") if described is not None else ""
    return Outline(words, read_arguments(top.get("args")))
