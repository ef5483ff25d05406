"""The simulated endoscope: a client of the `world` place that draws what its two eyes see."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from sutura.hw_drivers import Camera, CameraCapabilities, CameraFrame, DeviceFault, DriverContext, DriverOptions
from sutura.sim_driver.errors import SceneError
from sutura.sim_driver.off_screen import GlContext, open_context
from sutura.sim_driver.scene_file import read_scene
from sutura.sim_driver.stereo_view import StereoView
from sutura.sim_driver.wire import CameraEnd

_PATIENCE_S = 0.005  # the world steps a thousand times a second
_OLDEST_NS = 1_100_000_000  # on a virtual clock the answer to a question is there at the next picture

_LEAST, _STEP = 64, 16  # pixels: sizes that every codec and a time code take

Pixels = Annotated[int, Meta(ge=_LEAST, le=1920, multiple_of=_STEP)]


class EndoscopeOptions(DriverOptions):
    """camera: where it is: the eyes are the scene's cameras `<camera>_left` and `<camera>_right`; stereo: both, the
    left one on the left of the picture, or the scene's camera of that name alone; width, height [pixels]: of each
    eye, at most."""

    camera: str = "endoscope"
    stereo: bool = True
    width: Pixels = 640
    height: Pixels = 480


class Endoscope(Camera):
    """Asks the world where everything is and draws it; the world never waits for it.

    A picture's stamp is the time of the step that it shows.
    """

    Options = EndoscopeOptions
    capabilities = CameraCapabilities(simulated=True, on_request=True)
    options: EndoscopeOptions

    def __init__(self, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(options, context)
        self._end: CameraEnd | None = None
        self._gl: GlContext | None = None
        self._view: StereoView | None = None
        self._eyes = _eyes(self.options)
        self._size = (self.options.width, self.options.height)
        self._seen = 0

    def _open(self) -> None:
        """What takes long is done here, before the run begins: a library that draws is loaded."""
        self._gl = open_context(self.options.width * len(self._eyes), self.options.height)
        self._end = CameraEnd(self.context.device_dir, self.context.name)

    def _read(self) -> CameraFrame | None:
        view = self._view or self._opened_view()
        if view is None or self._end is None:
            return None
        now = self.context.now()
        scene = self._end.look(now, _PATIENCE_S)
        if scene is None or scene.stamp <= self._seen or now - scene.stamp > _OLDEST_NS:
            return None
        self._seen = scene.stamp
        return CameraFrame(view.draw(scene.qpos), scene.stamp)

    def resize(self, scale: float) -> None:
        """Draw each eye at `scale` times its full width and height, in steps of 16 pixels."""
        self._size = _fitted(scale * self.options.width), _fitted(scale * self.options.height)
        if self._view is not None:
            self._view.resize(*self._size)

    def _close(self) -> None:
        if self._view is not None:
            self._view.close()
        if self._gl is not None:
            self._gl.free()
        if self._end is not None:
            self._end.close()
        self._view = self._gl = self._end = None

    def _opened_view(self) -> StereoView | None:
        """Once the world has said what is in its scene, which may be after this camera was opened."""
        model = read_scene(self.context.device_dir)
        if model is not None:
            try:
                self._view = StereoView(model, self._eyes, self.options.width, self.options.height)
            except SceneError as error:
                raise DeviceFault(self.name, str(error)) from error
            self._view.resize(*self._size)
        return self._view


def _eyes(options: EndoscopeOptions) -> tuple[str, ...]:
    name = options.camera
    return (f"{name}_left", f"{name}_right") if options.stereo else (name,)


def _fitted(pixels: float) -> int:
    return max(_LEAST, int(pixels) // _STEP * _STEP)
