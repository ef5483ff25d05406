"""Files of serial arms: what a bad one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from sutura.kinematics import ArmFileError, ArmStructureError, load_arm, open_arm
from tests.kinematics import serial_arms

ROWS = serial_arms.document({})["joints"]
assert isinstance(ROWS, list)
FIRST = {"name": "turn", "velocity": 2.0, "home": 0.0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "seven.urdf"}, r"six\.yaml: model: .*seven\.urdf cannot be read"),
        (
            {"tip": {"body": "tol"}},
            r"tip\.body: expected a body of six\.urdf \(.*tool\), 'tol' came; did .* 'tool'\?",
        ),
        ({"tip": {"body": "tool", "orientation": [0, 0, 0, 2]}}, r"tip\.orientation: .*length 1"),
        (
            {"tip": {"body": "link_wrist"}},
            r"joints: expected the joints from the base to 'link_wrist' in their order",
        ),
        ({"joints": [*ROWS[1:], ROWS[0]]}, r"in their order \(turn, shoulder.*\), shoulder, .*turn came"),
        ({"joints": ROWS[:3]}, r"joints: .*length >= 4"),
        (
            {"joints": [{**FIRST, "home": 3.0}, *ROWS[1:]]},
            r"joints\[0\]\.home: expected -2\.9 to 2\.9 \(turn\), 3\.0",
        ),
        ({"joints": [{**FIRST, "posture": -3.0}, *ROWS[1:]]}, r"joints\[0\]\.posture: expected -2\.9 to 2\.9"),
        ({"joints": [{**FIRST, "velocity": 0.0}, *ROWS[1:]]}, r"joints\[0\]\.velocity: .*> 0"),
        ({"remote_center": [0, 0, 0]}, r"unknown field `remote_center`; did you mean 'remote_centre'\?"),
        ({"remote_centre": [0, 0, float("nan")]}, r"remote_centre\[2\]: "),
        ({"jaw": {"lower": 1.0, "upper": 0.0, "velocity": 1.0}}, r"jaw: expected lower below upper"),
    ],
)
def test_a_bad_file_is_told_what_was_expected(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(ArmFileError, match=message):
        open_arm(serial_arms.write(tmp_path, changes))


def test_a_model_that_is_no_model_is_told(tmp_path: Path) -> None:
    file = serial_arms.write(tmp_path)
    (tmp_path / "six.urdf").write_text("<robot")
    with pytest.raises(ArmFileError, match=r"six\.urdf cannot be read"):
        open_arm(file)


def test_the_closed_form_does_not_take_a_serial_arm(tmp_path: Path) -> None:
    with pytest.raises(ArmStructureError, match="it is a serial arm"):
        load_arm(serial_arms.write(tmp_path))


def test_a_tool_without_a_jaw_has_one_that_stays_at_0(tmp_path: Path) -> None:
    arm = open_arm(serial_arms.write(tmp_path))
    assert (arm.jaw.lower, arm.jaw.upper) == (0.0, 0.0)
    assert arm.remote_centre_deviation(arm.home) is None
