"""The versions that a run depends on."""

import platform
from importlib.metadata import PackageNotFoundError, version

from sutura import __version__

_LIBRARIES = ("pyzmq", "msgspec", "numpy", "mujoco", "mcap")


def versions() -> dict[str, str]:
    """Of Sutura, Python and the libraries that matter for what a run does."""
    found = {"sutura": __version__, "python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "not installed"
    return found
