"""Video files that the tests make themselves, and what of V4L2 can be tried without a camera."""

import struct
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutura.hw_drivers import (
    BadOptions,
    Camera,
    CameraFrame,
    DeviceLost,
    DriverContext,
    WrongState,
    load_camera,
)
from sutura.hw_drivers.cameras.v4l2_stamps import capture_time
from sutura.hw_drivers.errors import MissingExtra

MS = 1_000_000
MICROSECOND = Fraction(1, 1_000_000)
COUNT, PERIOD = 10, 40 * MS
SIZE = (48, 64)


class Clock:
    def __init__(self) -> None:
        self.ns = 5_000 * MS

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Ten pictures at 25 Hz, each brighter than the one before."""
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=25)
        stream.height, stream.width, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(COUNT):
            pixels = np.full((*SIZE, 3), 20 * number + 20, dtype=np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        file.mux(stream.encode())
    return path


def opened(path: Path, clock: Callable[[], int], **options: object) -> Camera:
    camera = load_camera("video_file")({"file": str(path), **options}, DriverContext("eye", path.parent, clock))
    camera.open()
    return camera


def number_of(frame: CameraFrame | None) -> int:
    """Which picture of the film it is."""
    assert frame is not None
    assert frame.pixels.shape == (*SIZE, 3)
    assert frame.pixels.dtype == np.uint8
    return round((float(frame.pixels.mean()) - 20.0) / 20.0)


def test_paced_each_picture_comes_when_it_is_due_with_that_time(film: Path, clock: Clock) -> None:
    camera, start = opened(film, clock), clock.ns
    assert number_of(camera.read()) == 0
    for number in range(1, COUNT):
        clock.ns = start + number * PERIOD - 1
        assert camera.read() is None
        clock.ns += 3 * MS
        frame = camera.read()
        assert number_of(frame) == number
        assert frame is not None
        assert frame.stamp == start + number * PERIOD
    clock.ns += 1_000 * MS
    assert camera.read() is None, "the film is over"
    camera.close()


def test_paced_a_slow_reader_gets_the_newest(film: Path, clock: Clock) -> None:
    camera, start = opened(film, clock), clock.ns
    camera.read()
    clock.ns += 5 * PERIOD + MS
    frame = camera.read()
    assert number_of(frame) == 5
    assert frame is not None
    assert frame.stamp == start + 5 * PERIOD
    camera.close()


def test_unpaced_each_read_gives_the_next_picture_stamped_now(film: Path, clock: Clock) -> None:
    camera = opened(film, clock, paced=False)
    for number in range(COUNT):
        frame = camera.read()
        assert number_of(frame) == number
        assert frame is not None
        assert frame.stamp == clock.ns
    assert camera.read() is None
    camera.close()


def test_a_loop_begins_again_a_period_after_the_last_picture(film: Path, clock: Clock) -> None:
    camera, start = opened(film, clock, loop=True), clock.ns
    for number in range(2 * COUNT + 3):
        clock.ns = start + number * PERIOD
        frame = camera.read()
        assert number_of(frame) == number % COUNT
        assert frame is not None
        assert frame.stamp == clock.ns
    camera.close()


def test_it_can_be_opened_again_and_needs_to_be(film: Path, clock: Clock) -> None:
    camera = opened(film, clock, paced=False)
    camera.open()
    assert [number_of(camera.read()) for _ in range(3)] == [0, 1, 2]
    camera.close()
    camera.close()
    with pytest.raises(WrongState, match="VideoFile of eye"):
        camera.read()
    camera.open()
    assert number_of(camera.read()) == 0
    camera.close()


@pytest.mark.parametrize(
    ("content", "says"), [(b"", "no video"), (b"not a film\n" * 100, "no video"), (None, "no video")]
)
def test_a_file_that_is_no_video_is_refused(tmp_path: Path, clock: Clock, content: bytes | None, says: str) -> None:
    path = tmp_path / "film.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadOptions, match=rf"film\.mp4 is {says}"):
        opened(path, clock)


def test_a_sound_is_no_video(tmp_path: Path, clock: Clock) -> None:
    rate, data = 8000, bytes(1600)
    header = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16, b"data", len(data))  # fmt: skip  # noqa: E501
    (tmp_path / "sound.wav").write_bytes(header + data)
    with pytest.raises(BadOptions, match="no video, only audio"):
        opened(tmp_path / "sound.wav", clock)


def test_a_film_whose_end_is_missing_ends_where_it_breaks_off(film: Path, tmp_path: Path, clock: Clock) -> None:
    whole, broken = tmp_path / "whole.mpg", tmp_path / "broken.mpg"
    with av.open(str(whole), "w") as file:
        stream = file.add_stream("mpeg2video", rate=25)
        stream.height, stream.width, stream.pix_fmt = *SIZE, "yuv420p"
        noise = np.random.default_rng(1)
        for _ in range(COUNT):
            pixels = noise.integers(0, 255, (*SIZE, 3), dtype=np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        file.mux(stream.encode())
    data = whole.read_bytes()
    broken.write_bytes(data[: len(data) // 2])
    camera = opened(broken, clock, paced=False)
    seen = [camera.read() for _ in range(COUNT + 1)]
    pictures = [frame for frame in seen if frame is not None]
    assert 0 < len(pictures) < COUNT
    assert seen[len(pictures) :] == [None] * (COUNT + 1 - len(pictures))
    camera.close()


@pytest.mark.parametrize("name", ["v4l2", "video_file"])
def test_without_its_library_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, tmp_path: Path, name: str
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    options = {"file": "film.mp4"} if name == "video_file" else {}
    with pytest.raises(MissingExtra, match=rf"driver '{name}' needs PyAV.*sutura\[camera\]"):
        load_camera(name)(options, DriverContext("eye", tmp_path, clock)).open()


# V4L2: this is what holds without a camera ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "says"),
    [("/dev/video987", "there is no /dev/video987"), ("/dev/null", "/dev/null is no camera that can be read")],
)
def test_what_is_no_camera_is_named(clock: Clock, tmp_path: Path, device: str, says: str) -> None:
    camera = load_camera("v4l2")({"device": device}, DriverContext("eye", tmp_path, clock))
    with pytest.raises(DeviceLost, match=says):
        camera.open()


@pytest.mark.parametrize(
    ("options", "says"),
    [({"width": 640}, "width and height together"), ({"rate": -1}, "rate"), ({"devise": "x"}, "devise")],
)
def test_options_that_do_not_fit_are_refused(
    clock: Clock, tmp_path: Path, options: dict[str, object], says: str
) -> None:
    with pytest.raises(BadOptions, match=says):
        load_camera("v4l2")(options, DriverContext("eye", tmp_path, clock))


@given(now=st.integers(3_000_000_000, 2**62), age_us=st.integers(0, 1_999_999))
def test_the_kernels_time_is_kept_where_it_is_the_hosts(now: int, age_us: int) -> None:
    pts = now // 1000 - age_us
    assert capture_time(pts, MICROSECOND, now) == (pts * 1000, True)


@given(now=st.integers(3_000_000_000, 10**16), pts=st.one_of(st.none(), st.integers(0, 10**16)))
def test_a_time_of_another_clock_is_that_of_arrival(now: int, pts: int | None) -> None:
    stamp, is_captured = capture_time(pts, MICROSECOND, now)
    assert now - 2_000_000_000 < stamp <= now
    assert is_captured or stamp == now
