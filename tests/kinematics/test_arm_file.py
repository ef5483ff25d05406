"""Arm files: what ships, and what a bad one is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from sutura.kinematics import (
    Arm,
    ArmFileError,
    ArmStructureError,
    UnknownArmError,
    load_arm,
    shipped_arms,
    shipped_endoscopes,
    shipped_serial_arms,
)

Document = dict[str, object]
Load = Callable[[Document], Arm]


@pytest.fixture
def document(document_of: Callable[[str], Document]) -> Document:
    return document_of("psm_classic_lnd")


def _rows(document: Document) -> list[dict[str, object]]:
    return cast(list[dict[str, object]], document["joints"])


def test_shipped_arms_load_under_their_names() -> None:
    assert shipped_arms() == ("psm_classic_lnd", "psm_classic_si_lnd", "psm_si_lnd")
    for name in shipped_arms():
        arm = load_arm(name)
        assert arm.name == name
        assert arm.joint_names == ("yaw", "pitch", "insertion", "roll", "wrist_pitch", "wrist_yaw")
        assert arm.limits.contains(arm.home)
        assert arm.cartesian_limits.contains(arm.home)


def test_published_numbers_of_the_classic_arm() -> None:
    arm = load_arm("psm_classic_lnd")
    half = math.pi / 2
    assert [(row.alpha, row.a, row.d, row.offset) for row in arm.model.joints] == [
        (half, 0, 0, half),
        (-half, 0, 0, -half),
        (half, 0, 0, -0.4318),
        (0, 0, 0.4162, 0),
        (-half, 0, 0, -half),
        (-half, 0.0091, 0, -half),
    ]
    assert arm.limits.lower == (-1.588, -0.925, 0.0, -4.538, -1.396, -1.396)
    assert arm.limits.upper == (1.588, 0.925, 0.240, 4.538, 1.396, 1.396)
    assert (arm.jaw.lower, arm.jaw.upper) == (-0.698, 1.396)
    assert arm.min_wrist_depth == 0.045
    assert arm.home == (0, 0, 0.12, 0, 0, 0)


def test_an_arm_is_loaded_from_a_file(document: Document, load_document: Load) -> None:
    document["name"] = "mine"
    assert load_document(document).name == "mine"


@pytest.mark.parametrize("name", ["psm_clasic_lnd", "psm_classic_lnd.yml", "nothing.yaml", "../psm", ""])
def test_unknown_arm_lists_what_there_is(name: str) -> None:
    with pytest.raises(UnknownArmError, match="psm_classic_lnd, psm_classic_si_lnd, psm_si_lnd") as caught:
        load_arm(name)
    assert caught.value.available == (*shipped_arms(), *shipped_serial_arms(), *shipped_endoscopes())


def test_unknown_arm_is_told_the_nearest_name() -> None:
    with pytest.raises(UnknownArmError, match="did you mean 'psm_classic_lnd'"):
        load_arm("psm_clasic_lnd")


@pytest.mark.parametrize(
    ("row", "field", "value", "message"),
    [
        (2, "upper", "wide", r"joints\[2\]\.upper: Expected `float`, got `str`"),
        (3, "d", math.nan, r"joints\[3\]\.d: Expected `float`"),
        (3, "d", math.inf, r"joints\[3\]\.d: Expected `float` <= 1000"),
        (1, "velocity", 0.0, r"joints\[1\]\.velocity: Expected `float` > 0"),
        (1, "alfa", 1.0, r"joints\[1\]: .*unknown field `alfa`; did you mean 'alpha'"),
        (
            4,
            "name",
            "wrist_pich",
            r"joints\[4\]\.name: Invalid enum value 'wrist_pich'; did you mean 'wrist_pitch'",
        ),
        (4, "name", "roll", r"joints\[4\]\.name: expected 'wrist_pitch', 'roll' came"),
        (0, "type", "rotary", r"joints\[0\]\.type: Invalid enum value 'rotary'"),
        (0, "lower", 2.0, r"joints\[0\] \(yaw\): expected lower below upper"),
    ],
)
def test_bad_joint_is_refused(
    row: int, field: str, value: object, message: str, document: Document, load_document: Load
) -> None:
    _rows(document)[row][field] = value
    with pytest.raises(ArmFileError, match=message):
        load_document(document)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("hom", [0] * 6, "unknown field `hom`; did you mean 'home'"),
        ("home", [0] * 5, r"home: Expected `array` of length 6, got 5"),
        ("home", [9, 0, 0.1, 0, 0, 0], r"home\[0\]: expected -1.588 to 1.588, 9"),
        ("joints", [], "joints: Expected `array` of length 6, got 0"),
        ("jaw", {"lower": 1.0, "upper": 0.0, "velocity": 1.0}, "jaw: expected lower below upper"),
        ("jaw", {"lower": 0.0, "upper": 1.0, "speed": 1.0}, "jaw: .*unknown field `speed`"),
        ("min_wrist_depth", -0.1, "min_wrist_depth: Expected `float` >= 0"),
        ("min_wrist_depth", 0.3, "min_wrist_depth: expected below 0.2244 m"),
        (
            "tip",
            {"rotation": [[1, 0, 0], [0, 1, 0], [0, 0, -1]], "translation": [0, 0, 0]},
            "tip.rotation: .*reflection",
        ),
        (
            "tip",
            {"rotation": [[1, 0, 0], [0, 1, 0], [0, 0, 2]], "translation": [0, 0, 0]},
            "tip.rotation: .*orthonormal",
        ),
    ],
)
def test_bad_field_is_refused(
    field: str, value: object, message: str, document: Document, load_document: Load
) -> None:
    document[field] = value
    with pytest.raises(ArmFileError, match=message) as caught:
        load_document(document)
    assert "arm.yaml" in str(caught.value)


def test_missing_field_is_named(document: Document, load_document: Load) -> None:
    del document["tip"]
    with pytest.raises(ArmFileError, match="missing required field `tip`"):
        load_document(document)


@pytest.mark.parametrize(
    ("text", "message"),
    [("name: [", "is not YAML"), ("", "Expected `object`, got `null`"), ("- 1", "Expected `object`, got `array`")],
)
def test_what_is_no_arm_file_is_refused(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "arm.yaml"
    file.write_text(text)
    with pytest.raises(ArmFileError, match=message):
        load_arm(file)


def test_binary_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "arm.yaml"
    file.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(ArmFileError, match="cannot be read"):
        load_arm(file)


@pytest.mark.parametrize(
    ("row", "field", "value", "message"),
    [
        (0, "alpha", 1.5708, "yaw: alpha is 1.5708, must be 1.5707963267948966"),
        (1, "a", 0.01, "pitch: a is 0.01, must be 0"),
        (4, "d", 0.01, "wrist_pitch: d is 0.01, must be 0"),
        (2, "type", "revolute", "insertion is revolute, must be prismatic"),
        (3, "type", "prismatic", "roll is prismatic, must be revolute"),
    ],
)
def test_an_arm_of_another_family_is_refused(
    row: int, field: str, value: object, message: str, document: Document, load_document: Load
) -> None:
    _rows(document)[row][field] = value
    with pytest.raises(ArmStructureError, match="the closed form does not fit") as caught:
        load_document(document)
    assert message in caught.value.differences


def test_every_difference_is_named(document: Document, load_document: Load) -> None:
    _rows(document)[0]["a"] = _rows(document)[1]["d"] = 0.02
    with pytest.raises(ArmStructureError) as caught:
        load_document(document)
    assert len(caught.value.differences) == 2
