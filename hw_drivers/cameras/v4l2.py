"""A camera of the kernel's Video4Linux2, through PyAV (FFmpeg's libavdevice)."""

import os
import select
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from sutura.hw_drivers.camera import Camera, CameraFrame
from sutura.hw_drivers.cameras.pixels import pixels_of
from sutura.hw_drivers.cameras.v4l2_stamps import capture_time
from sutura.hw_drivers.context import DriverOptions
from sutura.hw_drivers.errors import BadOptions, DeviceFault, DeviceLost, MissingExtra

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

_MOST_TAKEN = 16  # in one read


class V4l2Options(DriverOptions):
    """device: its path; width, height [pixels], rate [Hz]: refused if the camera has none such, the camera's own
    choice if 0; encoding: FFmpeg's name of what the camera sends (mjpeg, yuyv422, h264, …), or empty for its own
    choice; timeout [s]: how long a read waits; silence [s]: without a picture for so long it is lost."""

    device: str = "/dev/video0"
    width: Annotated[int, Meta(ge=0, le=16384)] = 0
    height: Annotated[int, Meta(ge=0, le=16384)] = 0
    rate: Annotated[float, Meta(ge=0.0, le=1000.0)] = 0.0
    encoding: str = ""
    timeout: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.02
    silence: Annotated[float, Meta(gt=0.0, le=60.0)] = 1.0

    def __post_init__(self) -> None:
        if bool(self.width) != bool(self.height):
            raise ValueError("expected width and height together")

    def for_ffmpeg(self) -> dict[str, str]:
        """As libavdevice wants them. `ts`: the kernel's own times, untouched."""
        chosen = {"ts": "default"}
        if self.width:
            chosen["video_size"] = f"{self.width}x{self.height}"
        if self.rate:
            chosen["framerate"] = f"{self.rate:g}"
        if self.encoding:
            chosen["input_format"] = self.encoding
        return chosen


class V4l2Camera(Camera):
    """A read gives the newest picture; it waits, on the device's own descriptor, no longer than its timeout.

    is_stamped_at_capture: whether the newest picture had the kernel's time of its capture.
    """

    Options = V4l2Options
    options: V4l2Options
    is_stamped_at_capture = True

    def _open(self) -> None:
        before = _descriptors(self.options.device)
        self._device = self._opened()
        try:
            self._video = self._device.streams.video[0]
            self._refuse_another_size()
            self._packets: Iterator[Packet[VideoStream]] = self._device.demux(self._video)
            self._wait = self._waiting(_descriptors(self.options.device) - before)
        except BaseException:
            self._device.close()
            raise
        self._heard_at = self.context.now()

    def _read(self) -> CameraFrame | None:
        if not self._wait.poll(self.options.timeout * 1e3):
            if self.context.now() - self._heard_at > self.options.silence * 1e9:
                raise DeviceLost(self.name, f"no picture from {self.options.device} for {self.options.silence:g} s")
            return None
        newest = None
        for _ in range(_MOST_TAKEN):
            newest = self._take() or newest
            if not self._wait.poll(0):
                break
        if newest is None:
            return None
        packet, picture = newest
        self._heard_at = self.context.now()
        stamp, self.is_stamped_at_capture = capture_time(packet.pts, packet.time_base, self._heard_at)
        return CameraFrame(pixels_of(picture), stamp)

    def _take(self) -> "tuple[Packet[VideoStream], VideoFrame] | None":
        """The next packet that is there, with its picture."""
        import av

        try:
            packet = next(self._packets)
            pictures = packet.decode()
        except StopIteration:
            raise DeviceLost(self.name, f"{self.options.device} has ended") from None
        except av.error.InvalidDataError as error:
            raise DeviceFault(self.name, f"a picture that cannot be decoded: {error}") from error
        except (av.FFmpegError, OSError) as error:
            raise DeviceLost(self.name, f"{self.options.device}: {error.strerror}; it was unplugged") from error
        return (packet, pictures[-1]) if pictures else None

    def _close(self) -> None:
        self._device.close()

    def _opened(self) -> "InputContainer":
        o = self.options
        try:
            import av
        except ImportError as error:
            raise MissingExtra("v4l2", "camera", "PyAV") from error
        if not Path(o.device).exists():
            there = ", ".join(sorted(map(str, Path("/dev").glob("video*")))) or "none"
            raise DeviceLost(self.name, f"there is no {o.device} (cameras: {there})")
        try:
            return av.open(o.device, format="video4linux2", options=o.for_ffmpeg())
        except PermissionError as error:
            raise DeviceLost(self.name, f"no leave to read {o.device}; join the group `video`") from error
        except av.error.ArgumentError as error:
            reason = f"{o.device} is a camera that cannot do {o.for_ffmpeg()}: {error.strerror}"
            raise BadOptions("v4l2", reason, V4l2Options.__struct_fields__) from error
        except (av.FFmpegError, OSError) as error:
            raise DeviceLost(self.name, f"{o.device} is no camera that can be read: {error.strerror}") from error

    def _waiting(self, descriptors: set[int]) -> select.poll:
        if len(descriptors) != 1:
            raise DeviceLost(
                self.name, f"expected one descriptor for {self.options.device}, came {len(descriptors)}"
            )
        wait = select.poll()
        wait.register(descriptors.pop(), select.POLLIN)
        return wait

    def _refuse_another_size(self) -> None:
        o, got = self.options, self._video.codec_context
        if o.width and (got.width, got.height) != (o.width, o.height):
            reason = f"expected {o.width} x {o.height} pixels, {o.device} gives {got.width} x {got.height}"
            raise BadOptions("v4l2", reason, V4l2Options.__struct_fields__)


def _descriptors(device: str) -> set[int]:
    """The descriptors of this process that are open at a device: libavdevice does not tell its own."""
    found = set()
    wanted = os.path.realpath(device)
    for entry in Path("/proc/self/fd").iterdir():
        try:
            if str(entry.readlink()) == wanted:
                found.add(int(entry.name))
        except OSError:
            continue  # closed meanwhile, as that of the listing itself
    return found
