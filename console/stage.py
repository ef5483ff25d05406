"""The scene in the browser: meshes once, then only the poses of what moves."""

import numpy as np
import viser
from numpy.typing import NDArray

from sutura.console.scene_model import SceneModel, View

_STILL = 2e-5  # m or quaternion: less is not seen
_BACKGROUND = 44  # of 255: dark, not black, so that a dark shaft is seen
VIEWS = {"Endoscope's view": ("endoscope", 0.125), "Room's view": ("room", 0.5)}

Pose = tuple[NDArray[np.float64], NDArray[np.float64]]


class Stage:
    """The bodies of a scene, drawn for every client."""

    def __init__(self, server: viser.ViserServer, model: SceneModel) -> None:
        self.model = model
        self._server = server
        self._frames: dict[int, viser.FrameHandle] = {}
        self._shown: dict[int, Pose] = {}
        for body in model.bodies:
            name = f"/scene/{body.name}"
            position, wxyz = model.pose(body.index)
            frame = server.scene.add_frame(name, show_axes=False, position=position, wxyz=wxyz)
            if body.moves:
                self._frames[body.index] = frame
            for number, part in enumerate(body.parts):
                server.scene.add_mesh_simple(
                    f"{name}/{number}",
                    *part.mesh,
                    color=part.colour,
                    opacity=None if part.opacity >= 1.0 else part.opacity,
                    cast_shadow=False,
                    receive_shadow=False,
                )

    def draw(self) -> None:
        """Send the poses that have changed."""
        with self._server.atomic():
            for index, frame in self._frames.items():
                pose = self.model.pose(index)
                shown = self._shown.get(index)
                if shown is None or max(np.abs(a - b).max() for a, b in zip(pose, shown, strict=True)) > _STILL:
                    self._shown[index] = pose
                    frame.position, frame.wxyz = pose

    def view(self, name: str) -> View | None:
        """One of `VIEWS`, where the scene has such a camera."""
        camera, distance = VIEWS[name]
        return self.model.view(camera, distance)


def prepare(server: viser.ViserServer) -> None:
    """What every scene has: a calm dark background, light without shadows, a view from near."""
    server.scene.set_background_image(np.full((2, 2, 3), _BACKGROUND, np.uint8))
    server.scene.configure_default_lights(enabled=True, cast_shadow=False)
    server.initial_camera.near = 0.005
    server.initial_camera.far = 20.0
    server.initial_camera.position = (0.06, -0.17, 0.12)
    server.initial_camera.look_at = (0.0, 0.0, 0.025)


def look(camera: viser.CameraHandle, view: View) -> None:
    """Put a client's camera where a camera of the scene is."""
    camera.up_direction = view.up
    camera.position = view.position
    camera.look_at = view.look_at
    camera.fov = view.angle
