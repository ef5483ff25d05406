"""A viewer that looks at the endoscope as a screen would, and reads the time code off each picture."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutura.messages import CompressedVideo, FrameNotice
from sutura.nodes import FrameReader, Input, Node, RingPlace, queue
from sutura.nodes.stock.h264 import H264Decoder
from sutura.nodes.stock.time_code import read_time_code


class EndoscopeViewer(Node):
    """Decode the video, copy the raw pictures, and keep how old each was when it was there to be seen.

    Figures: `glass_to_glass` of the video, `glass_to_glass_raw` [s]; gauges: `seen`, `skipped` (a picture before it
    was missing), `wrong` (another time, or none, in the picture than in its message), `overwritten`.
    """

    video = Input(CompressedVideo, policy=queue(16))
    image = Input(FrameNotice, required=False)

    def on_start(self) -> None:
        self._decoder = H264Decoder()
        self._reader = FrameReader(Path(self.device_dir))
        self._writer, self._next = "", 0
        for name in ("seen", "skipped", "wrong"):
            self.gauge(name, 0.0)

    def on_video(self, video: CompressedVideo) -> None:
        """One picture of the stream."""
        frame = self.video.frame
        if frame is None:
            return
        if (frame.writer, frame.seq) != (self._writer, self._next):
            self._decoder.lost()
        self._writer, self._next = frame.writer, frame.seq + 1
        pixels = self._decoder.decode(video.data, video.keyframe)
        if pixels is None:
            self._count("skipped")
        else:
            self._see(pixels, video.timestamp, "glass_to_glass")

    def on_image(self, notice: FrameNotice) -> None:
        """One raw picture."""
        place = RingPlace(notice.slot, notice.sequence, notice.size, notice.checksum)
        data = self._reader.read(notice.ring, place)
        self.gauge("overwritten", self._reader.overwritten)
        if data is not None:
            pixels = np.frombuffer(data, np.uint8).reshape(notice.height, notice.width, 3)
            self._see(pixels, notice.timestamp, "glass_to_glass_raw")

    def _see(self, pixels: NDArray[np.uint8], stamp: int, figure: str) -> None:
        code = read_time_code(pixels)
        now = self.now()
        if code is None or code != stamp // 1000 * 1000:
            self._count("wrong")
            return
        self._count("seen")
        self.measure(figure, (now - code) * 1e-9)

    def _count(self, name: str) -> None:
        self.gauge(name, self.gauges[name] + 1.0)

    def on_stop(self) -> None:
        if hasattr(self, "_reader"):
            self._reader.close()
