"""The console in a real browser before a real run: a mouse drags the gizmo, and the simulated arm follows."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sutura.cli.live_run import LiveRun, watched_run
from sutura.cli.observe import Observer
from sutura.console.scene_model import SceneModel
from sutura.kinematics.rotations import rotate
from sutura.messages import Pose
from sutura.runtime.clock import monotonic
from sutura.sim_driver.scene_file import read_scene
from tests.console.browser import Browser, Vector
from tests.console.conftest import Launched

EYE, LOOK_AT, FOV = np.array((0.06, -0.17, 0.12)), np.array((0.0, 0.0, 0.025)), math.radians(75.0)
GIZMO_M = 0.035
HELD = ("--set", "master.driver=console", "--set", "operator.driver=console")
ENGAGE_NS = 60_000_000_000


def tip(run: LiveRun) -> Vector:
    """Where the tool's tip is in the scene."""
    with Observer(run, "PSM1/measured_cp") as observer:
        frame = observer.receive(10.0)
    assert frame is not None
    assert isinstance(frame.payload, Pose)
    model = read_scene(run.directory.path)
    assert model is not None
    base, turned = SceneModel(model).base("PSM1")
    where: Vector = np.array(base) + np.array(rotate(turned, frame.payload.position))
    return where


def engage(browser: Browser) -> None:
    """What an operator does until the hand drives the arm; on a busy machine a trip may come between."""
    end = monotonic() + ENGAGE_NS
    while browser.word != "FOLLOWING":
        assert monotonic() < end, f"it does not follow: {browser.banner}"
        browser.press("Reset")
        browser.press("Press the clutch")
        browser.see("CLUTCHED")
        browser.press("Release the clutch")
        browser.page.wait_for_timeout(500.0)  # only between two tries


def drag_gizmo(browser: Browser, run: LiveRun, way: float) -> tuple[Vector, Vector]:
    """Drag the gizmo's red arrow along the scene's x [m]; the tip before and after."""
    before = tip(run)
    grip = before + np.array((0.75 * GIZMO_M, 0.0, 0.0))
    points = [browser.project(grip + np.array((x, 0.0, 0.0)), EYE, LOOK_AT, FOV) for x in (0.0, way)]
    browser.drag(points[0], points[1])
    end = monotonic() + 10_000_000_000
    while abs((after := tip(run))[0] - before[0]) < 0.05 * abs(way) and monotonic() < end:
        pass
    return before, after


@pytest.mark.realtime
def test_a_mouse_drives_the_arm_and_the_stop_stops_it(launched: Callable[..., Launched], browser: Browser) -> None:
    run_process = launched("sim", *HELD)
    url = run_process.until(r"console: (http\S+) ")
    browser.open(url)
    with watched_run(None) as run:
        browser.press("Take the controls")
        engage(browser)
        browser.keep("following")
        before, after = drag_gizmo(browser, run, 0.02)
        assert after[0] - before[0] > 0.001, f"the tip went from {before} to {after}: {browser.banner}"
        assert np.abs(after - before)[1:].max() < 0.002, "and along the red arrow only"

        browser.press("EMERGENCY STOP")
        browser.see("STOP IS PRESSED")
        browser.see("arm: FAULT")
        assert "emergency stop" in browser.banner
        browser.keep("stopped")
        here = tip(run)
        browser.drag((200.0, 300.0), (260.0, 300.0))
        assert np.abs(tip(run) - here).max() < 2e-4, "it holds"

        browser.press("Release the emergency stop")
        browser.press("Reset")
        browser.press("Enable the arm")
        engage(browser)
        browser.keep("following_again")

        browser.page.close()
        run_process.until(r"(trip     watchdog: the operator is not present)")


@pytest.mark.realtime
def test_without_the_token_people_only_see(launched: Callable[..., Launched], browser: Browser, home: Path) -> None:
    run_process = launched("sim")
    browser.open(run_process.until(r"console to watch only: (http\S+)"))
    browser.see("controls: free")
    assert browser.button("EMERGENCY STOP").is_disabled()
    assert not browser.button("Take the controls").is_visible()
    browser.page.get_by_role("textbox").first.fill("0" * 32)
    browser.see("That is not the token of this run.")
    token = run_process.until(r"websocket=ws://[^/]+/(\w+)")
    browser.page.get_by_role("textbox").first.fill(token)
    browser.press("Take the controls")
    browser.see("controls: client")
    browser.press("EMERGENCY STOP")
    browser.see("arm: FAULT")
