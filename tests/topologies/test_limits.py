"""The limits as docs/limits.md writes them, in whole topologies."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest

from sutura.kinematics.capsules import Capsule, Placement, gap
from sutura.launch.pytest_plugin import Rehearse
from sutura.messages import MotionLimits, Pose, TeleopState

DOC = (Path(__file__).parents[2] / "docs" / "limits.md").read_text()
WRITTEN = re.findall(r"```yaml\n(.*?)```", DOC, re.DOTALL)
EARLY = "operator.script=[{at: 0.0, present: true, clutch: true}, {at: 0.1, clutch: false}]"


def hand_file(folder: Path, towards: tuple[float, float, float]) -> str:
    """A hand that rests, goes 0.5 m in a second, and comes back."""
    t = np.arange(0.0, 3.0, 0.01)
    way = 0.25 * (1.0 - np.cos(math.pi * np.clip(t - 0.3, 0.0, 2.0)))
    rows = [t, *(way * part for part in towards), *np.zeros((3, t.size)), np.ones(t.size)]
    np.save(folder / "hand.npy", np.stack(rows, axis=1))
    return str(folder / "hand.npy")


def test_a_workspace_holds_and_the_tool_comes_back_with_the_hand(rehearse: Rehearse, tmp_path: Path) -> None:
    (tmp_path / "field.yaml").write_text(WRITTEN[0])
    hand = (
        "master.driver=recording",
        f"master.driver.file={hand_file(tmp_path, (1.0, 0.0, -1.0))}",
        "master.driver.start=0.0",
        "tremor.filter=butterworth",
    )
    run = rehearse(tmp_path / "field.yaml", EARLY, *hand, record=False)
    run.run_for(1.4)
    tips = [s.message.position for s in run.history.of("PSM1/measured_cp", Pose, since=0.1)]
    assert max(x for x, _, _ in tips) == pytest.approx(0.06, abs=1e-4)
    assert min(z for _, _, z in tips) >= -0.17 - 1e-6
    farthest = tips[-1][0]
    run.run_for(0.3)
    assert run.newest("PSM1/measured_cp", Pose).position[0] < farthest - 0.005, (
        "at once, though the hand is far out"
    )
    assert run.newest("console/teleop/state", TeleopState).state == "following"
    said = run.newest("console/teleop/limits", MotionLimits)
    assert "workspace" in {row.reason for row in said.limits}
    assert said.text.startswith("the tool tip is kept in its workspace by the ")


BASES = {
    "left/PSM1": Placement((0.05, 0.0, 0.17), (0.0, 0.0654, 0.0, math.sqrt(1.0 - 0.0654**2))),
    "right/PSM2": Placement((-0.05, 0.0, 0.17), (0.0, -0.0654, 0.0, math.sqrt(1.0 - 0.0654**2))),
}


def two_arms() -> str:
    """The part of the docs for the left arm, and its mirror image."""
    part = WRITTEN[1].partition("nodes:\n")[2]
    swapped = {"left/scaling": "right/scaling", "right/PSM2": "left/PSM1", "0.05": "-0.05", "-0.05": "0.05",
               "0.0654": "-0.0654", "-0.0654": "0.0654"}  # fmt: skip
    mirror = re.sub(r"left/scaling|right/PSM2|-?0\.05\b|-?0\.0654", lambda found: swapped[found[0]], part)
    includes = "".join(
        f"  - {{file: teleop, as: {side}, args: {{arm: {arm}, arm_at_start: true}}}}\n"
        for side, arm in (("left", "PSM1"), ("right", "PSM2"))
    )
    return f"sutura: 1\ninclude:\n{includes}nodes:\n{part}{mirror}"


def test_two_arms_that_are_driven_into_one_another_keep_their_distance(rehearse: Rehearse, tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(two_arms())
    settings = [f"{side}/{EARLY}" for side in ("left", "right")]
    for side, x in (("left", -1.0), ("right", 1.0)):
        (tmp_path / side).mkdir()
        file = hand_file(tmp_path / side, (x, 0.0, 0.0))
        settings.append(f"{side}/master.driver=recording")
        settings += [f"{side}/master.driver.file={file}", f"{side}/master.driver.start=0.0"]
    run = rehearse(tmp_path / "two.yaml", *settings, record=False)
    nearest = math.inf
    for _ in range(130):
        run.run_for(0.01)
        shafts = [
            Capsule(base.position, base.place(run.newest(f"{arm}/measured_cp", Pose).position), 0.0042)
            for arm, base in BASES.items()
        ]
        nearest = min(nearest, gap(*shafts).distance)
    assert 0.0 < nearest < 0.0041, "they met, and did not touch"
    for side, other in (("left", "right/PSM2"), ("right", "left/PSM1")):
        said = run.newest(f"{side}/console/teleop/limits", MotionLimits)
        assert said.text == f"the arm is kept away from {other}"
