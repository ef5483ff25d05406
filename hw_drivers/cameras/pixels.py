"""A decoded picture as the camera interface wants it."""

from typing import TYPE_CHECKING

import numpy as np

from sutura.hw_drivers.camera import Pixels

if TYPE_CHECKING:
    from av import VideoFrame


def pixels_of(picture: "VideoFrame") -> Pixels:
    """(height, width, 3), red, green, blue."""
    return np.asarray(picture.to_ndarray(format="rgb24"), dtype=np.uint8)
