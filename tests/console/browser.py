"""Debian's Chromium without a screen before a console; pictures go to SUTURA_SCREENSHOTS or the test's folder."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

WIDTH, HEIGHT = 1100, 760
BOUND_MS = 90_000.0
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
# drawing without a graphics card takes all that a small machine has: not from the run that it looks at
_CALM = '#!/bin/sh\nexec nice -n 5 "{chromium}" "$@"\n'

Vector = NDArray[np.float64]


class Browser:
    """One page. `see` and `press` wait until there is something to see or to press."""

    def __init__(self, page: "Page", pictures: Path) -> None:
        self.page = page
        self._pictures = pictures

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.button("EMERGENCY STOP").wait_for(timeout=BOUND_MS)

    def button(self, name: str) -> "Locator":
        return self.page.get_by_role("button", name=name, exact=True)

    def press(self, name: str) -> None:
        self.button(name).click(timeout=BOUND_MS)

    def see(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for(timeout=BOUND_MS)

    @property
    def word(self) -> str:
        """How the run stands, as the banner says."""
        return self.page.locator(".su-word").inner_text(timeout=BOUND_MS)

    @property
    def banner(self) -> str:
        return self.page.locator(".su-state").inner_text(timeout=BOUND_MS)

    def keep(self, name: str) -> Path:
        """A picture of the page."""
        path = self._pictures / f"{name}.png"
        self.page.screenshot(path=path, timeout=BOUND_MS)
        return path

    def project(self, point: Vector, eye: Vector, look_at: Vector, fov: float) -> tuple[float, float]:
        """Where a point of the scene is on the page, for a camera whose up is z."""
        box = self.page.locator("canvas").nth(1).bounding_box(timeout=BOUND_MS)
        assert box is not None
        ahead = (look_at - eye) / np.linalg.norm(look_at - eye)
        right = np.cross(ahead, (0.0, 0.0, 1.0))
        right /= np.linalg.norm(right)
        up = np.cross(right, ahead)
        depth = (point - eye) @ ahead
        pixels = 0.5 * box["height"] / np.tan(0.5 * fov) / depth
        x = box["x"] + 0.5 * box["width"] + pixels * ((point - eye) @ right)
        return float(x), float(box["y"] + 0.5 * box["height"] - pixels * ((point - eye) @ up))

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """With the mouse, over a few points between."""
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        for share in np.linspace(0.1, 1.0, 10):
            mouse.move(*(a + share * (b - a) for a, b in zip(start, end, strict=True)))
        mouse.up()


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """Skips the test, and says why, where the browser or what drives it is missing."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium here: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright here: pip install playwright")
    pictures = Path(os.environ.get("SUTURA_SCREENSHOTS", folder))
    pictures.mkdir(parents=True, exist_ok=True)
    calm = folder / "calm-chromium"
    calm.write_text(_CALM.format(chromium=found))
    calm.chmod(0o700)
    with playwright.sync_playwright() as driver:
        context = driver.chromium.launch_persistent_context(
            folder / "profile",
            executable_path=calm,
            headless=True,
            args=FLAGS,
            viewport={"width": WIDTH, "height": HEIGHT},
        )
        try:
            yield Browser(context.new_page(), pictures)
        finally:
            context.close()
