"""The video that a camera tells: encoded picture by picture, and begun anew where its size or rate changes."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sutura.messages.camera import MAX_VIDEO_BYTES
from sutura.nodes.errors import VideoUnavailable

if TYPE_CHECKING:
    from sutura.nodes.stock.h264 import Encoded

FORMAT = "h264"


class VideoStream:
    """One stream. oversized: pictures that came out too long for a message, and were left out."""

    def __init__(self, bit_rate: int, keyframe_every: float) -> None:
        """bit_rate [bit/s]; keyframe_every [s]. Raises VideoUnavailable."""
        try:
            from sutura.nodes.stock.h264 import H264Encoder
        except ImportError as error:
            raise VideoUnavailable("PyAV is not installed (pip install 'sutura[camera]')") from error
        self._kind = H264Encoder
        self._bit_rate, self._keyframe_every = bit_rate, keyframe_every
        self._encoder: H264Encoder | None = None
        self._rate = 0.0
        self.oversized = 0

    def encode(self, pixels: NDArray[np.uint8], stamp: int, rate: float) -> "Encoded | None":
        """One picture, height × width × 3, captured at `stamp` [ns], of a camera that now gives `rate` [Hz].

        None where it came out too long: the stream then begins anew, with less. Raises VideoUnavailable.
        """
        height, width = pixels.shape[0] & ~1, pixels.shape[1] & ~1  # what the codec takes
        encoder = self._encoder
        if encoder is None or encoder.size != (width, height) or rate != self._rate:
            encoder = self._encoder = self._kind(width, height, rate, self._bit_rate, self._keyframe_every)
            self._rate = rate
        coded = encoder.encode(pixels[:height, :width], stamp)
        if len(coded.data) <= MAX_VIDEO_BYTES:
            return coded if coded.data else None
        self.oversized += 1
        self._encoder, self._bit_rate = None, self._bit_rate * 3 // 4
        return None
