"""The camera: takes pictures, shares them raw within the host and tells them as video, each with its time."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
from msgspec import Meta

from sutura.hw_drivers import Camera as CameraDriver
from sutura.hw_drivers import CameraFrame, DeviceLost, DriverError, load_camera
from sutura.messages import CompressedVideo, FrameNotice, JointsAtFrame, JointState, Pose, PoseAtFrame
from sutura.messages.camera import MAX_INSTANTS
from sutura.nodes import FrameRingRefused, FrameWriter, Input, Node, NodeParams, Output, RequestRefused, every
from sutura.nodes.errors import VideoUnavailable
from sutura.nodes.stock.frame_budget import FrameBudget
from sutura.nodes.stock.time_code import draw_time_code
from sutura.nodes.stock.video_stream import FORMAT, VideoStream

_ENCODING = "rgb8"
_LEAST = 64  # pixels, for a time code
_AGAIN_NS = 1_000_000_000


class Camera(Node):
    """Read a camera driver, and send each picture twice: raw through shared memory, and as H.264 over the bus.

    It fits rate and size to what a picture costs. A camera that cannot be had stops nothing: it says why, and a
    lost one is looked for every second.
    """

    class Params(NodeParams):
        """rate [Hz]: at most; share: of one core that it may use; least_rate [Hz]: below it pictures get smaller
        first; bit_rate [bit/s]: of the video, 0 for none; keyframe_every [s]; time_code: draw the capture time into
        the picture."""

        rate: Annotated[float, Meta(gt=0.0, le=200.0)] = 25.0
        share: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.4
        least_rate: Annotated[float, Meta(gt=0.0, le=200.0)] = 12.5
        bit_rate: Annotated[int, Meta(ge=0, le=20_000_000)] = 3_000_000
        keyframe_every: Annotated[float, Meta(ge=0.1, le=10.0)] = 1.0
        time_code: bool = False

    params: Params
    uses_camera = True

    measured_js = Input(JointState, many=True, required=False, feedback=True)
    measured_cp = Input(Pose, many=True, required=False, feedback=True)
    frame = Output(FrameNotice, rate="rate")
    video = Output(CompressedVideo, rate="rate")

    driver: CameraDriver

    def on_start(self) -> None:
        choice = self.driver_choice
        if choice is None:
            raise RequestRefused(f"node {self.name} needs a driver: a camera")
        self._joints: dict[str, JointsAtFrame] = {}
        self._poses: dict[str, PoseAtFrame] = {}
        self._ring: FrameWriter | None = None
        self._ring_bytes = 0
        self._stream = self._new_stream(self.params)
        self._trouble = self._told = ""
        self._tries_at, self._ticks = 0, 0
        self.driver = load_camera(choice.use)(choice.options, self.driver_context())
        self._is_on_request = self.driver.capabilities.on_request
        self._open()

    def on_params(self, params: NodeParams) -> None:
        """The budget and the video begin anew."""
        if isinstance(params, self.Params):
            self._budget = self._new_budget(params)
            self._stream = self._new_stream(params)
            self.driver.resize(self._budget.pace.scale)

    # What the robot does --------------------------------------------------------------------------------------

    def on_measured_js(self, joints: JointState) -> None:
        """Keep where the joints are, for the next picture."""
        frame = self.measured_js.frame
        if frame is not None and _has_room(self._joints, frame.topic):
            self._joints[frame.topic] = JointsAtFrame(frame.topic, frame.stamp, joints.name, joints.position)

    def on_measured_cp(self, pose: Pose) -> None:
        """Keep where the tip is, for the next picture."""
        frame = self.measured_cp.frame
        if frame is not None and _has_room(self._poses, frame.topic):
            self._poses[frame.topic] = PoseAtFrame(frame.topic, frame.stamp, pose.position, pose.orientation)

    # Pictures -------------------------------------------------------------------------------------------------

    @every("rate")
    def take(self) -> None:
        """A picture at every tick, or of every second, third, … where one costs much."""
        self._ticks += 1
        is_wanted = self._ticks % self._budget.pace.divisor == 0
        if self._trouble:
            if 0 < self._tries_at <= self.now():
                self._open()
        elif is_wanted or not self._is_on_request:
            begun = self.now()
            picture = self._read()
            if picture is not None and is_wanted:
                self._told = ""
                begun = begun if self._is_on_request else self.now()
                self._send(picture)
                self._count(begun, picture)

    def _read(self) -> CameraFrame | None:
        try:
            return self.driver.read()
        except DriverError as error:
            self._lose(error)
            return None

    def _send(self, picture: CameraFrame) -> None:
        pixels = np.ascontiguousarray(picture.pixels)
        if self.params.time_code and min(pixels.shape[:2]) >= _LEAST:
            pixels = pixels if pixels.flags.writeable and pixels is not picture.pixels else pixels.copy()
            draw_time_code(pixels, picture.stamp)
        self._put_in_ring(CameraFrame(pixels, picture.stamp))
        self._film(CameraFrame(pixels, picture.stamp))

    def _put_in_ring(self, picture: CameraFrame) -> None:
        size = picture.pixels.nbytes
        if size > self._ring_bytes:
            self._open_ring(size)
        if self._ring is None:
            return
        height, width = picture.pixels.shape[:2]
        place = self._ring.write(picture.pixels.data)
        notice = FrameNotice(
            picture.stamp, self.name, width, height, _ENCODING, self.name,
            place.slot, place.sequence, place.size, place.checksum,
        )  # fmt: skip
        self.frame.publish(notice, origin=picture.stamp)

    def _film(self, picture: CameraFrame) -> None:
        if self._stream is None:
            return
        try:
            coded = self._stream.encode(picture.pixels, picture.stamp, self._budget.rate)
        except VideoUnavailable as error:
            self._stream = None
            self.event("unavailable", str(error))
            return
        self.gauge("oversized", self._stream.oversized)
        if coded is not None:
            joints, poses = tuple(self._joints.values()), tuple(self._poses.values())
            video = CompressedVideo(picture.stamp, self.name, coded.data, FORMAT, coded.keyframe, joints, poses)
            self.video.publish(video, origin=picture.stamp)

    def _new_stream(self, params: "Camera.Params") -> VideoStream | None:
        if not params.bit_rate:
            return None
        try:
            return VideoStream(params.bit_rate, params.keyframe_every)
        except VideoUnavailable as error:
            self.event("unavailable", str(error))
            return None

    # How much it may cost -------------------------------------------------------------------------------------

    def _count(self, begun: int, picture: CameraFrame) -> None:
        cost = (self.now() - begun) * 1e-9
        self.measure("cost", cost)
        self.measure("age_when_sent", (self.now() - picture.stamp) * 1e-9)
        scale = self._budget.pace.scale
        if self._budget.spent(cost) and self._budget.pace.scale != scale:
            self.driver.resize(self._budget.pace.scale)
        height, width = picture.pixels.shape[:2]
        for figure, value in (("rate", self._budget.rate), ("width", width), ("height", height)):
            self.gauge(figure, value)

    def _new_budget(self, params: "Camera.Params") -> FrameBudget:
        return FrameBudget(params.rate, params.share, min(params.least_rate, params.rate), self._is_on_request)

    # Coming and going -----------------------------------------------------------------------------------------

    def _open(self) -> None:
        self._budget = self._new_budget(self.params)
        try:
            self.driver.open()
        except DriverError as error:
            self._lose(error)
            return
        self._trouble = ""
        self.driver.resize(self._budget.pace.scale)

    def _open_ring(self, size: int) -> None:
        """For pictures of this size, and smaller ones; told once where there is no room."""
        self._ring_bytes = size
        try:
            self._ring = FrameWriter(self.device_dir, self.name, size)
        except FrameRingRefused as error:
            self._ring = None
            self.event("unavailable", f"{error}; only video is sent")

    def _lose(self, error: DriverError) -> None:
        """Say it once; a device that does not answer may come back."""
        self._tries_at = self.now() + _AGAIN_NS if isinstance(error, DeviceLost) else 0
        self.driver.close()
        self._trouble = str(error)
        if self._trouble != self._told:
            self._told = self._trouble
            self.event("unavailable", f"no picture: {error}")

    def on_stop(self) -> None:
        if hasattr(self, "driver"):
            self.driver.close()
            if self._ring is not None:
                self._ring.close()


def _has_room(kept: Mapping[str, object], topic: str) -> bool:
    return topic in kept or len(kept) < MAX_INSTANTS
