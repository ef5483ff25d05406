"""H.264 through PyAV: what goes in comes out at once, nothing is held back."""

from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from numpy.typing import NDArray

from sutura.messages.camera import MAX_VIDEO_BYTES
from sutura.nodes.errors import VideoUnavailable

_CLOCK_HZ = 1_000_000
_MOST_KBIT = int(0.8 * 8 * MAX_VIDEO_BYTES) // 1000


class Encoded(NamedTuple):
    """One encoded picture: an access unit in Annex B, and whether decoding may begin with it."""

    data: bytes
    keyframe: bool


class H264Encoder:
    """Encodes pictures of one size, both even, with libx264's `ultrafast` and `zerolatency`, on one thread.

    Its rate control keeps pictures well below `MAX_VIDEO_BYTES`; who sends them still looks at their length.
    """

    def __init__(self, width: int, height: int, rate: float, bit_rate: int, keyframe_s: float) -> None:
        """rate [Hz]; bit_rate [bit/s]; keyframe_s [s]: between pictures with which decoding may begin.

        Raises VideoUnavailable.
        """
        kbit = max(1, bit_rate // 1000)
        most_kbit = min(_MOST_KBIT, kbit)  # of one picture
        try:
            codec = av.CodecContext.create("libx264", "w")
        except ValueError as error:
            raise VideoUnavailable("this PyAV has no libx264") from error
        codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
        codec.time_base, codec.framerate = Fraction(1, _CLOCK_HZ), Fraction(round(rate * 1000), 1000)
        codec.thread_count = 1
        codec.gop_size = max(1, round(rate * keyframe_s))
        codec.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "x264-params": f"vbv-maxrate={kbit}:vbv-bufsize={most_kbit}:bitrate={kbit}:scenecut=0",
        }
        codec.open()
        self._codec = codec
        self.size = width, height

    def encode(self, pixels: NDArray[np.uint8], stamp: int, keyframe: bool = False) -> Encoded:
        """One picture, height × width × 3, captured at `stamp` [ns]; it may be asked for as a keyframe."""
        frame = VideoFrame.from_ndarray(pixels, format="rgb24")
        frame.pts, frame.time_base = stamp // 1000, Fraction(1, _CLOCK_HZ)
        frame.pict_type = PictureType.I if keyframe else PictureType.NONE
        packets = self._codec.encode(frame)
        return Encoded(b"".join(bytes(packet) for packet in packets), any(p.is_keyframe for p in packets))


class H264Decoder:
    """Decodes pictures in their order; what comes before the first keyframe is skipped."""

    def __init__(self) -> None:
        self._codec: VideoCodecContext | None = None

    def decode(self, data: bytes, keyframe: bool) -> NDArray[np.uint8] | None:
        """The picture, height × width × 3; None before a keyframe has come, or where the data are damaged."""
        if keyframe:
            self._codec = _decoder()
        if self._codec is None:
            return None
        try:
            frames = self._codec.decode(av.Packet(data))
        except av.FFmpegError:
            self._codec = None  # the next keyframe begins anew
            return None
        return frames[-1].to_ndarray(format="rgb24").astype(np.uint8, copy=False) if frames else None

    def lost(self) -> None:
        """Say that a picture is missing: what refers to it is skipped, until the next keyframe."""
        self._codec = None


def _decoder() -> VideoCodecContext:
    codec = av.CodecContext.create("h264", "r")
    codec.thread_count = 1
    codec.options = {"flags": "low_delay"}
    return codec
