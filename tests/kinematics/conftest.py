"""Arms with other numbers, and the modified DH product that the closed form must agree with."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

import sutura.kinematics
from sutura.kinematics import Arm, load_arm

Floats = NDArray[np.float64]
Document = dict[str, object]
ARMS = Path(sutura.kinematics.__file__).parent / "arms"


class MdhForward(Protocol):
    """The tip pose by the generic product of modified DH transforms, from the file's data alone."""

    def __call__(self, document: Document, q: Sequence[float]) -> Floats: ...


def _row_transform(row: dict[str, float], value: float) -> Floats:
    turning = cast(str, row["type"]) == "revolute"
    theta = value + row["offset"] if turning else 0.0
    length = row["d"] if turning else value + row["offset"] + row["d"]
    ca, sa, ct, st = math.cos(row["alpha"]), math.sin(row["alpha"]), math.cos(theta), math.sin(theta)
    about_x = np.array([[1, 0, 0, row["a"]], [0, ca, -sa, 0], [0, sa, ca, 0], [0, 0, 0, 1]])
    about_z = np.array([[ct, -st, 0, 0], [st, ct, 0, 0], [0, 0, 1, length], [0, 0, 0, 1]])
    transform: Floats = about_x @ about_z
    return transform


@pytest.fixture(scope="session")
def mdh_forward() -> MdhForward:
    def forward(document: Document, q: Sequence[float]) -> Floats:
        base_T_tip = np.eye(4)
        for row, value in zip(cast(list[dict[str, float]], document["joints"]), q, strict=True):
            base_T_tip = base_T_tip @ _row_transform(row, value)
        tip = cast(dict[str, list[float]], document["tip"])
        offset = np.eye(4)
        offset[:3, :3] = tip["rotation"]
        offset[:3, 3] = tip["translation"]
        return base_T_tip @ offset

    return forward


@pytest.fixture(scope="session")
def document_of() -> Callable[[str], Document]:
    """A shipped arm file as plain data."""

    def document(name: str) -> Document:
        return cast(Document, yaml.safe_load((ARMS / f"{name}.yaml").read_text()))

    return document


@pytest.fixture
def load_document(tmp_path: Path) -> Callable[[Document], Arm]:
    """An arm from plain data, through a file."""

    def load(document: Document) -> Arm:
        file = tmp_path / "arm.yaml"
        file.write_text(yaml.safe_dump(document))
        return load_arm(file)

    return load


@pytest.fixture
def odd_arm(document_of: Callable[[str], Document], load_document: Callable[[Document], Arm]) -> Arm:
    """One of the family with other offsets, wrist, tool and tip, and limits that let every branch through."""
    return load_document(_odd(document_of("psm_classic_lnd")))


def _odd(document: Document) -> Document:
    rows = cast(list[dict[str, float]], document["joints"])
    for row, offset in zip(rows, (0.3, -1.1, -0.1, 0.7, -2.0, 0.2), strict=True):
        row.update(offset=offset, lower=-3.2, upper=3.2)
    rows[2].update(lower=-1.0, upper=1.0)
    rows[3]["d"], rows[5]["a"] = 0.25, 0.021
    c, s = math.cos(0.4), math.sin(0.4)
    document["tip"] = {
        "rotation": [[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]],
        "translation": [0.01, -0.004, 0.02],
    }
    return document


@pytest.fixture
def odd_document(document_of: Callable[[str], Document]) -> Document:
    """The data of `odd_arm`."""
    return _odd(document_of("psm_classic_lnd"))
