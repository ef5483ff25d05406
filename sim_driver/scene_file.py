"""The scene of a run as a file: the world says once what stands in it, so that a camera draws the very same."""

from pathlib import Path

import mujoco

from sutura.sim_driver.errors import SceneError
from sutura.sim_driver.wire import scene_path


def write_scene(model: mujoco.MjModel, device_dir: Path) -> None:
    """Lay the scene down beside the run's sockets, whole before it has its name."""
    path = scene_path(device_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"new-{path.name}")
    mujoco.mj_saveModel(model, str(unfinished))
    unfinished.rename(path)


def read_scene(device_dir: Path) -> mujoco.MjModel | None:
    """The scene of a run; None while its world has not begun. Raises SceneError."""
    path = scene_path(device_dir)
    if not path.is_file():
        return None
    try:
        return mujoco.MjModel.from_binary_path(str(path))
    except (ValueError, mujoco.FatalError) as error:
        raise SceneError(f"the file {path.name}", "a model of this version of MuJoCo", error) from error
