"""The camera node: each picture with its time and where the robot was, raw and as video; and cameras that fail."""

from collections.abc import Mapping

import numpy as np
import pytest

from sutura.hw_drivers import (
    Camera,
    CameraFrame,
    DeviceFault,
    DeviceLost,
    DriverContext,
    DriverOptions,
)
from sutura.messages import CompressedVideo, FrameNotice, JointState, Pose
from sutura.nodes import FrameReader, RingPlace
from sutura.nodes.node import DriverChoice
from sutura.nodes.stock.h264 import H264Decoder
from sutura.nodes.stock.time_code import read_time_code
from tests.nodes.conftest import MS, Bench, MakeBench

CAMERA = "sutura.nodes.stock.camera:Camera"
AGE_NS = 3 * MS


class PainterOptions(DriverOptions):
    """fails: `open`, `lost` for a while, or `fault`, from the fifth picture on."""

    fails: str = ""


class Painter(Camera):
    """Paints grey pictures, captured 3 ms ago."""

    Options = PainterOptions
    options: PainterOptions

    def __init__(self, options: Mapping[str, object], context: DriverContext) -> None:
        super().__init__(options, context)
        self.size = (320, 240)
        self.taken = 0

    def _open(self) -> None:
        if self.options.fails == "open":
            raise DeviceFault(self.name, "a broken lens")

    def _read(self) -> CameraFrame | None:
        self.taken += 1
        if self.options.fails == "lost" and 5 <= self.taken < 7:
            raise DeviceLost(self.name, "the cable is out")
        if self.options.fails == "fault" and self.taken >= 5:
            raise DeviceFault(self.name, "too warm")
        if self.options.fails == "none":
            return None
        pixels = np.full((self.size[1], self.size[0], 3), 90, np.uint8)
        pixels.flags.writeable = False
        return CameraFrame(pixels, self.context.now() - AGE_NS)


def hosted(bench: MakeBench, fails: str = "", **params: object) -> Bench:
    return bench(CAMERA, params=params, driver=DriverChoice(f"{__name__}:Painter", {"fails": fails}))


def videos(made: Bench) -> list[CompressedVideo]:
    found = [frame.payload for frame in made.said("video")]
    assert all(isinstance(video, CompressedVideo) for video in found)
    return found  # type: ignore[return-value]


def notices(made: Bench) -> list[FrameNotice]:
    return [frame.payload for frame in made.said("frame")]  # type: ignore[misc]


def test_every_picture_is_told_raw_and_as_video_with_the_time_it_was_captured(bench: MakeBench) -> None:
    made = hosted(bench, time_code=True)
    made.run_for(1.0)
    assert 24 <= len(videos(made)) <= 26
    decoder, reader = H264Decoder(), FrameReader(made.node.device_dir)
    for sent, video, notice in zip(made.said("video"), videos(made), notices(made), strict=True):
        assert video.timestamp == sent.origin == sent.stamp - AGE_NS == notice.timestamp
        decoded = decoder.decode(video.data, video.keyframe)
        assert decoded is not None
        assert read_time_code(decoded) == video.timestamp // 1000 * 1000
    last = notices(made)[-1]
    data = reader.read(last.ring, RingPlace(last.slot, last.sequence, last.size, last.checksum))
    assert data is not None
    raw = np.frombuffer(data, np.uint8).reshape(last.height, last.width, 3)
    assert read_time_code(raw) == last.timestamp // 1000 * 1000
    assert (raw[100:] == 90).all()


def test_without_a_time_code_the_picture_is_as_it_was_taken(bench: MakeBench) -> None:
    made = hosted(bench, bit_rate=0)
    made.run_for(0.2)
    assert videos(made) == []
    last = notices(made)[-1]
    data = FrameReader(made.node.device_dir).read(
        last.ring, RingPlace(last.slot, last.sequence, last.size, last.checksum)
    )
    assert data == bytes([90]) * (320 * 240 * 3)


def test_a_picture_carries_where_the_robot_was(bench: MakeBench) -> None:
    made = bench(
        CAMERA,
        driver=DriverChoice(f"{__name__}:Painter"),
        wires={"measured_js": ("PSM1/measured_js", "PSM2/measured_js"), "measured_cp": ("PSM1/measured_cp",)},
    )
    made.run_for(0.1)
    assert videos(made)[-1].joints == ()
    at = made.now
    made.send("PSM1/measured_js", JointState(("yaw",), (0.25,)))
    made.send("PSM2/measured_js", JointState(("yaw",), (0.5,)))
    made.send("PSM1/measured_cp", Pose((0.0, 0.0, 0.1), (0.0, 0.0, 0.0, 1.0)))
    made.run_for(0.1)
    video = videos(made)[-1]
    assert [(j.topic, j.stamp, j.position) for j in video.joints] == [
        ("PSM1/measured_js", at, (0.25,)),
        ("PSM2/measured_js", at, (0.5,)),
    ]
    assert [(p.topic, p.position) for p in video.poses] == [("PSM1/measured_cp", (0.0, 0.0, 0.1))]


def test_a_camera_that_cannot_be_had_stops_nothing(bench: MakeBench) -> None:
    made = hosted(bench, "open")
    made.run_for(2.0)
    assert [(e.kind, e.text) for e in made.events] == [
        ("unavailable", "no picture: device of driver 'Painter of n': a broken lens")
    ]
    assert notices(made) == []
    assert made.node.fault_cause == ""


def test_a_camera_that_breaks_is_left_alone(bench: MakeBench) -> None:
    made = hosted(bench, "fault")
    made.run_for(3.0)
    assert len(notices(made)) == 4
    assert [e.kind for e in made.events] == ["unavailable"]


def test_a_lost_camera_is_looked_for_again(bench: MakeBench) -> None:
    made = hosted(bench, "lost")
    made.run_for(0.9)
    assert len(notices(made)) == 4
    made.run_for(3.0)
    assert len(notices(made)) > 30
    assert [e.kind for e in made.events] == ["unavailable"]


def test_a_camera_without_a_picture_says_nothing(bench: MakeBench) -> None:
    made = hosted(bench, "none")
    made.run_for(0.5)
    assert notices(made) == []
    assert made.events == []


def test_figures_say_what_it_does(bench: MakeBench) -> None:
    made = hosted(bench)
    made.run_for(0.5)
    gauges = made.node.gauges
    assert (gauges["rate"], gauges["width"], gauges["height"], gauges["oversized"]) == (25.0, 320.0, 240.0, 0.0)
    assert made.node.figures["age_when_sent"].quantile(1.0) == pytest.approx(0.003, rel=0.05)


def test_after_the_end_nothing_lies_about(bench: MakeBench) -> None:
    made = hosted(bench)
    made.run_for(0.2)
    made.host.end()
    assert list((made.node.device_dir / "s").glob("*.ring")) == []
