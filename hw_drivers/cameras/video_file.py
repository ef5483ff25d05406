"""A camera that plays a video file."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sutura.hw_drivers.camera import Camera, CameraCapabilities, CameraFrame, Pixels
from sutura.hw_drivers.cameras.pixels import pixels_of
from sutura.hw_drivers.context import DriverOptions
from sutura.hw_drivers.errors import BadOptions, DeviceFault, MissingExtra

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_MOST_DECODED = 8  # in one read: what is further behind is shown in the next
_USUAL_PERIOD_NS = 40_000_000


class VideoFileOptions(DriverOptions):
    """file: anything FFmpeg reads; paced: at the file's own pace, else a picture each time it is read; loop: begin
    again at the end."""

    file: str
    paced: bool = True
    loop: bool = False


class VideoFile(Camera):
    """Plays a file from the first read on. Paced, a read gives the newest picture that is due, stamped with when it
    was due, and None until the next is; else the next one, stamped now. It never waits."""

    Options = VideoFileOptions
    capabilities = CameraCapabilities(simulated=True)
    options: VideoFileOptions

    def _open(self) -> None:
        self._file = self._opened()
        self._video = self._video_stream(self._file)
        self._pictures = self._decoded()
        self._start: int | None = None
        self._offset = 0  # [ns] of the present round, of the file's times
        self._end = 0  # [ns] of the newest picture, with its duration
        self._next = next(self._pictures, None)
        if self._next is None:
            self._file.close()
            raise self._bad(f"{self.options.file} has no picture")

    def _read(self) -> CameraFrame | None:
        now = self.context.now()
        if not self.options.paced:
            found = self._take()
            return CameraFrame(found[1], now) if found else None
        if self._start is None:
            self._start = now - (self._next[0] if self._next else 0)
        newest = None
        for _ in range(_MOST_DECODED):
            if self._next is None or self._start + self._next[0] > now:
                break
            newest = self._take()
        return CameraFrame(newest[1], self._start + newest[0]) if newest else None

    def _close(self) -> None:
        self._file.close()

    def _take(self) -> tuple[int, Pixels] | None:
        found, self._next = self._next, next(self._pictures, None)
        return found

    def _decoded(self) -> Iterator[tuple[int, Pixels]]:
        """Pictures with their times [ns] from the first one, round after round."""
        import av

        while True:
            first = None
            try:
                for picture in self._file.decode(self._video):
                    at = round((picture.time or 0.0) * 1e9)
                    first = at if first is None else first
                    moment = self._offset + at - first
                    self._end = moment + self._period()
                    yield moment, pixels_of(picture)
                if not self.options.loop or first is None:
                    return
                self._offset = self._end
                self._file.seek(0)
            except av.FFmpegError as error:
                where = f"after {self._end * 1e-9:.2f} s"
                raise DeviceFault(self.name, f"{self.options.file} cannot be read on {where}: {error}") from error

    def _period(self) -> int:
        rate = self._video.average_rate
        return round(1e9 / float(rate)) if rate else _USUAL_PERIOD_NS

    def _opened(self) -> "InputContainer":
        try:
            import av
        except ImportError as error:
            raise MissingExtra("video_file", "camera", "PyAV") from error
        try:
            return av.open(self.options.file)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise self._bad(f"{self.options.file} is no video that can be read: {_words(error)}") from error

    def _video_stream(self, file: "InputContainer") -> "VideoStream":
        if file.streams.video:
            return file.streams.video[0]
        kinds = ", ".join(sorted({stream.type for stream in file.streams})) or "nothing"
        file.close()
        raise self._bad(f"{self.options.file} has no video, only {kinds}")

    def _bad(self, reason: str) -> BadOptions:
        return BadOptions("video_file", reason, VideoFileOptions.__struct_fields__)


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
