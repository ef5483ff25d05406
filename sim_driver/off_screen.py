"""A place to draw without a screen: EGL or OSMesa, whichever is there."""

import ctypes
import os
import subprocess
import sys
from typing import Protocol

from sutura.sim_driver.errors import NoRenderer

_LIBRARIES = {"egl": "libEGL.so.1", "osmesa": "libOSMesa.so.8"}
_TRY = "import sys; from sutura.sim_driver.off_screen import context_of; context_of(sys.argv[1], 64, 64)"
_TRY_S = 30.0


class GlContext(Protocol):
    """What MuJoCo draws into."""

    def make_current(self) -> None:
        """Draw into this one from now on."""

    def free(self) -> None:
        """Give it back."""


def open_context(width: int, height: int) -> GlContext:
    """A current context of the given size [pixels]; `MUJOCO_GL`, where it is set, comes first. Raises NoRenderer.

    A library that is there and does not work spoils its process for the other, so where both are there the first
    is tried in a process of its own.
    """
    os.environ.setdefault("LP_NUM_THREADS", "1")  # Mesa without a GPU: a thread, not one for every core
    names = [name for name in _preferred() if _is_there(_LIBRARIES[name])]
    for name in names[:-1]:
        if _works(name):
            return context_of(name, width, height)
    if not names:
        raise NoRenderer("neither libEGL nor libOSMesa is installed")
    try:
        return context_of(names[-1], width, height)
    except Exception as error:  # PyOpenGL and MuJoCo raise whatever the driver's state makes them
        raise NoRenderer(f"{names[-1]} does not work: {type(error).__name__}: {error}") from error


def context_of(name: str, width: int, height: int) -> GlContext:
    """A current context of `egl` or `osmesa`. Raises whatever its library does."""
    os.environ["PYOPENGL_PLATFORM"] = name
    if name == "egl":
        from mujoco.egl import GLContext
    else:
        from mujoco.osmesa import GLContext
    context: GlContext = GLContext(width, height)
    context.make_current()
    return context


def _preferred() -> tuple[str, ...]:
    asked = os.environ.get("MUJOCO_GL", "").lower()
    return tuple(sorted(_LIBRARIES, key=lambda name: name != asked))


def _is_there(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _works(name: str) -> bool:
    try:
        done = subprocess.run([sys.executable, "-c", _TRY, name], capture_output=True, timeout=_TRY_S, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
