"""The simulated endoscope: two eyes on the peg board, drawn off-screen from what the world says."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sutura.hw_drivers import DeviceFault, DriverContext
from sutura.sim_driver import off_screen
from sutura.sim_driver.drives import Drives
from sutura.sim_driver.endoscope import Endoscope
from sutura.sim_driver.errors import NoRenderer, SceneError
from sutura.sim_driver.physics import Physics
from sutura.sim_driver.scene_file import read_scene, write_scene
from sutura.sim_driver.stereo_view import StereoView
from sutura.sim_driver.wire import WorldEnd

MS = 1_000_000


class Table:
    """A world and an endoscope at it, on a clock that the test moves; the world answers when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.now = 0
        self.folder = folder
        self.physics = Physics()
        self.bus = WorldEnd(folder)
        self.drives = Drives(self.physics, self.bus)

    def begin(self) -> None:
        write_scene(self.physics.model, self.folder)

    def endoscope(self, **options: object) -> Endoscope:
        made = Endoscope(
            {"width": 160, "height": 128, **options}, DriverContext("eye", self.folder, lambda: self.now)
        )
        made.open()
        return made

    def step(self) -> None:
        self.now += MS
        self.drives.listen(self.now)
        self.physics.step()


@pytest.fixture
def table() -> Iterator[Table]:
    folder = Path(tempfile.mkdtemp(prefix="su"))
    made = Table(folder)
    yield made
    made.bus.close()
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def _can_draw(request: pytest.FixtureRequest) -> None:
    if "nothing_draws" in request.fixturenames:
        return
    try:
        off_screen.open_context(64, 64).free()
    except NoRenderer as error:
        pytest.skip(str(error))


@pytest.fixture
def nothing_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with neither library."""
    monkeypatch.setattr(off_screen, "_LIBRARIES", {"egl": "libnone-EGL.so", "osmesa": "libnone-OSMesa.so"})


def redness(pixels: NDArray[np.uint8]) -> tuple[float, float]:
    """Where the red ring is: the mean row and column of strongly red pixels."""
    red = (pixels[..., 0] > 150) & (pixels[..., 1] < 90)
    assert red.sum() > 10
    row, column = np.argwhere(red).mean(axis=0)
    return float(row), float(column)


def picture(table: Table, eye: Endoscope) -> NDArray[np.uint8]:
    assert eye.read() is None, "nobody has answered yet"
    table.step()
    frame = eye.read()
    assert frame is not None
    assert frame.stamp == table.now
    return frame.pixels.copy()


def test_two_eyes_see_the_board_from_places_a_little_apart(table: Table) -> None:
    table.begin()
    pixels = picture(table, table.endoscope())
    assert pixels.shape == (128, 320, 3)
    left, right = redness(pixels[:, :160]), redness(pixels[:, 160:])
    assert 1.0 < left[1] - right[1] < 20.0, "what is near is further to the right for the left eye"
    assert abs(left[0] - right[0]) < 1.0


def test_it_shows_where_things_are_now(table: Table) -> None:
    table.begin()
    eye = table.endoscope(stereo=False)
    before = redness(picture(table, eye))
    start = int(table.physics.model.joint("ring0").qposadr[0])
    table.physics.data.qpos[start + 2] += 0.02
    after = redness(picture(table, eye))
    assert after[0] < before[0] - 3.0, "a lifted ring is higher in the picture"


def test_no_picture_is_given_twice_and_an_old_scene_is_not_drawn(table: Table) -> None:
    table.begin()
    eye = table.endoscope()
    picture(table, eye)
    assert eye.read() is None
    table.step()
    table.now += 2000 * MS
    assert eye.read() is None


def test_before_its_world_has_begun_it_waits(table: Table) -> None:
    eye = table.endoscope()
    table.step()
    assert eye.read() is None
    table.begin()
    assert picture(table, eye).any()


@pytest.mark.parametrize(("scale", "shape"), [(0.75, (96, 224, 3)), (0.25, (64, 128, 3)), (1.0, (128, 320, 3))])
def test_it_gives_smaller_pictures_when_it_is_told(table: Table, scale: float, shape: tuple[int, ...]) -> None:
    table.begin()
    eye = table.endoscope()
    eye.resize(0.5)
    picture(table, eye)
    eye.resize(scale)
    assert picture(table, eye).shape == shape


def test_an_eye_that_is_not_in_the_scene_is_named(table: Table) -> None:
    table.begin()
    with pytest.raises(DeviceFault, match=r"one of .*endoscope_left.*got 'nose_left'"):
        table.endoscope(camera="nose").read()


def test_it_may_be_carried_by_any_camera_of_the_scene(table: Table) -> None:
    table.begin()
    assert picture(table, table.endoscope(camera="room", stereo=False)).shape == (128, 160, 3)


def test_a_scene_of_another_size_is_refused(table: Table) -> None:
    table.begin()
    model = read_scene(table.folder)
    assert model is not None
    context = off_screen.open_context(64, 64)
    view = StereoView(model, ("room",), 64, 64)
    with pytest.raises(SceneError, match="numbers"):
        view.draw((0.0, 1.0))
    view.close()
    context.free()


@pytest.mark.usefixtures("nothing_draws")
def test_without_a_library_it_says_what_to_install(table: Table) -> None:
    with pytest.raises(NoRenderer, match=r"install libegl1 .or libosmesa6."):
        table.endoscope()
