"""What the eyes of a simulated endoscope see, drawn off-screen."""

from collections.abc import Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray

from sutura.sim_driver.errors import SceneError

_MOST_SHAPES = 2000
_NOT_DRAWN = (mujoco.mjtRndFlag.mjRND_SHADOW, mujoco.mjtRndFlag.mjRND_REFLECTION)  # ten times the price of the rest


class StereoView:
    """Draws a scene from several cameras side by side, into the context that is current. One thread owns it."""

    def __init__(self, model: mujoco.MjModel, eyes: Sequence[str], width: int, height: int) -> None:
        """eyes: names of cameras of the model, from left to right; width, height [pixels] of each.

        Raises:
            SceneError: the model has no such camera.
        """
        cameras = [model.camera(i).name for i in range(model.ncam)]
        missing = [eye for eye in eyes if eye not in cameras]
        if missing:
            raise SceneError("the camera", f"one of {', '.join(cameras) or 'none'}", missing[0])
        self._model, self._data = model, mujoco.MjData(model)
        self._eyes = [_camera(model.camera(eye).id) for eye in eyes]
        model.opt.enableflags &= ~mujoco.mjtEnableBit.mjENBL_SLEEP.value  # what rests is moved too
        model.vis.global_.offwidth, model.vis.global_.offheight = width * len(eyes), height
        model.vis.quality.offsamples = 0
        self._most = (width, height)
        self._context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_50.value)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self._context)
        self._scene = mujoco.MjvScene(model, maxgeom=_MOST_SHAPES)
        for flag in _NOT_DRAWN:
            self._scene.flags[flag] = 0
        self._options = mujoco.MjvOption()
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        """Draw each eye in another size [pixels], at most that of the beginning."""
        self._size = min(width, self._most[0]), min(height, self._most[1])
        self._drawn = np.empty((self._size[1], self._size[0] * len(self._eyes), 3), np.uint8)

    def draw(self, qpos: Sequence[float]) -> NDArray[np.uint8]:
        """The scene with everything where `qpos` says: height × eyes · width × 3, red, green, blue.

        Raises SceneError when the scene has another number of positions.
        """
        model, data, (width, height) = self._model, self._data, self._size
        if len(qpos) != model.nq:
            raise SceneError("the positions of the scene", f"{model.nq} numbers", len(qpos))
        data.qpos[:] = qpos
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_camlight(model, data)
        everything = mujoco.mjtCatBit.mjCAT_ALL.value
        mujoco.mjv_updateScene(model, data, self._options, None, self._eyes[0], everything, self._scene)
        for number, eye in enumerate(self._eyes):
            mujoco.mjv_updateCamera(model, data, eye, self._scene)
            mujoco.mjr_render(mujoco.MjrRect(number * width, 0, width, height), self._scene, self._context)
        whole = mujoco.MjrRect(0, 0, width * len(self._eyes), height)
        mujoco.mjr_readPixels(self._drawn, None, whole, self._context)
        return self._drawn[::-1]  # it draws from the bottom up

    def close(self) -> None:
        """Give everything back, before the context is."""
        self._context.free()


def _camera(number: int) -> mujoco.MjvCamera:
    camera = mujoco.MjvCamera()
    camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
    camera.fixedcamid = number
    return camera
